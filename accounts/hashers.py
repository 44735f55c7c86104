"""How passwords are hashed."""

import unicodedata

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2Hasher(Argon2PasswordHasher):
    """argon2id at 46 MiB, one pass, one lane: one of OWASP's profiles, some 50 ms.

    Django's own 100 MiB and eight lanes would let four log-ins at once hold 400 MiB.
    """

    memory_cost = 46 * 1024  # KiB
    time_cost = 1
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return super().encode(_normal(password), salt)

    def verify(self, password: str, encoded: str) -> bool:
        return super().verify(_normal(password), encoded)


def _normal(password: str) -> str:
    # One keyboard types é as one code point, another as two; both must open the same account.
    return unicodedata.normalize("NFC", password)
