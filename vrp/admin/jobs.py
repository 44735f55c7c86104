"""The queue's jobs, to look at. To stop or repeat a solve, use the actions of its solution: they keep both in step."""

from django.contrib import admin
from django.http import HttpRequest
from procrastinate.contrib.django.admin import ProcrastinateJobAdmin
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob


class EventInline(admin.TabularInline):
    model = ProcrastinateEvent
    fields = ("type", "at")
    readonly_fields = ("type", "at")
    ordering = ["at"]
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class JobAdmin(ProcrastinateJobAdmin):
    list_display = ["pk", "task_name", "pretty_args", "status", "queue_name", "scheduled_at", "attempts"]
    list_filter = ["status", "queue_name", "task_name", "scheduled_at"]
    search_fields = ["=id", "task_name", "args"]
    search_help_text = "Number, task, or the id of a solution"
    inlines = [EventInline]
    actions = None  # type: ignore[assignment]
    ordering = ["-id"]
    show_full_result_count = False


admin.site.unregister(ProcrastinateJob)
admin.site.register(ProcrastinateJob, JobAdmin)
