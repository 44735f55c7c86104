"""The API's own description, OpenAPI 3.1, and a page to read and try it that asks nothing of other sites."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from config.json import JSONRenderer
from vrp.api.views import OpenView


class SchemaView(OpenView):
    renderer_classes = [JSONRenderer]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(_schema())


@cache  # it is the same for everybody, and a second's work
def _schema() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


class DocsView(SpectacularSwaggerSplitView):
    authentication_classes = []
    http_method_names = ["get", "head"]  # it has no template for what OPTIONS would answer
