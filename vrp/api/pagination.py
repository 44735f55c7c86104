"""Pages of lists: by cursor, so that rows that come and go meanwhile shift nothing."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from rest_framework import exceptions, pagination
from rest_framework.request import Request

from vrp.errors import Fault, Invalid


class CursorPagination(pagination.CursorPagination):
    """`?page_size=` up to 100; more is taken for 100. The order is the query's own."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_ordering(self, request: Request, queryset: QuerySet[Model], view: Any) -> tuple[str, ...]:
        return tuple(queryset.query.order_by) or ("-created_at", "-id")  # type: ignore[arg-type]

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get(self.page_size_query_param)
        if given is None:
            return self.page_size
        digits = given.lstrip("0")
        if not given.isascii() or not given.isdecimal() or not digits:
            raise Invalid([Fault(("page_size",), "should be a whole number from 1 to 100", "int_parsing")])
        return self.max_page_size if len(digits) > 3 else min(int(digits), self.max_page_size)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        first = self.get_ordering(request, queryset, view)[0]
        self.column: Any = queryset.model._meta.get_field(first.lstrip("-"))
        return super().paginate_queryset(queryset, request, view)

    def decode_cursor(self, request: Request) -> pagination.Cursor | None:
        try:
            cursor = super().decode_cursor(request)
        except exceptions.NotFound:
            raise _bad_cursor() from None
        if cursor and cursor.position is not None:
            self._check(cursor.position)
        return cursor

    def _check(self, position: Any) -> None:
        """Cursors come from callers: what is inside must be a value of the column it is compared with."""
        try:
            value = self.column.to_python(position)
        except (ValidationError, ValueError, OverflowError):
            raise _bad_cursor() from None
        if isinstance(value, datetime) and value.tzinfo is None:
            raise _bad_cursor()


def _bad_cursor() -> Invalid:
    return Invalid([Fault(("cursor",), "is not a cursor of this list", "value_error")])
