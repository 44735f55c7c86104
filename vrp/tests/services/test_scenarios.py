from datetime import timedelta

import jsonpatch
import orjson
import pytest
from django.utils import timezone

from vrp.domain.digest import digest
from vrp.errors import Invalid
from vrp.models import PlanningSession, Scenario
from vrp.services import scenarios, uploads
from vrp.tests.factories import ScenarioFactory, SessionFactory
from vrp.tests.plans import two_stops

NOW = timezone.now()
LATER = NOW + timedelta(hours=1)


def test_create_keeps_the_request_twice_and_begins_the_history(alice):
    session = SessionFactory(user=alice)

    scenario = scenarios.create(session=session, name="Plan A", document=two_stops(), by=alice, now=NOW)

    scenario.refresh_from_db()
    assert scenario.request == scenario.original_request == two_stops()
    assert scenario.request_digest == digest(two_stops())
    revision = scenario.revisions.get()
    assert (revision.number, revision.kind, revision.by, revision.at) == (1, "create", alice, NOW)


def test_create_names_every_fault_at_once_and_stores_nothing(alice):
    broken = {"jobs": [{"id": 1, "service": "soon"}], "vehicles": []}

    with pytest.raises(Invalid) as refused:
        scenarios.create(session=SessionFactory(), name="", document=broken, by=alice, now=NOW)

    places = {fault.loc for fault in refused.value.faults}
    assert {("name",), ("jobs", 0, "service"), ("vehicles",)} <= places
    assert not Scenario.objects.exists()


def test_create_in_a_session_deleted_meanwhile_finds_nothing(alice):
    session = SessionFactory(user=alice)
    PlanningSession.objects.all().delete()

    with pytest.raises(PlanningSession.DoesNotExist):
        scenarios.create(session=session, name="x", document=two_stops(), by=alice, now=NOW)


def test_update_makes_a_revision_that_says_what_changed(alice):
    scenario = ScenarioFactory(session__user=alice)
    changed = two_stops()
    changed["jobs"][0]["service"] = 600

    scenarios.update(scenario=scenario, document=changed, by=alice, now=LATER)

    scenario.refresh_from_db()
    assert (scenario.request, scenario.original_request) == (changed, two_stops())
    assert (scenario.revision, scenario.request_digest) == (2, digest(changed))
    newest = scenario.revisions.first()
    assert newest.patch == [{"op": "replace", "path": "/jobs/0/service", "value": 600}]
    assert (newest.kind, newest.by, newest.at) == ("edit", alice, LATER)


def test_update_that_changes_nothing_makes_no_revision(alice):
    scenario = ScenarioFactory()
    same = two_stops()
    same["jobs"][0]["service"] = 300.0

    scenarios.update(scenario=scenario, name="renamed", document=same, by=alice, now=LATER)

    scenario.refresh_from_db()
    assert (scenario.name, scenario.revision, scenario.updated_at) == ("renamed", 1, LATER)


def test_update_refuses_what_is_no_problem(alice):
    scenario = ScenarioFactory()

    with pytest.raises(Invalid):
        scenarios.update(scenario=scenario, name="new", document={"jobs": []}, by=alice, now=LATER)

    scenario.refresh_from_db()
    assert scenario.name != "new"


def test_update_refuses_when_the_caller_looked_at_an_older_revision(alice):
    scenario = ScenarioFactory()
    scenarios.update(scenario=scenario, document=two_stops(jobs=[]), by=alice, now=NOW)

    with pytest.raises(scenarios.Changed, match="revision 2"):
        scenarios.update(scenario=scenario, name="x", by=alice, now=LATER, expected_revision=1)


def test_reset_brings_the_original_back_as_one_more_revision(alice):
    scenario = ScenarioFactory()
    scenarios.update(scenario=scenario, document=two_stops(jobs=[], meta={"a": 1}), by=alice, now=NOW)

    scenarios.reset(scenario=scenario, by=alice, now=LATER)

    scenario.refresh_from_db()
    assert scenario.request == scenario.original_request == two_stops()
    assert list(scenario.revisions.values_list("number", "kind")) == [
        (3, "reset"),
        (2, "edit"),
        (1, "create"),
    ]


def test_history_replayed_from_the_original_gives_the_request(alice):
    scenario = ScenarioFactory()
    for document in (
        two_stops(jobs=[]),
        two_stops(meta={"~/": [1, True]}),
        two_stops(meta={"~/": [True, 1]}),
    ):
        scenarios.update(scenario=scenario, document=document, by=alice, now=NOW)
    scenario.refresh_from_db()

    document = scenario.original_request
    for revision in scenario.revisions.order_by("number"):
        document = jsonpatch.apply_patch(document, revision.patch)

    assert document == scenario.request
    assert digest(document) == scenario.request_digest


def test_duplicate_puts_a_copy_beside_it_with_a_history_of_its_own(alice):
    scenario = ScenarioFactory(name="x" * 200)
    scenarios.update(scenario=scenario, document=two_stops(jobs=[]), by=alice, now=NOW)

    copy = scenarios.duplicate(scenario=scenario, by=alice, now=LATER)

    assert copy.session == scenario.session
    assert copy.name == "x" * 193 + " (copy)"
    assert copy.request == copy.original_request == two_stops(jobs=[])
    assert copy.revisions.get().kind == "duplicate"


def test_import_stores_the_problem_in_a_file_under_the_files_name(alice):
    data = orjson.dumps(two_stops())

    scenario = scenarios.import_file(
        session=SessionFactory(), filename="C:\\tours\\Montag ü.json", data=data, by=alice, now=NOW
    )

    assert scenario.name == "Montag ü"
    assert len(scenario.request["jobs"]) == 2
    assert scenario.revisions.get().kind == "import"


@pytest.mark.parametrize("data", [b"", b"\x00\xff", b"{", b"[" * 10_000])
def test_import_of_a_broken_file_stores_nothing(alice, data):
    with pytest.raises(Invalid):
        scenarios.import_file(session=SessionFactory(), filename="x.json", data=data, by=alice, now=NOW)

    assert not Scenario.objects.exists()


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("", "Import"),
        (".csv", ".csv"),
        ("a\0\nb.csv", "ab"),
        ("x" * 300 + ".xlsx", "x" * 200),
        ("\u202e🚚.csv", "🚚"),
    ],
)
def test_name_from_an_odd_file_name_is_still_a_name(filename, name):
    assert uploads.name_from(filename) == name


def test_preview_shows_how_a_table_is_understood():
    found = uploads.preview(filename="stops.csv", data=b"name;lon;lat\nAnna;16,4;48,2\n")

    assert [column.heading for column in found.columns] == ["name", "lon", "lat"]
    assert found.rows[0].cells == ["Anna", "16,4", "48,2"]


def test_strangers_see_nothing_of_it(alice, charlie):
    scenario = ScenarioFactory(session__user=alice)

    assert list(Scenario.objects.visible_to(alice)) == [scenario]
    assert not Scenario.objects.visible_to(charlie)
    assert not Scenario.objects.editable_by(charlie)


def test_numbers_too_big_for_integers_come_back_as_they_went_in(db):
    meta = {"huge": 1e300, "minus_zero": -0.0, "exact": 9007199254740993, "tiny": 1e-300}

    scenario = ScenarioFactory(request=two_stops(meta=meta))

    scenario.refresh_from_db()
    assert scenario.request["meta"] == meta
    assert isinstance(scenario.request["meta"]["huge"], float)
    assert digest(scenario.request) == scenario.request_digest


def test_add_job_puts_it_behind_the_others_as_a_new_revision(alice):
    scenario = ScenarioFactory(session__user=alice)
    job = {"id": "new", "location": [16.38, 48.2]}

    scenarios.add_job(scenario=scenario, job=job, by=alice, now=NOW)

    after = Scenario.objects.get()
    assert (after.revision, after.request["jobs"][-1]) == (2, job)


def test_add_job_refuses_when_somebody_was_faster(alice):
    scenario = ScenarioFactory(session__user=alice)
    scenarios.add_job(
        scenario=Scenario.objects.get(), job={"id": "a", "location": [16, 48]}, by=alice, now=NOW
    )

    with pytest.raises(scenarios.Changed):
        scenarios.add_job(scenario=scenario, job={"id": "b", "location": [16, 48]}, by=alice, now=NOW)
