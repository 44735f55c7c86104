"""Plans changed by hand. Each change is a solution of its own beside the one it changed: nothing that was there is ever
written over, two tabs never meet, and to undo is to go back."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from vrp import planner
from vrp.domain import comparison, editing
from vrp.domain.editing import Draft, Edit
from vrp.models import Solution
from vrp.models.solution import figures
from vrp.services import roads, solutions

Document = dict[str, Any]
Status = Solution.Status
_LONGEST = 300  # characters of a change


def draft_of(solution: Solution) -> Draft:
    """This will return a solution's plan as a hand may change it, with what is held."""
    return editing.draft_of(solutions.plan(solution), solution.draft)


def outlook(*, solution: Solution, edit: Edit, by: User) -> tuple[planner.Edited, Document]:
    """This will say what a change would make of a plan, and what would differ; nothing is stored."""
    asked = solution.request, draft_of(solution), edit, _baseline(solution, by)
    found = planner.outlook(*asked, atlas=roads.atlas())
    return found, comparison.between(solutions.plan(solution), found.payload)


def apply(*, solution: Solution, edit: Edit, by: User, now: datetime) -> Solution:
    """This will make a change, whatever it breaks, and return the solution that holds what comes of it."""
    asked = solution.request, draft_of(solution), edit, _baseline(solution, by)
    edited = planner.edit(*asked, atlas=roads.atlas())
    is_infeasible = edited.payload["status"] == "infeasible"
    return Solution.objects.create(
        **solutions.asked(solution)
        | {"draft": edited.draft, "parent_id": solution.pk, "change": edited.words[:_LONGEST]},
        requested_by=by,
        status=Status.INFEASIBLE if is_infeasible else Status.SUCCEEDED,
        queued_at=now,
        started_at=now,
        finished_at=now,
        **figures(edited.payload),
    )


@transaction.atomic
def search_on(*, solution: Solution, vehicle: str = "", by: User, now: datetime) -> Solution:
    """This will queue a search that begins with a plan and leaves what is held of it as it is; where a `vehicle` is
    named, all routes but its own."""
    draft, change = draft_of(solution), "Searched on"
    if vehicle:
        draft, change = editing.only(draft, vehicle), f"Searched on for {vehicle} alone"
    given = solutions.asked(solution) | {
        "draft": draft,
        "parent_id": solution.pk,
        "change": change[:_LONGEST],
    }
    return solutions.enqueue(Solution(**given, requested_by=by, queued_at=now))


def places(*, solution: Solution, kind: str, name: str, k: int) -> list[Document]:
    """This will return the best `k` places for a step of a plan, or for one it leaves out."""
    return planner.places(solution.request, draft_of(solution), kind, name, k, atlas=roads.atlas())


def _baseline(solution: Solution, by: User) -> Document | None:
    return solutions.baseline_of(request=solution.request, by=by)
