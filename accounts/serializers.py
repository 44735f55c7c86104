"""What the accounts API reads and writes."""

from itertools import islice
from typing import Any

from django.contrib.auth import password_validation
from django.db import IntegrityError, transaction
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.models import Login, User

MAX_PASSWORD = 1000  # characters; far beyond any phrase, and hashing megabytes is work for nothing


class StrictSerializer(serializers.Serializer):
    """An unknown or read-only key is a fault with its place, not silence."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        unknown = self._unknown_keys(data)
        try:
            valid = super().run_validation(data)
        except serializers.ValidationError as error:
            if not isinstance(error.detail, dict):  # the whole body is no object
                raise
            raise serializers.ValidationError({**error.detail, **unknown}) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return valid

    def _unknown_keys(self, data: Any) -> dict[str, list[ErrorDetail]]:
        if not isinstance(data, dict):
            return {}
        writable = {name for name, field in self.fields.items() if not field.read_only}
        unknown = (key for key in data if key not in writable)
        # As many as are told; a body may have a million of them.
        return {
            key: [ErrorDetail("This key is not known here.", "extra_forbidden")]
            for key in islice(unknown, 100)
        }


class UserSerializer(StrictSerializer, serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "email", "display_name", "created_at", "updated_at"]
        read_only_fields = ["id", "email"]


class RegisterSerializer(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=MAX_PASSWORD, trim_whitespace=False, write_only=True)
    display_name = serializers.CharField(max_length=150, default="", allow_blank=True)

    def validate_password(self, password: str) -> str:
        email, name = (str(self.initial_data.get(key, "")) for key in ("email", "display_name"))
        password_validation.validate_password(password, User(email=email, display_name=name))
        return password

    def create(self, given: dict[str, str]) -> User:
        # Asking first would leave room for somebody to be quicker; the table's own rule does not.
        try:
            with transaction.atomic():
                return User.objects.create_user(**given)
        except IntegrityError:
            fault = {"email": "This e-mail address is already taken."}
            raise serializers.ValidationError(fault, code="unique") from None


class CredentialsSerializer(serializers.Serializer):
    """`username` is how OAuth clients and forms call the e-mail address."""

    email = serializers.CharField(max_length=254, required=False)
    username = serializers.CharField(max_length=254, required=False, write_only=True)
    password = serializers.CharField(max_length=MAX_PASSWORD, trim_whitespace=False, write_only=True)

    def validate(self, given: dict[str, str]) -> dict[str, str]:
        if not {"email", "username"} & given.keys():
            raise serializers.ValidationError({"email": "This field is required."}, code="required")
        return {"username": given.get("email") or given["username"], "password": given["password"]}


class RefreshSerializer(serializers.Serializer):
    refresh = serializers.CharField(max_length=500)


class PairSerializer(serializers.Serializer):
    access = serializers.CharField()
    refresh = serializers.CharField()


class LoginSerializer(serializers.ModelSerializer):
    is_current = serializers.SerializerMethodField(help_text="The device that is asking.")

    class Meta:
        model = Login
        fields = [
            "id", "user_agent", "ip_address", "created_at", "last_used_at", "expires_at", "is_current",
        ]  # fmt: skip

    def get_is_current(self, login: Login) -> bool:
        return str(login.pk) == self.context["current"]
