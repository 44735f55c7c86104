"""Solutions over HTTP: watch one, stop it, take its plan away, hold two side by side, ask what would help."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from vrp import formats
from vrp.api.serializers import ApplyBody, CompareQuery, InsertBody, SolutionSerializer
from vrp.api.views import IDEMPOTENCY_KEY, AnyAccept, AuthedRequest, ScopedViewSet, as_text
from vrp.models import Solution
from vrp.services import solutions


class SolutionViewSet(ScopedViewSet[Solution]):
    queryset = Solution.objects.all()
    serializer_class = SolutionSerializer

    def get_queryset(self) -> QuerySet[Solution]:
        if self.action in ("apply", "insert"):
            return super().get_queryset().defer("progress")
        return as_text(super().get_queryset().defer("request", "draft"), "progress", "payload")

    def retrieve(self, request: AuthedRequest, pk: UUID) -> Response:
        return Response(SolutionSerializer(self.get_object()).data)

    def destroy(self, request: AuthedRequest, pk: UUID) -> Response:
        solutions.delete(solution=self.get_object())
        return Response(status=204)

    @extend_schema(request=None, responses=SolutionSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: AuthedRequest, pk: UUID) -> Response:
        solution = solutions.cancel(solution=self.get_object(), now=now())
        return Response(SolutionSerializer(solution).data)

    @extend_schema(request=ApplyBody, responses={202: SolutionSerializer}, parameters=[IDEMPOTENCY_KEY])
    @action(detail=True, methods=["post"])
    def apply(self, request: AuthedRequest, pk: UUID) -> Response:
        """Make a change the plan proposes: the scenario gets a new revision and is solved again."""
        solution = self.get_object()
        given = self.given(ApplyBody)
        order, change = (given["type"], given["id"]), given["change"]
        return self.accepted(
            given,
            lambda: solutions.apply_change(
                solution=solution, order=order, change=change, by=request.user, now=now()
            ),
        )

    @extend_schema(request=InsertBody, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def insert(self, request: AuthedRequest, pk: UUID) -> Response:
        """The best places for one more job or shipment in this plan. Nothing is changed."""
        solution = self.get_object()
        order = self.given(InsertBody)
        k = order.pop("k")
        return Response({"places": solutions.insertions(solution=solution, order=order, k=k)})

    @extend_schema(
        parameters=[
            OpenApiParameter("as", enum=formats.KINDS, description="The format; `json` unless said.")
        ],
        responses=OpenApiTypes.BINARY,
    )
    @action(detail=True, content_negotiation_class=AnyAccept)
    def export(self, request: AuthedRequest, pk: UUID) -> HttpResponse:
        rows = Solution.objects.visible_to(request.user).select_related("scenario")
        rows = rows.defer("draft", "progress", "scenario__request", "scenario__original_request")
        export = solutions.export(
            solution=get_object_or_404(rows, pk=pk), kind=request.query_params.get("as", "json")
        )
        name = formats.content_disposition(export.name, export.extension)
        return HttpResponse(
            export.data, content_type=export.media_type, headers={"Content-Disposition": name}
        )

    @extend_schema(parameters=[CompareQuery], responses=OpenApiTypes.OBJECT)
    @action(detail=False)
    def compare(self, request: AuthedRequest) -> Response:
        query = CompareQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        rows = Solution.objects.visible_to(request.user).defer("request", "draft", "progress")
        a, b = (get_object_or_404(rows, pk=query.validated_data[name]) for name in "ab")
        return Response(solutions.compare(a=a, b=b))
