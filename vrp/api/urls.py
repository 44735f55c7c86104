"""Addresses of the planning API, under /api/v1/."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from vrp.api.addresses import AddressesView
from vrp.api.platform import CapabilitiesView, LiveView, ReadyView
from vrp.api.scenarios import ScenarioViewSet
from vrp.api.schema import DocsView, SchemaView
from vrp.api.sessions import SessionViewSet
from vrp.api.solutions import SolutionViewSet

router = SimpleRouter(use_regex_path=False)
router.register("sessions", SessionViewSet, basename="session")
router.register("scenarios", ScenarioViewSet, basename="scenario")
router.register("solutions", SolutionViewSet, basename="solution")

urlpatterns = [
    path("", include(router.urls)),
    path("addresses/", AddressesView.as_view(), name="addresses"),
    path("capabilities/", CapabilitiesView.as_view(), name="capabilities"),
    path("health/live/", LiveView.as_view(), name="live"),
    path("health/ready/", ReadyView.as_view(), name="ready"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
]
