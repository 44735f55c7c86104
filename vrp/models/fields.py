"""Column types of our own."""

from typing import Any

import orjson
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from django.db.models.fields.json import KeyTransform
from psycopg.types.json import Jsonb


class DocumentField(models.JSONField):
    """JSON read and written by orjson: many times faster, and what comes out can be sent on.

    PostgreSQL keeps 1e300 as a number of 301 digits; read as an integer, no fast writer would take it again.
    """

    def from_db_value(self, value: Any, expression: Expression, connection: BaseDatabaseWrapper) -> Any:
        if value is None:
            return None
        if isinstance(expression, KeyTransform) and not isinstance(value, str):
            return value
        return orjson.loads(value)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        if isinstance(value, dict | list):
            return Jsonb(value, dumps=orjson.dumps)
        return super().get_db_prep_value(value, connection, prepared)
