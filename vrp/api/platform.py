"""What the service can do, and whether it is well. No log-in: monitors and clients ask before they have one."""

from functools import cache
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.errors import RETRY_AFTER, UNAVAILABLE
from vrp import engines
from vrp.api import health
from vrp.api.views import OpenView
from vrp.domain import limits
from vrp.domain.features import Feature
from vrp.services import roads

_names = serializers.ListField(child=serializers.CharField())


class CapabilitiesView(OpenView):
    """Engines with the features each models exactly (by a means of its own, or emulated), where travel can come from
    (`options.matrix_source`), and a request's limits."""

    @extend_schema(
        responses=inline_serializer(
            "Capabilities",
            {
                "engines": inline_serializer(
                    "Engine",
                    {
                        "name": serializers.CharField(),
                        "version": serializers.CharField(),
                        **dict.fromkeys(("features", "native", "emulated"), _names),
                    },
                    many=True,
                ),
                "features": _names,
                "matrix_sources": _names,
                "limits": serializers.DictField(child=serializers.IntegerField()),
            },
        )
    )
    def get(self, request: Request) -> Response:
        return Response(
            {
                "engines": _engines(),
                "features": list(Feature),
                "matrix_sources": roads.atlas().sources,
                "limits": limits.PUBLISHED | {"body_bytes": settings.MAX_BODY_BYTES},
            }
        )


@cache
def _engines() -> list[dict[str, Any]]:
    found = [engines.get(name) for name in engines.installed()]
    return [
        {
            "name": engine.name,
            "version": engine.version,
            "features": sorted(engine.supports),
            "native": sorted(engine.native),
            "emulated": sorted(engine.emulated),
        }
        for engine in found
    ]


class LiveView(OpenView):
    """The process answers. Asks nothing of anybody else."""

    @extend_schema(responses=inline_serializer("Live", {"status": serializers.CharField()}))
    def get(self, request: Request) -> Response:
        return Response({"status": "ok"})


_checks = serializers.DictField(child=serializers.CharField())


class ReadyView(OpenView):
    """Database, migrations and queue are up; else 503, and which of them is not."""

    @extend_schema(
        responses={
            200: inline_serializer("Ready", {"status": serializers.CharField(), "checks": _checks}),
            503: inline_serializer("NotReady", {"detail": serializers.CharField(), "checks": _checks}),
        }
    )
    def get(self, request: Request) -> Response:
        results = health.results()
        if set(results.values()) == {"ok"}:
            return Response({"status": "ok", "checks": results})
        return Response(
            {"detail": UNAVAILABLE, "checks": results}, status=503, headers={"Retry-After": RETRY_AFTER}
        )
