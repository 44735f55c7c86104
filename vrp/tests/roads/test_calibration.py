import numpy as np
import pytest

from vrp.domain.travel import great_circles
from vrp.roads import calibration
from vrp.roads.base import Block, whole


def a_town(count=120):
    """Points within some four kilometres."""
    rng = np.random.default_rng(1)
    return np.c_[rng.uniform(8.65, 8.70, count), rng.uniform(49.39, 49.42, count)]


def roads(points, detour=1.5, speed=8.0, off=0.0):
    metres = great_circles(points, points) * detour
    lies_off = np.full(len(points), off)
    return Block(whole(metres / speed), whole(metres), lies_off, lies_off)


def test_what_roads_are_like_is_found_again():
    points = a_town()

    found = calibration.estimate(calibration.fit(points, roads(points)))

    assert found.detour == pytest.approx([1.5] * len(found.detour), rel=0.02)
    assert found.speed == pytest.approx([8.0] * len(found.speed), rel=0.02)


def test_short_ways_have_figures_of_their_own():
    points = a_town(400)
    block = roads(points)
    short = great_circles(points, points) < 500
    slow = Block(np.where(short, 2 * block.durations, block.durations), block.distances)

    found = calibration.fit(points, slow)

    speeds = dict(zip(found["breaks"], found["speed"], strict=True))
    assert speeds[250.0] == pytest.approx(4.0, rel=0.05)
    assert speeds[1_000.0] == pytest.approx(8.0, rel=0.02)


def test_points_far_from_the_roads_do_not_count():
    points = a_town()

    assert calibration.fit(points, roads(points, off=400.0)) is None


def test_a_sample_has_neighbours_and_strangers():
    points = a_town(2_000)

    found = calibration.sample(points)

    apart = great_circles(found, found)
    assert 500 < len(found) < 900
    assert ((apart > 0) & (apart < 250)).sum() > 1_000
    assert apart.max() > 4_000
