"""What the account pages ask for."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.serializers import MAX_PASSWORD


class LogInForm(AuthenticationForm):
    username = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    error_messages = {"invalid_login": "This e-mail address and password do not belong together."}


class SignUpForm(forms.ModelForm):
    password = forms.CharField(
        max_length=MAX_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 8 characters. A few words in a row are easy to remember and hard to guess.",
    )

    class Meta:
        model = User
        fields = ["email", "display_name"]
        labels = {"email": "E-mail", "display_name": "Name"}
        help_texts = {"display_name": "How you are called on the pages. May stay empty."}
        widgets = {
            "email": forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
            "display_name": forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
        }

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # fills the instance, which the password must not resemble
        try:
            if "password" in self.cleaned_data:
                password_validation.validate_password(self.cleaned_data["password"], self.instance)
        except forms.ValidationError as error:
            self.add_error("password", error)

    def save_if_free(self) -> User | None:
        """This will store the new person, unless somebody took the address since the form was checked."""
        self.instance.set_password(self.cleaned_data["password"])
        try:
            with transaction.atomic():
                return self.save()
        except IntegrityError:
            self.add_error("email", "This e-mail address is already taken.")
            return None


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["display_name"]
        labels = {"display_name": "Name"}
        widgets: dict[str, Any] = {
            "display_name": forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"})
        }
