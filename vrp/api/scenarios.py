"""Scenarios over HTTP: their request and its history, copies, imports, and the solves of one."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from vrp.api.serializers import (
    ImportBody,
    RevisionSerializer,
    ScenarioBody,
    ScenarioSerializer,
    SolutionBody,
    SolutionInList,
    SolutionSerializer,
)
from vrp.api.views import IDEMPOTENCY_KEY, AuthedRequest, ScopedViewSet, as_text
from vrp.engines import ENGINES
from vrp.models import PlanningSession, Scenario, Solution
from vrp.models.scenario import ScenarioQuerySet
from vrp.services import scenarios, solutions


class SolutionFilter(filters.FilterSet):
    status = filters.ChoiceFilter(choices=Solution.Status.choices)
    engine = filters.ChoiceFilter(choices=[(name, name) for name in ("auto", *ENGINES)])


class ScenarioViewSet(ScopedViewSet[Scenario]):
    queryset = Scenario.objects.all()
    serializer_class = ScenarioSerializer
    filterset_class: type[filters.FilterSet] | None = None  # of the list below a scenario

    def get_queryset(self) -> QuerySet[Scenario]:
        rows: ScenarioQuerySet = super().get_queryset()
        if self.action == "retrieve":
            return as_text(rows, "request", "original_request")
        return rows.without_payloads()

    def retrieve(self, request: AuthedRequest, pk: UUID) -> Response:
        return Response(ScenarioSerializer(self.get_object()).data)

    @extend_schema(request=ScenarioBody)
    def partial_update(self, request: AuthedRequest, pk: UUID) -> Response:
        scenario = self.get_object()
        given = self.given(ScenarioBody, partial=True)
        scenario = scenarios.update(
            scenario=scenario,
            name=given.get("name"),
            document=given.get("request"),
            by=request.user,
            now=now(),
        )
        return Response(ScenarioSerializer(scenario).data)

    def destroy(self, request: AuthedRequest, pk: UUID) -> Response:
        scenarios.delete(scenario=self.get_object())
        return Response(status=204)

    @extend_schema(request=None, responses=ScenarioSerializer)
    @action(detail=True, methods=["post"])
    def reset(self, request: AuthedRequest, pk: UUID) -> Response:
        scenario = scenarios.reset(scenario=self.get_object(), by=request.user, now=now())
        return Response(ScenarioSerializer(scenario).data)

    @extend_schema(request=None, responses={201: ScenarioSerializer})
    @action(detail=True, methods=["post"])
    def duplicate(self, request: AuthedRequest, pk: UUID) -> Response:
        return self._created(scenarios.duplicate(scenario=self.get_object(), by=request.user, now=now()))

    @extend_schema(responses=RevisionSerializer(many=True))
    @action(detail=True)
    def revisions(self, request: AuthedRequest, pk: UUID) -> Response:
        return self.page_of(
            as_text(self.get_object().revisions.order_by("-number"), "patch"), RevisionSerializer
        )

    @extend_schema(request={"multipart/form-data": ImportBody}, responses={201: ScenarioSerializer})
    @action(detail=False, methods=["post"], url_path="import", parser_classes=[MultiPartParser])
    def import_(self, request: AuthedRequest) -> Response:
        given = self.given(ImportBody)
        sessions = PlanningSession.objects.editable_by(request.user)
        file, vehicles = given["file"], given.get("vehicles")
        scenario = scenarios.import_file(
            session=get_object_or_404(sessions, pk=given["session"]),
            name=given.get("name", ""),
            filename=file.name,
            data=file.read(),
            vehicles=vehicles.read() if vehicles else None,
            by=request.user,
            now=now(),
        )
        return self._created(scenario)

    @extend_schema(responses=SolutionInList(many=True))
    @action(detail=True, filter_backends=[filters.DjangoFilterBackend], filterset_class=SolutionFilter)
    def solutions(self, request: AuthedRequest, pk: UUID) -> Response:
        rows = self.get_object().solutions.without_payloads().order_by("-queued_at", "-id")
        return self.page_of(rows, SolutionInList)

    @extend_schema(
        request=SolutionBody,
        responses={202: SolutionSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @solutions.mapping.post
    def solve(self, request: AuthedRequest, pk: UUID) -> Response:
        scenario = self.get_object()
        given = self.given(SolutionBody)
        return self.accepted(
            given, lambda: solutions.start(scenario=scenario, by=request.user, now=now(), **given)
        )

    def _created(self, scenario: Scenario) -> Response:
        headers = self.address_of("scenario-detail", scenario)
        return Response(ScenarioSerializer(scenario).data, status=201, headers=headers)
