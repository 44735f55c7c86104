from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from vrp import queue
from vrp.tests.factories import SolutionFactory


def test_a_job_is_found_by_its_solution(desk):
    solution = SolutionFactory()
    queue.defer("vrp.solve", solution_id=solution.pk)
    queue.defer("vrp.solve", solution_id=SolutionFactory().pk)

    response = desk.get(reverse("admin:procrastinate_procrastinatejob_changelist"), {"q": str(solution.pk)})

    assert [row.args for row in response.context["cl"].result_list] == [{"solution_id": str(solution.pk)}]


def test_a_job_can_only_be_looked_at(desk):
    queue.defer("vrp.solve", solution_id=SolutionFactory().pk)
    job = ProcrastinateJob.objects.get()
    address = reverse("admin:procrastinate_procrastinatejob_change", args=[job.pk])

    page = desk.get(address)
    listed = desk.get(reverse("admin:procrastinate_procrastinatejob_changelist"))

    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert listed.context["action_form"] is None
    assert desk.post(address, {}).status_code == 403


def test_failed_log_ins_can_be_searched(desk):
    response = desk.get(reverse("admin:axes_accessattempt_changelist"), {"q": "alice@example.org"})

    assert response.status_code == 200
