import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from vrp.errors import Invalid
from vrp.models import IdempotencyKey, Solution
from vrp.services import idempotency, solutions
from vrp.services.idempotency import Answer
from vrp.tests.factories import ScenarioFactory

NOW = timezone.now()


def once(user, action=lambda: Answer(202, b"first", {"Location": "/1/"}), **changes):
    call = {"user": user, "method": "POST", "path": "/a/", "key": "k", "body_digest": "d" * 64, "now": NOW}
    return idempotency.once(action=action, **(call | changes))


def never():
    raise AssertionError("it ran again")


def test_the_same_call_again_gets_the_first_answer(alice):
    first = once(alice)

    assert once(alice, never) == first == Answer(202, b"first", {"Location": "/1/"})


@pytest.mark.parametrize("other", [{"path": "/b/"}, {"method": "PUT"}, {"key": "l"}])
def test_another_call_is_another_call(alice, other):
    once(alice)

    assert once(alice, lambda: Answer(200, b"second"), **other).body == b"second"


def test_another_person_with_the_same_key_is_another_call(alice, bob):
    once(alice)

    assert once(bob, lambda: Answer(200, b"second")).body == b"second"


def test_the_same_key_with_another_body_is_refused(alice):
    once(alice)

    with pytest.raises(Invalid) as refused:
        once(alice, never, body_digest="e" * 64)

    assert refused.value.faults[0].loc == ("header", "Idempotency-Key")


@pytest.mark.parametrize("key", ["", "k" * 256, "a\0b", "a\nb"])
def test_a_key_that_cannot_be_kept_is_refused(alice, key):
    with pytest.raises(Invalid):
        once(alice, never, key=key)


def test_an_action_that_fails_leaves_nothing_and_may_be_tried_again(alice):
    def broken():
        ScenarioFactory(session__user=alice)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        once(alice, broken)

    assert not IdempotencyKey.objects.exists()
    assert not alice.sessions.exists()
    assert once(alice).body == b"first"


def test_after_a_day_the_key_is_free_again(alice):
    once(alice)
    later = NOW + timedelta(hours=24)

    assert once(alice, lambda: Answer(200, b"second"), now=later).body == b"second"
    assert idempotency.forget_old(now=later + timedelta(hours=24)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_call_while_the_first_runs_is_refused(alice):
    seen = []

    def call_from_elsewhere():
        with pytest.raises(idempotency.StillRunning):
            once(alice, never)
        seen.append(True)
        connection.close()

    def action():
        other = threading.Thread(target=call_from_elsewhere)
        other.start()
        other.join()
        return Answer(202, b"first")

    assert once(alice, action).body == b"first"
    assert seen == [True]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_start_one_solve_and_all_get_its_answer(alice):
    scenario = ScenarioFactory(session__user=alice)
    answers = []

    def start():
        return Answer(202, str(solutions.start(scenario=scenario, by=alice, now=NOW).pk).encode())

    def caller():
        while True:
            try:
                with transaction.atomic():
                    answers.append(once(alice, start).body)
                break
            except idempotency.StillRunning:
                continue
        connection.close()

    threads = [threading.Thread(target=caller) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [str(Solution.objects.get().pk).encode()] * 12
