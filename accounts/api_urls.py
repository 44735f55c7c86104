"""Addresses of the accounts API, under /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts import api

router = SimpleRouter()
router.register("auth/logins", api.Logins, basename="login")

urlpatterns = [
    path("auth/register/", api.Register.as_view(), name="register"),
    path("auth/token/", api.Token.as_view(), name="token"),
    path("auth/token/refresh/", api.TokenRefresh.as_view(), name="token-refresh"),
    path("auth/logout/", api.Logout.as_view(), name="api-logout"),
    *router.urls,
    path("users/me/", api.Me.as_view(), name="me"),
]
