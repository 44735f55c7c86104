"""Who is asking: people, and the devices they are signed in on."""

import uuid
from datetime import datetime
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """This will store a new person; without a password nobody can log in as them."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """This will store a new operator who may do everything in the admin."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True} | fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=User.normalize_username(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail. The address is kept in lower case, so `=` finds it whatever the case typed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField()
    display_name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(
        default=True, help_text="Switched off, the account can no longer be used at all."
    )
    is_staff = models.BooleanField(default=False, help_text="May enter the admin.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        db_table = "users"
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                name="users_email_unique",
                violation_error_code="unique",
                violation_error_message="This e-mail address is already taken.",
            ),
            # Together with the line above: unique whatever the case, and found through one plain index.
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="users_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @classmethod
    def normalize_username(cls, username: str) -> str:
        return super().normalize_username(username).strip().lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.normalize_username(self.email)
        super().save(*args, **kwargs)

    def get_short_name(self) -> str:
        return self.display_name or self.email


class LoginQuerySet(models.QuerySet["Login"]):
    def alive(self, now: datetime) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=now)

    def revoke(self, reason: str, now: datetime) -> int:
        """This will end these log-ins at once and return how many were still alive."""
        return self.filter(revoked_at=None).update(revoked_at=now, revoke_reason=reason)


class Login(models.Model):
    """One device somebody is signed in on: an API client with a refresh token, or a browser.

    The tokens themselves are never stored. `token_hash` is the SHA-256 of the only refresh token that works now,
    `prev_hash` of the one before it; both are empty for a browser, whose session holds this row's id.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="logins")
    token_hash = models.BinaryField(max_length=32, null=True)
    prev_hash = models.BinaryField(max_length=32, null=True)
    rotated_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, editable=False)
    revoke_reason = models.CharField(max_length=50, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    ip_address = models.GenericIPAddressField(null=True)

    objects = LoginQuerySet.as_manager()

    class Meta:
        db_table = "logins"
        indexes = [models.Index(fields=["user", "-created_at"], name="logins_of_user")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_at=None, revoke_reason="")
                | models.Q(revoked_at__isnull=False) & ~models.Q(revoke_reason=""),
                name="logins_revoked_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(rotated_at=None, prev_hash=None)
                | models.Q(rotated_at__isnull=False, prev_hash__isnull=False),
                name="logins_rotated_leaves_a_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_agent or 'unknown device'} ({self.ip_address or 'unknown address'})"
