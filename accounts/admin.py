"""People and devices, for support staff."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now

from accounts import logins
from accounts.models import Login, LoginQuerySet, User


class PasswordForm(AdminPasswordChangeForm):
    def save(self, commit: bool = True) -> User:
        user = super().save(commit)
        logins.end_all(user=user, reason="password changed by an operator", now=now())
        return user


class SignUpByOperatorForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "display_name"]


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    list_display = ["email", "display_name", "is_active", "is_staff", "created_at", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "created_at"]
    search_fields = ["email", "display_name"]
    search_help_text = "E-mail or name"
    ordering = ["email"]
    date_hierarchy = "created_at"
    readonly_fields = ["id", "created_at", "updated_at", "last_login"]
    change_password_form = PasswordForm
    add_form = SignUpByOperatorForm
    fieldsets = [
        (None, {"fields": ["id", "email", "password", "display_name"]}),
        ("Access", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Times", {"fields": ["created_at", "updated_at", "last_login"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": ["email", "display_name", "usable_password", "password1", "password2"],
            },
        )
    ]
    actions = ["sign_out_everywhere"]

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, people: QuerySet[User]) -> None:
        ended = Login.objects.filter(user__in=people).revoke("signed out by an operator", now())
        self.message_user(request, f"{ended} devices were signed out.")


class AliveFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("alive", "Signed in"), ("ended", "Expired or revoked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Login]) -> QuerySet[Login]:
        alive = Login.objects.alive(now()).values("pk")
        match self.value():
            case "alive":
                return queryset.filter(pk__in=alive)
            case "ended":
                return queryset.exclude(pk__in=alive)
        return queryset


@admin.register(Login)
class LoginAdmin(admin.ModelAdmin):
    list_display = [
        "user", "user_agent", "ip_address", "created_at", "last_used_at", "expires_at", "revoked_at", "revoke_reason",
    ]  # fmt: skip
    list_filter = [AliveFilter, "created_at", "revoke_reason"]
    search_fields = ["user__email", "ip_address", "user_agent"]
    search_help_text = "E-mail, address or device"
    list_select_related = ["user"]
    ordering = ["-last_used_at"]
    exclude = ["token_hash", "prev_hash"]  # nobody's to read
    readonly_fields = [
        "id", "user", "user_agent", "ip_address", "created_at", "last_used_at", "rotated_at", "expires_at",
        "revoked_at", "revoke_reason",
    ]  # fmt: skip
    actions = ["revoke"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # revoking leaves a trace, deleting does not

    @admin.action(description="Sign these devices out", permissions=["change"])
    def revoke(self, request: HttpRequest, devices: LoginQuerySet) -> None:
        ended = devices.revoke("signed out by an operator", now())
        self.message_user(request, f"{ended} devices were signed out.")
