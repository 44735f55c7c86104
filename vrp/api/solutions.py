"""Solutions over HTTP: watch one, stop it, take its plan away, hold two side by side."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from vrp.api.serializers import CompareQuery, SolutionSerializer
from vrp.api.views import AuthedRequest, ScopedViewSet, as_text
from vrp.models import Solution
from vrp.services import solutions


class SolutionViewSet(ScopedViewSet[Solution]):
    queryset = Solution.objects.all()
    serializer_class = SolutionSerializer

    def get_queryset(self) -> QuerySet[Solution]:
        return as_text(super().get_queryset().defer("request"), "progress", "payload")

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

    @extend_schema(parameters=[CompareQuery], responses=OpenApiTypes.OBJECT)
    @action(detail=False)
    def compare(self, request: AuthedRequest) -> Response:
        query = CompareQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        rows = Solution.objects.visible_to(request.user).defer("request", "progress")
        a, b = (get_object_or_404(rows, pk=query.validated_data[name]) for name in "ab")
        return Response(solutions.compare(a=a, b=b))
