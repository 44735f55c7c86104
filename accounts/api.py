"""The accounts API: register, sign in, stay signed in, sign out, who am I, which devices."""

from typing import Any

from django.contrib.auth import authenticate
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, mixins, permissions, viewsets
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import logins, serializers
from accounts.models import Login, User
from config.json import JSONParser

NO_STORE = {"Cache-Control": "no-store"}  # RFC 6749, 5.1


class OpenView(APIView):
    """For those who are not signed in yet: a stale token or cookie sent along does not matter."""

    authentication_classes = []
    permission_classes = [permissions.AllowAny]


class Register(OpenView):
    @extend_schema(request=serializers.RegisterSerializer, responses={201: serializers.UserSerializer})
    def post(self, request: Request) -> Response:
        given = serializers.RegisterSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(serializers.UserSerializer(given.save()).data, status=201)


class Token(OpenView):
    parser_classes = [JSONParser, FormParser, MultiPartParser]

    @extend_schema(request=serializers.CredentialsSerializer, responses=serializers.PairSerializer)
    def post(self, request: Request) -> Response:
        given = serializers.CredentialsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        # An unknown address costs the same hash; a locked out one is answered by axes' middleware.
        user = authenticate(request._request, **given.validated_data)
        if not isinstance(user, User):
            raise AuthenticationFailed
        pair = logins.open_for_api(user=user, request=request._request, now=timezone.now())
        return Response(pair, headers=NO_STORE)


class TokenRefresh(OpenView):
    @extend_schema(request=serializers.RefreshSerializer, responses=serializers.PairSerializer)
    def post(self, request: Request) -> Response:
        given = serializers.RefreshSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        token = given.validated_data["refresh"]
        pair = logins.rotate(token=token, request=request._request, now=timezone.now())
        if pair is None:
            raise AuthenticationFailed
        return Response(pair, headers=NO_STORE)


class Logout(OpenView):
    @extend_schema(request=serializers.RefreshSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        given = serializers.RefreshSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        logins.end(token=given.validated_data["refresh"], now=timezone.now())
        return Response(status=204)


class Logins(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[Login],
):
    queryset = Login.objects.all()
    serializer_class = serializers.LoginSerializer

    def get_queryset(self) -> QuerySet[Login]:
        mine: Any = self.request.user.pk
        return Login.objects.alive(timezone.now()).filter(user=mine).order_by("-created_at", "-id")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "current": logins.current(self.request)}

    def perform_destroy(self, login: Login) -> None:
        Login.objects.filter(pk=login.pk).revoke("signed out from another device", timezone.now())


class Me(generics.RetrieveUpdateAPIView[User]):
    serializer_class = serializers.UserSerializer
    http_method_names = ["get", "patch", "head", "options"]

    def get_object(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user
