"""Planning sessions over HTTP, and the scenarios in one."""

from uuid import UUID

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.response import Response

from vrp.api.serializers import (
    ScenarioBody,
    ScenarioInList,
    ScenarioSerializer,
    SessionBody,
    SessionSerializer,
)
from vrp.api.views import AuthedRequest, ScopedViewSet
from vrp.models import PlanningSession
from vrp.services import scenarios, sessions


class SessionViewSet(ListModelMixin, ScopedViewSet[PlanningSession]):
    queryset = PlanningSession.objects.order_by("-last_accessed_at", "-id")
    serializer_class = SessionSerializer

    @extend_schema(request=SessionBody, responses={201: SessionSerializer})
    def create(self, request: AuthedRequest) -> Response:
        given = self.given(SessionBody)
        session = sessions.create(name=given["name"], by=request.user, now=now())
        return Response(
            SessionSerializer(session).data, status=201, headers=self.address_of("session-detail", session)
        )

    def retrieve(self, request: AuthedRequest, pk: UUID) -> Response:
        session = sessions.open_(session=self.get_object(), now=now())
        return Response(SessionSerializer(session).data)

    @extend_schema(request=SessionBody)
    def partial_update(self, request: AuthedRequest, pk: UUID) -> Response:
        session = self.get_object()
        given = self.given(SessionBody, partial=True)
        if given:
            session = sessions.rename(session=session, name=given["name"], now=now())
        return Response(SessionSerializer(session).data)

    def destroy(self, request: AuthedRequest, pk: UUID) -> Response:
        sessions.delete(session=self.get_object())
        return Response(status=204)

    @extend_schema(responses=ScenarioInList(many=True))
    @action(detail=True)
    def scenarios(self, request: AuthedRequest, pk: UUID) -> Response:
        rows = self.get_object().scenarios.without_payloads().order_by("-created_at", "-id")
        return self.page_of(rows, ScenarioInList)

    @extend_schema(request=ScenarioBody, responses={201: ScenarioSerializer})
    @scenarios.mapping.post
    def add_scenario(self, request: AuthedRequest, pk: UUID) -> Response:
        session = self.get_object()
        given = self.given(ScenarioBody)
        scenario = scenarios.create(
            session=session, name=given["name"], document=given["request"], by=request.user, now=now()
        )
        headers = self.address_of("scenario-detail", scenario)
        return Response(ScenarioSerializer(scenario).data, status=201, headers=headers)
