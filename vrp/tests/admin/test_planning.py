import pytest
from django.urls import reverse

from accounts.tests.factories import UserFactory
from vrp import queue
from vrp.models import Solution, SubSolve
from vrp.tests.factories import ScenarioFactory, SolutionFactory, two_stops

LISTS = ["planningsession", "scenario", "solution"]
DOCUMENTS = ('"request"', '"original_request"', '"payload"', '"progress"')


def list_of(model: str) -> str:
    return reverse(f"admin:vrp_{model}_changelist")


def found(response) -> list[str]:
    return [str(row.pk) for row in response.context["cl"].result_list]


@pytest.mark.parametrize("model", LISTS)
def test_lists_never_load_documents_and_ask_as_often_for_many_rows(
    desk, model, django_assert_max_num_queries
):
    for number in range(20):
        owner = UserFactory()
        SolutionFactory(
            scenario__session__user=owner, succeeded=True, queued_at=f"2026-01-{number + 1:02d}T00:00Z"
        )

    with django_assert_max_num_queries(8) as captured:
        response = desk.get(list_of(model))

    assert len(found(response)) == 20
    assert not [query["sql"] for query in captured if any(name in query["sql"] for name in DOCUMENTS)]


@pytest.mark.parametrize("model", LISTS)
@pytest.mark.parametrize("by", ["email", "id", "name"])
def test_search_finds_by_email_id_and_name(desk, alice, model, by):
    solution = SolutionFactory(
        scenario__session__user=alice,
        scenario__session__name="Monday in Wien",
        scenario__name="Monday in Wien",
    )
    SolutionFactory()
    row = {"planningsession": solution.scenario.session, "scenario": solution.scenario, "solution": solution}[
        model
    ]
    term = {"email": "alice@", "id": f" {row.pk} ", "name": "monday wien"}[by]

    assert found(desk.get(list_of(model), {"q": term})) == [str(row.pk)]


def test_search_finds_the_solutions_of_a_scenario_and_of_a_session(desk):
    solution = SolutionFactory()
    SolutionFactory()

    for pk in (solution.scenario_id, solution.scenario.session_id):
        assert found(desk.get(list_of("solution"), {"q": str(pk)})) == [str(solution.pk)]


@pytest.mark.parametrize(
    "query", [{"status__exact": "succeeded"}, {"engine": "vroom"}, {"queued_at__year": "2020"}], ids=str
)
def test_solutions_can_be_filtered(desk, query):
    wanted = SolutionFactory(succeeded=True, engine="vroom", queued_at="2020-05-05T00:00Z")
    SolutionFactory()

    assert found(desk.get(list_of("solution"), query)) == [str(wanted.pk)]


def test_a_scenario_shows_its_documents_and_offers_no_field_to_change(desk):
    scenario = ScenarioFactory(request=two_stops(meta={"note": "<script>"}))

    page = desk.get(reverse("admin:vrp_scenario_change", args=[scenario.pk])).content.decode()

    assert "&lt;script&gt;" in page
    assert 'name="_save"' not in page
    assert "<textarea" not in page


def test_a_big_document_is_cut_by_the_database(desk, django_assert_max_num_queries):
    scenario = ScenarioFactory(request=two_stops(meta={"note": "x" * 10**6}))

    page = desk.get(reverse("admin:vrp_scenario_change", args=[scenario.pk])).content

    assert len(page) < 100_000


def test_nothing_can_be_changed_added_or_deleted(desk):
    solution = SolutionFactory()
    for row in (solution, solution.scenario, solution.scenario.session):
        name = f"admin:vrp_{row._meta.model_name}"
        for address in (
            reverse(f"{name}_change", args=[row.pk]),
            reverse(f"{name}_delete", args=[row.pk]),
            reverse(f"{name}_add"),
        ):
            assert desk.post(address, {"name": "mine", "post": "yes"}).status_code == 403, address

    assert Solution.objects.filter(pk=solution.pk).exists()


def act(browser, action: str, *rows: Solution):
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return browser.post(list_of("solution"), data, follow=True)


def test_cancel_stops_what_still_runs_and_says_what_was_over(desk):
    waiting, over = SolutionFactory(), SolutionFactory(succeeded=True)

    response = act(desk, "cancel", waiting, over)

    waiting.refresh_from_db()
    assert waiting.status == "cancelled"
    said = [str(message) for message in response.context["messages"]]
    assert said == [f"{over.pk}: The solve is over: it is succeeded.", "Done for 1."]


def test_solve_again_queues_the_same_once_more(desk, operator):
    failed = SolutionFactory(failed=True, seed=7)

    act(desk, "solve_again", failed)

    new = Solution.objects.exclude(pk=failed.pk).get()
    assert (new.status, new.seed, new.request_digest) == ("queued", 7, failed.request_digest)
    assert new.requested_by == operator
    assert queue.waiting_ids("vrp.solve", "solution_id") == {str(new.pk)}


@pytest.mark.parametrize("model", LISTS)
def test_staff_without_permission_see_nothing(staff, model):
    SolutionFactory()

    assert staff().get(list_of(model)).status_code == 403


def test_staff_who_may_only_look_cannot_act(staff):
    solution = SolutionFactory()
    browser = staff(["view_solution"])

    assert found(browser.get(list_of("solution"))) == [str(solution.pk)]
    act(browser, "cancel", solution)

    solution.refresh_from_db()
    assert solution.status == "queued"


def test_staff_who_may_change_solutions_can_act(staff):
    solution = SolutionFactory()

    act(staff(["view_solution", "change_solution"]), "cancel", solution)

    solution.refresh_from_db()
    assert solution.status == "cancelled"


def test_parts_given_away_are_looked_at_and_left_alone(desk, django_assert_max_num_queries):
    solution = SolutionFactory(running=True)
    rows = [
        SubSolve.objects.create(
            solution=solution,
            attempt=1,
            number=number,
            machine="here",
            parcel=b"",
            seed=1,
            ends_at="2026-01-01T00:00Z",
        )
        for number in range(20)
    ]
    change = reverse("admin:vrp_subsolve_change", args=[rows[0].pk])

    with django_assert_max_num_queries(8) as captured:
        listed = desk.get(list_of("subsolve"))

    assert len(found(listed)) == 20
    assert not [
        query["sql"] for query in captured if '"parcel"' in query["sql"] or '"request"' in query["sql"]
    ]
    assert found(desk.get(list_of("subsolve"), {"q": str(solution.pk)})) == found(listed)
    assert desk.get(change).status_code == 200
    assert desk.post(change, {"status": "done"}).status_code == 403
    assert (
        desk.post(reverse("admin:vrp_subsolve_delete", args=[rows[0].pk]), {"post": "yes"}).status_code == 403
    )
    assert SubSolve.objects.filter(status="waiting").count() == 20
