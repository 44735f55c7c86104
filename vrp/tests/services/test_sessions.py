from datetime import timedelta

import pytest
from django.utils import timezone

from vrp.errors import Invalid
from vrp.models import PlanningSession, Scenario, Solution
from vrp.services import sessions
from vrp.tests.factories import SessionFactory, SolutionFactory

NOW = timezone.now()


def test_create_stores_a_session_of_its_own_user(alice, bob):
    session = sessions.create(name="  Monday ", by=alice, now=NOW)

    assert session.name == "Monday"
    assert list(PlanningSession.objects.visible_to(alice)) == [session]
    assert not PlanningSession.objects.visible_to(bob)


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\0b"])
def test_create_refuses_a_name_nobody_could_read(alice, name):
    with pytest.raises(Invalid) as refused:
        sessions.create(name=name, by=alice, now=NOW)

    assert refused.value.faults[0].loc == ("name",)
    assert not PlanningSession.objects.exists()


def test_rename_changes_the_name_and_when(db):
    session = SessionFactory()

    sessions.rename(session=session, name="🚚 שלום", now=NOW + timedelta(hours=1))

    session.refresh_from_db()
    assert (session.name, session.updated_at) == ("🚚 שלום", NOW + timedelta(hours=1))


def test_rename_of_a_session_deleted_meanwhile_finds_nothing(db):
    session = SessionFactory()
    PlanningSession.objects.all().delete()

    with pytest.raises(PlanningSession.DoesNotExist):
        sessions.rename(session=session, name="new", now=NOW)


def test_open_moves_the_time_of_last_use_forward_only(db):
    session = SessionFactory(last_accessed_at=NOW)

    sessions.open_(session=session, now=NOW + timedelta(minutes=5))
    sessions.open_(session=session, now=NOW - timedelta(minutes=5))

    session.refresh_from_db()
    assert session.last_accessed_at == NOW + timedelta(minutes=5)


def test_delete_takes_everything_in_it_along(db):
    session = SolutionFactory(running=True).scenario.session

    sessions.delete(session=session)

    assert not Scenario.objects.exists()
    assert not Solution.objects.exists()
