"""Scenarios: routing problems, each with its history."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from vrp import roads
from vrp.domain import changes, problem, request
from vrp.domain.digest import digest
from vrp.errors import Conflict, Fault, Invalid
from vrp.models import PlanningSession, Scenario, ScenarioRevision
from vrp.services import names, uploads
from vrp.services import roads as site_roads

Document = dict[str, Any]
Kind = ScenarioRevision.Kind


class Changed(Conflict):
    """Somebody else changed the scenario in the meantime."""

    def __init__(self, revision: int) -> None:
        super().__init__(f"The scenario has changed in the meantime: it is at revision {revision} now.")


def create(
    *,
    session: PlanningSession,
    name: str,
    document: Document,
    by: User,
    now: datetime,
    kind: Kind = Kind.CREATE,
) -> Scenario:
    """This will store a new scenario, or raise `Invalid` with every fault of its request."""
    _validate(name, document)
    return _store(session, name, document, kind, by, now)


def import_file(
    *,
    session: PlanningSession,
    name: str = "",
    filename: str,
    data: bytes,
    by: User,
    now: datetime,
    vehicles: bytes | None = None,
) -> Scenario:
    """This will store the problem in a file as a new scenario; without a name it is called after the file."""
    document = uploads.read(filename=filename, data=data, vehicles=vehicles)
    name = name.strip() or uploads.name_from(filename)
    return create(session=session, name=name, document=document, by=by, now=now, kind=Kind.IMPORT)


def update(
    *,
    scenario: Scenario,
    by: User,
    now: datetime,
    name: str | None = None,
    document: Document | None = None,
    expected_revision: int | None = None,
) -> Scenario:
    """This will change the name, the request or both; a changed request makes a new revision."""
    _validate(name, document)
    with (
        transaction.atomic()
    ):  # only now: reading a big request takes a while, and others may wait for the row
        locked = _lock(scenario, expected_revision)
        if name is not None:
            locked.name = names.valid(name)
        if document is not None:
            _revise(locked, document, Kind.EDIT, by, now)
        locked.updated_at = now
        locked.save()
    return locked


def add_job(*, scenario: Scenario, job: Document, by: User, now: datetime) -> Scenario:
    """This will put a job behind those of the request: a new revision. `Changed` when somebody was faster."""
    document = scenario.request | {"jobs": [*(scenario.request.get("jobs") or ()), job]}
    return update(scenario=scenario, document=document, by=by, now=now, expected_revision=scenario.revision)


@transaction.atomic
def reset(*, scenario: Scenario, by: User, now: datetime, expected_revision: int | None = None) -> Scenario:
    """This will bring back the request as it first came in, as one more revision."""
    locked = _lock(scenario, expected_revision)
    _revise(locked, locked.original_request, Kind.RESET, by, now)
    locked.updated_at = now
    locked.save()
    return locked


@transaction.atomic
def duplicate(*, scenario: Scenario, by: User, now: datetime) -> Scenario:
    """This will put a copy beside the scenario; what is its request now is the copy's original."""
    source = Scenario.objects.get(pk=scenario.pk)
    return _store(source.session, names.copy_of(source.name), source.request, Kind.DUPLICATE, by, now)


def delete(*, scenario: Scenario) -> None:
    """This will delete the scenario with its history and solutions; solves of it stop."""
    scenario.delete()


def _validate(name: str | None, document: Document | None) -> None:
    """Every fault of both at once; places are those inside the request."""
    faults: list[Fault] = []
    checks: list[tuple[Any, Callable[[Any], object]]] = [(name, names.valid), (document, _read)]
    for value, check in checks:
        try:
            if value is not None:
                check(value)
        except Invalid as error:
            faults += error.faults
    if faults:
        raise Invalid(faults)


def _read(document: Document) -> None:
    """What nobody could ever solve is refused now, not when its turn comes."""
    asked = request.read(document)
    roads.refuse_unknown(asked, problem.places_of(asked), site_roads.atlas())


@transaction.atomic
def _store(
    session: PlanningSession,
    name: str,
    document: Document,
    kind: Kind,
    by: User,
    now: datetime,
) -> Scenario:
    scenario = Scenario.objects.create(
        # Locked, so that a session deleted at this moment is simply not there.
        session=PlanningSession.objects.select_for_update(no_key=True).get(pk=session.pk),
        name=names.valid(name),
        request=document,
        original_request=document,
        request_digest=digest(document),
        created_at=now,
        updated_at=now,
    )
    _note(scenario, kind, [], by, now)
    return scenario


def _lock(scenario: Scenario, expected_revision: int | None) -> Scenario:
    """The row as it is now, ours until the transaction ends."""
    locked = Scenario.objects.select_for_update(no_key=True).get(pk=scenario.pk)
    if expected_revision is not None and locked.revision != expected_revision:
        raise Changed(locked.revision)
    return locked


def _revise(scenario: Scenario, document: Document, kind: Kind, by: User, now: datetime) -> None:
    """Put in the document and note what changed; saying the same again is no revision."""
    fingerprint = digest(document)
    if fingerprint == scenario.request_digest:
        return
    patch = changes.between(scenario.request, document)
    scenario.request, scenario.request_digest = document, fingerprint
    scenario.revision += 1
    _note(scenario, kind, patch, by, now)


def _note(scenario: Scenario, kind: Kind, patch: list[changes.Operation], by: User, now: datetime) -> None:
    ScenarioRevision.objects.create(
        scenario=scenario,
        number=scenario.revision,
        kind=kind,
        patch=patch,
        request_digest=scenario.request_digest,
        by=by,
        at=now,
    )
