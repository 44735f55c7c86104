"""Planning sessions: what a person may do with theirs."""

from datetime import datetime

from accounts.models import User
from vrp.models import PlanningSession
from vrp.services import names


def create(*, name: str, by: User, now: datetime) -> PlanningSession:
    """This will store a new, empty session."""
    return PlanningSession.objects.create(
        user=by, name=names.valid(name), created_at=now, updated_at=now, last_accessed_at=now
    )


def rename(*, session: PlanningSession, name: str, now: datetime) -> PlanningSession:
    """This will give the session another name."""
    session.name, session.updated_at = names.valid(name), now
    rows = PlanningSession.objects.filter(pk=session.pk)
    if not rows.update(name=session.name, updated_at=now):
        raise PlanningSession.DoesNotExist
    return session


def open_(*, session: PlanningSession, now: datetime) -> PlanningSession:
    """This will note that somebody looks at the session, which brings it to the top of their list."""
    # The later of two moments wins, whichever comes last.
    PlanningSession.objects.filter(pk=session.pk, last_accessed_at__lt=now).update(last_accessed_at=now)
    session.last_accessed_at = max(session.last_accessed_at, now)
    return session


def delete(*, session: PlanningSession) -> None:
    """This will delete the session and everything in it; solves of it stop."""
    session.delete()
