"""Requests that mix every feature: no engine breaks a rule, claims a wrong cost or, as `auto`, is far off.

`ROUTEBOOK_MIXED_CASES=2000 pytest -s -m evidence vrp/tests/engines/test_mixed_requests.py` prints what came of them.
"""

import json
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from vrp import engines, planner
from vrp.tests.engines.mixed import mixed_request, mixed_requests, request_for
from vrp.tests.engines.mixed_trial import Trial, tried
from vrp.tests.problems import Document
from vrp.tests.shrinking import smallest

CASES = int(os.environ.get("ROUTEBOOK_MIXED_CASES", "300"))
FIRST = int(os.environ.get("ROUTEBOOK_MIXED_SEED", "1"))  # case k is drawn with the seed FIRST + k


@settings(max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(document=mixed_requests)
def test_no_engine_breaks_a_rule_of_a_mixed_request(document: Document) -> None:
    assert not tried(document).complaints, pinned(document)


@pytest.mark.evidence
@pytest.mark.timeout(120 + 2 * CASES)
def test_hundreds_of_mixed_requests() -> None:
    trials = in_parallel("", range(FIRST, FIRST + CASES))

    print(account(trials))
    answered = [seed for seed, trial in trials.items() if trial.auto and trial.has_legal_plan]
    far = [seed for seed in answered if trials[seed].is_far(trials[seed].auto)]
    assert_right("", trials)
    assert len(far) <= 0.05 * len(answered), f"far from the best plan: seeds {far}"


@pytest.mark.evidence
@pytest.mark.timeout(120 + CASES)
@pytest.mark.parametrize("engine", [name for name in engines.installed() if name != "sisr"])
def test_hundreds_of_requests_of_all_that_an_engine_does(engine: str) -> None:
    trials = in_parallel(engine, range(FIRST, FIRST + CASES // 4))

    print(account(trials))
    assert_right(engine, trials)


def request(engine: str, seed: int) -> Document:
    """The request of a seed; where an engine is named, as much of it as the engine does."""
    if not engine:
        return mixed_request(Random(seed))
    return request_for(Random(seed), lambda document: len(engines.missing(engine, planner.prepare(document))))


def in_parallel(engine: str, seeds: range) -> dict[int, Trial]:
    """Each core tries requests in a process of its own."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return dict(zip(seeds, pool.map(partial(tried_by_seed, engine), seeds, chunksize=5), strict=True))


def tried_by_seed(engine: str, seed: int) -> Trial:
    document = request(engine, seed)
    try:
        return tried(document, [engine] if engine else engines.installed())
    except Exception as error:
        error.add_note(f"the request of seed {seed}: {json.dumps(document)}")
        raise


def assert_right(engine: str, trials: dict[int, Trial]) -> None:
    wrong = [seed for seed, trial in trials.items() if trial.complaints]
    assert not wrong, "\n".join(pinned(request(engine, seed)) for seed in wrong[:3])


def account(trials: dict[int, Trial]) -> str:
    """What came of the requests, to be read."""
    legal = {seed: trial for seed, trial in trials.items() if trial.has_legal_plan}
    refusals = Counter(trial.refused_for for trial in trials.values() if trial.refused_for)
    lines = [
        f"{len(trials)} requests; {len(trials) - len(legal)} whose fixed parts break a rule in every plan",
        f"auto refused {refusals.total()}, took {dict(Counter(trial.auto for trial in legal.values()))}",
    ]
    for engine in sorted({name for trial in legal.values() for name in trial.ranks}):
        asked = {seed: trial for seed, trial in legal.items() if engine in trial.ranks}
        far = [seed for seed, trial in asked.items() if trial.is_far(engine)]
        as_auto = [seed for seed in far if trials[seed].auto == engine]
        lines.append(f"{engine}: asked {len(asked)}, far from the best {len(far)}, as auto {len(as_auto)}")
        lines += [f"  seed {s}: {trials[s].ranks[engine]} instead of {trials[s].best}" for s in far]
    lines += [f"refused {count} x: {words}" for words, count in refusals.most_common(20)]
    lines += [f"wrong: seed {s}, {words}" for s, trial in trials.items() for words in trial.complaints[:2]]
    return "\n".join(lines)


def pinned(document: Document) -> str:
    """The smallest part of a request that is still answered wrongly, with what is wrong."""
    small = smallest(document, is_wrong)
    return json.dumps(small) + "\n" + "\n".join(tried(small).complaints)


def is_wrong(document: Document) -> bool:
    try:
        return bool(tried(document).complaints)
    except Exception:  # too much was taken away: no longer a request
        return False
