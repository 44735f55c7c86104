"""What the database itself refuses, whoever writes."""

import pytest
from django.db import IntegrityError, connection, transaction

from vrp.tests.factories import ScenarioFactory, SolutionFactory

REFUSED = {
    "an unknown status": "status = 'nearly'",
    "finished without a time": "status = 'succeeded', started_at = now(), payload = '{}'",
    "a time without being finished": "finished_at = now()",
    "running since never": "status = 'running', heartbeat_at = now(), attempt = 1",
    "running by nobody": "status = 'running', started_at = now(), heartbeat_at = now(), attempt = 0",
    "running without a sign of life": "status = 'running', started_at = now(), attempt = 1",
    "queued but begun": "started_at = now()",
    "queued with a plan": "payload = '{}'",
    "succeeded without a plan": "status = 'succeeded', started_at = now(), finished_at = now()",
    "failed for no reason": "status = 'failed', started_at = now(), finished_at = now()",
    "an error though it did not fail": "error = 'x'",
    "cancelled by nobody": "status = 'cancelled', finished_at = now()",
    "stopping but queued": "stop_requested_at = now()",
    "no time at all": "time_limit = 0",
    "a negative seed": "seed = -1",
    "no scenario": "scenario_id = gen_random_uuid()",
}


def refuse(statement: str, *arguments: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute(statement, arguments)


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED.keys())
def test_a_solution_is_never(db, change):
    solution = SolutionFactory()

    refuse(f"UPDATE solutions SET {change} WHERE id = %s", solution.pk)


def test_a_session_has_a_name_and_an_owner(db):
    session = ScenarioFactory().session

    refuse("UPDATE sessions SET name = '' WHERE id = %s", session.pk)
    refuse("UPDATE sessions SET user_id = gen_random_uuid() WHERE id = %s", session.pk)


def test_a_scenario_has_a_name_and_counts_from_one(db):
    scenario = ScenarioFactory()

    refuse("UPDATE scenarios SET name = '' WHERE id = %s", scenario.pk)
    refuse("UPDATE scenarios SET revision = 0 WHERE id = %s", scenario.pk)


def test_a_revision_number_is_given_once(db):
    scenario = ScenarioFactory()

    refuse(
        "INSERT INTO scenario_revisions (scenario_id, number, kind, at, patch, request_digest)"
        " VALUES (%s, 1, 'edit', now(), '[]', '')",
        scenario.pk,
    )


def test_an_idempotency_key_is_kept_once(alice):
    insert = (
        "INSERT INTO idempotency_keys (user_id, method, path, key, body_digest, status, headers, body, created_at)"
        " VALUES (%s, 'POST', '/', 'k', '', 202, '{}', '', now())"
    )
    with connection.cursor() as cursor:
        cursor.execute(insert, [alice.pk])

    refuse(insert, alice.pk)
