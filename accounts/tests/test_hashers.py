import argon2
import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.utils.module_loading import import_string

from accounts.hashers import Argon2Hasher


@pytest.fixture
def real_hasher(settings):
    settings.PASSWORD_HASHERS = ["accounts.hashers.Argon2Hasher"]


def test_new_passwords_are_hashed_with_the_parameters_written_down(real_hasher):
    encoded = make_password("correct horse battery")

    parameters = argon2.extract_parameters(encoded.removeprefix("argon2"))
    assert parameters.type is argon2.Type.ID
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (47_104, 1, 1)


def test_both_ways_to_type_an_accent_open_the_account(real_hasher):
    encoded = make_password("caf\u00e9 au lait")

    assert check_password("cafe\u0301 au lait", encoded)


def test_long_passwords_differ_to_the_last_character(real_hasher):
    encoded = make_password("x" * 100 + "a")

    assert not check_password("x" * 100 + "b", encoded)


def test_the_site_uses_this_hasher_first():
    from config import settings as written

    assert import_string(written.PASSWORD_HASHERS[0]) is Argon2Hasher
    assert settings.PASSWORD_HASHERS != written.PASSWORD_HASHERS  # the suite itself hashes fast
