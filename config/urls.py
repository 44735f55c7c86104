"""Every address of the site: pages, API, operators' door."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("accounts.api_urls")),
    path("api/v1/", include("vrp.api.urls")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("vrp.web.urls")),
]
handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
