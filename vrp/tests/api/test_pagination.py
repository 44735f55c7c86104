import base64
from datetime import timedelta

import pytest
from django.utils import timezone

from vrp.tests.factories import ScenarioFactory, SessionFactory

LIST = "/api/v1/sessions/"


def ids(response):
    return [row["id"] for row in response.json()["results"]]


def test_pages_follow_each_other_in_both_directions(alice, api_client):
    moment = timezone.now()
    made = [SessionFactory(user=alice, last_accessed_at=moment - timedelta(hours=n)) for n in range(5)]
    client = api_client(alice)

    first = client.get(LIST, {"page_size": 2})
    second = client.get(first.json()["next"])
    third = client.get(second.json()["next"])
    back = client.get(third.json()["previous"])

    assert ids(first) + ids(second) + ids(third) == [str(session.pk) for session in made]
    assert third.json()["next"] is None
    assert ids(back) == ids(second)


def test_rows_of_the_same_moment_are_each_seen_once(alice, api_client):
    moment = timezone.now()
    made = [SessionFactory(user=alice, last_accessed_at=moment) for _ in range(7)]
    client, seen, address = api_client(alice), [], f"{LIST}?page_size=3"

    while address:
        page = client.get(address)
        seen += ids(page)
        address = page.json()["next"]

    assert sorted(seen) == sorted(str(session.pk) for session in made)


@pytest.mark.parametrize(("asked", "given"), [("100", 100), ("101", 100), ("9" * 5000, 100), ("007", 7)])
def test_page_size_goes_up_to_a_hundred(alice, api_client, asked, given):
    SessionFactory.create_batch(101, user=alice)

    assert len(ids(api_client(alice).get(LIST, {"page_size": asked}))) == given


@pytest.mark.parametrize("nonsense", ["", "0", "-1", "ten", "1.5", "1e9", "٣", "0x10", "1\0"])
def test_nonsense_as_page_size_is_refused(alice, api_client, nonsense):
    response = api_client(alice).get(LIST, {"page_size": nonsense})

    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["page_size"]


@pytest.mark.parametrize(
    "inside",
    [
        "p=yesterday", "p=2026-01-01", "p=2026-01-01 10:00", "p=9999-99-99 10:00+00:00", "p=", "p=\0",
        "o=-1", "o=x", "r=x",
    ],
)  # fmt: skip
def test_a_forged_cursor_is_refused(alice, api_client, inside):
    response = api_client(alice).get(LIST, {"cursor": base64.b64encode(inside.encode()).decode()})

    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["cursor"]


@pytest.mark.parametrize("cursor", ["é", "AAA", "a" * 5000])
def test_a_cursor_that_is_none_is_refused(alice, api_client, cursor):
    assert api_client(alice).get(LIST, {"cursor": cursor}).status_code == 422


def test_a_cursor_of_somebody_else_shows_only_ones_own(alice, charlie, api_client):
    SessionFactory.create_batch(3, user=alice)
    cursor = api_client(alice).get(LIST, {"page_size": 1}).json()["next"]

    assert ids(api_client(charlie).get(cursor)) == []


def test_revisions_take_numbers_as_cursors(alice, api_client):
    address = f"/api/v1/scenarios/{ScenarioFactory(session__user=alice).pk}/revisions/"
    cursors = [base64.b64encode(f"p={position}".encode()).decode() for position in ("2", "9" * 40, "two")]

    statuses = [api_client(alice).get(address, {"cursor": cursor}).status_code for cursor in cursors]

    assert statuses == [200, 200, 422]
