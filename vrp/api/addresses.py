"""Addresses of the loaded regions, for programs that let people type one."""

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from vrp.api.serializers import AddressQuery, AddressSerializer
from vrp.services import addresses

_MOST = 20


class AddressesView(APIView):
    """What fits a text typed so far, the best first, at most 20. Public map data, the same for everybody."""

    @extend_schema(
        parameters=[AddressQuery],
        responses=inline_serializer("Addresses", {"results": AddressSerializer(many=True)}),
    )
    def get(self, request: Request) -> Response:
        query = AddressQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        found = addresses.search(asked["q"], region=asked.get("region"), limit=_MOST)
        return Response({"results": AddressSerializer(found, many=True).data})
