"""What every part of the API has in common."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet, TextField
from django.db.models.functions import Cast
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers, viewsets
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.models import User
from config import json
from vrp.api.serializers import SolutionSerializer
from vrp.domain.digest import digest
from vrp.models import Solution
from vrp.services import idempotency

Row = TypeVar("Row", bound=Model)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    location="header",
    description="The same key again, within a day, gets the first answer and starts nothing.",
)


class OpenView(APIView):
    """For anybody: a stale token or cookie sent along does not matter."""

    authentication_classes = []
    permission_classes = [AllowAny]


class AuthedRequest(Request):
    """Of somebody who is signed in; the default permission lets nobody else through."""

    user: User


class ScopedViewSet(viewsets.GenericViewSet[Row]):
    """Reads reach what the user may see; writes only what the user may change."""

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    lookup_value_converter = "uuid"
    request: AuthedRequest

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        user = self.request.user
        return rows.visible_to(user) if self.request.method in SAFE_METHODS else rows.editable_by(user)

    def get_object(self) -> Row:
        # Filters of a viewset are for the lists below one row, not for the row.
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    def given(self, serializer: type[serializers.Serializer], *, partial: bool = False) -> dict[str, Any]:
        """The body, checked."""
        body = serializer(data=self.request.data, partial=partial)
        body.is_valid(raise_exception=True)
        return body.validated_data

    def page_of(self, rows: QuerySet[Any], serializer: type[serializers.Serializer]) -> Response:
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(serializer(page, many=True).data)

    def accepted(self, given: dict[str, Any], start: Callable[[], Solution]) -> Response:
        """202 and the solution to watch; an `Idempotency-Key` makes a retry return the first answer."""

        def answered() -> idempotency.Answer:
            solution = start()
            body = json.dumps(SolutionSerializer(solution).data)
            return idempotency.Answer(202, body, self.address_of("solution-detail", solution))

        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            answer = answered()
        else:
            answer = idempotency.once(
                user=self.request.user,
                method="POST",
                path=self.request.path,
                key=key,
                body_digest=digest(given),
                action=answered,
                now=now(),
            )
        return Response(json.RawJSON(answer.body), status=answer.status, headers=answer.headers)

    def address_of(self, name: str, row: Model) -> dict[str, str]:
        return {"Location": reverse(name, args=[row.pk], request=self.request)}


class AnyAccept(DefaultContentNegotiation):
    """For downloads: the query says which format, whatever the Accept header does."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


def as_text(rows: QuerySet[Row], *columns: str) -> QuerySet[Row]:
    """JSON columns as the text they are stored as: `serializers.Document` sends that on without reading it."""
    texts = {f"{column}_text": Cast(column, TextField()) for column in columns}
    return rows.defer(*columns).annotate(**texts)
