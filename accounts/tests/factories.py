"""Rows for tests: state only what the test is about."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Login, User

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"person{number}@example.org")
    password = factory.django.Password(PASSWORD)


class LoginFactory(DjangoModelFactory):
    class Meta:
        model = Login

    user = factory.SubFactory(UserFactory)
    last_used_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda login: login.last_used_at + timedelta(days=30))
