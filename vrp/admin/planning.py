"""Sessions, scenarios and solutions, for support staff: to find and to look at. What changes one is a service."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import F, Func, Model, Q, QuerySet, TextField
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now

from accounts.models import User
from vrp.errors import RoutebookError
from vrp.models import PlanningSession, Scenario, Solution, SubSolve
from vrp.services import solutions

SHOWN = 20_000  # characters of a document


def document(row: Model, column: str) -> SafeString:
    """The beginning of a JSON column, laid out and cut by the database: the whole may be megabytes."""
    text = Left(Func(F(column), function="jsonb_pretty", output_field=TextField()), SHOWN)
    shown = type(row)._default_manager.filter(pk=row.pk).values_list(text, flat=True).get() or "-"
    return format_html("<pre>{}{}</pre>", shown, " …" if len(shown) == SHOWN else "")


class LookOnlyAdmin(admin.ModelAdmin):
    ids: tuple[str, ...] = ("pk",)  # what an id in the search box may be the id of
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        try:
            wanted = UUID(search_term.strip())
        except ValueError:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(Q(*((name, wanted) for name in self.ids), _connector=Q.OR)), False


@admin.register(PlanningSession)
class SessionAdmin(LookOnlyAdmin):
    list_display = ["name", "user", "created_at", "last_accessed_at"]
    list_filter = ["created_at", "last_accessed_at"]
    list_select_related = ["user"]
    search_fields = ["name", "user__email"]
    search_help_text = "Name, e-mail or id"
    ordering = ["-last_accessed_at"]
    date_hierarchy = "created_at"
    fields = ["id", "name", "user", "created_at", "updated_at", "last_accessed_at"]


@admin.register(Scenario)
class ScenarioAdmin(LookOnlyAdmin):
    list_display = ["name", "session", "owner", "revision", "created_at", "updated_at"]
    list_filter = ["created_at", "updated_at"]
    search_fields = ["name", "session__name", "session__user__email"]
    search_help_text = "Name, e-mail or id"
    ids = ("pk", "session")
    ordering = ["-created_at"]
    date_hierarchy = "created_at"
    fields = [
        "id", "name", "session", "owner", "revision", "request_digest", "created_at", "updated_at",
        "request_now", "request_as_received",
    ]  # fmt: skip
    readonly_fields = ["owner", "request_now", "request_as_received"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scenario]:
        return Scenario.objects.without_payloads().select_related("session__user")

    @admin.display(ordering="session__user__email")
    def owner(self, scenario: Scenario) -> str:
        return scenario.session.user.email

    @admin.display(description="request")
    def request_now(self, scenario: Scenario) -> SafeString:
        return document(scenario, "request")

    @admin.display(description="original request")
    def request_as_received(self, scenario: Scenario) -> SafeString:
        return document(scenario, "original_request")


@admin.register(Solution)
class SolutionAdmin(LookOnlyAdmin):
    list_display = [
        "id", "scenario", "owner", "status", "engine", "plan_status", "cost", "unassigned", "queued_at", "finished_at",
    ]  # fmt: skip
    list_filter = ["status", "engine", "plan_status", "queued_at"]
    search_fields = ["scenario__name", "scenario__session__user__email", "error"]
    search_help_text = "Scenario, e-mail, error or id"
    ids = ("pk", "scenario", "scenario__session")
    ordering = ["-queued_at"]
    date_hierarchy = "queued_at"
    fields = [
        "id", "scenario", "owner", "requested_by", "change", "revision", "request_digest", "engine", "time_limit",
        "seed",
        "status", "error", "attempt", "crashes", "queued_at", "started_at", "heartbeat_at", "stop_requested_at",
        "finished_at", "plan_status", "cost", "vehicles_used", "assigned", "unassigned",
        "progress_so_far", "plan", "request_solved",
    ]  # fmt: skip
    readonly_fields = ["owner", "progress_so_far", "plan", "request_solved"]
    actions = ["cancel", "solve_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Solution]:
        rows = Solution.objects.select_related("scenario__session__user", "requested_by")
        theirs = ("request", "draft", "payload", "progress")
        return rows.defer(*theirs, "scenario__request", "scenario__original_request")

    @admin.display(ordering="scenario__session__user__email")
    def owner(self, solution: Solution) -> str:
        return solution.scenario.session.user.email

    @admin.display(description="progress")
    def progress_so_far(self, solution: Solution) -> SafeString:
        return document(solution, "progress")

    @admin.display(description="payload")
    def plan(self, solution: Solution) -> SafeString:
        return document(solution, "payload")

    @admin.display(description="request")
    def request_solved(self, solution: Solution) -> SafeString:
        return document(solution, "request")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("vrp.change_solution")

    @admin.action(description="Cancel", permissions=["operate"])
    def cancel(self, request: HttpRequest, rows: QuerySet[Solution]) -> None:
        self._each(request, rows, lambda solution: solutions.cancel(solution=solution, now=now()))

    @admin.action(description="Solve again", permissions=["operate"])
    def solve_again(self, request: HttpRequest, rows: QuerySet[Solution]) -> None:
        operator = cast(User, request.user)
        self._each(request, rows, lambda row: solutions.again(solution=row, by=operator, now=now()))

    def _each(self, request: HttpRequest, rows: QuerySet[Solution], do: Any) -> None:
        done = 0
        for solution in rows:
            try:
                do(solution)
                done += 1
            except RoutebookError as error:
                self.message_user(request, f"{solution.pk}: {error}", messages.WARNING)
        self.message_user(request, f"Done for {done}.")


@admin.register(SubSolve)
class SubSolveAdmin(LookOnlyAdmin):
    """Only while a solve is shared are there any."""

    list_display = [
        "id",
        "solution",
        "number",
        "status",
        "engine",
        "machine",
        "taken_by",
        "queued_at",
        "ends_at",
    ]
    list_filter = ["status", "machine", "taken_by"]
    search_fields = ["machine", "taken_by"]
    search_help_text = "Machine or id"
    ids = ("pk", "solution")
    ordering = ["-queued_at"]
    fields = [
        "id", "solution", "attempt", "number", "machine", "engine", "seed", "status", "taking", "taken_by", "queued_at",
        "heartbeat_at", "ends_at", "plan_returned",
    ]  # fmt: skip
    readonly_fields = ["plan_returned"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SubSolve]:
        theirs = ("solution__request", "solution__payload", "solution__progress")
        return SubSolve.objects.select_related("solution").defer("parcel", "plan", *theirs)

    @admin.display(description="plan")
    def plan_returned(self, part: SubSolve) -> SafeString:
        return document(part, "plan")
