"""Addresses of the planner's pages. `<uuid:…>` in an address is a row the user may see, or the page is a 404."""

from django.urls import path

from vrp.web import sessions

app_name = "web"
urlpatterns = [
    path("", sessions.index, name="sessions"),
    path("sessions/<uuid:pk>/", sessions.show, name="session"),
    path("sessions/<uuid:pk>/rename/", sessions.rename, name="session-rename"),
    path("sessions/<uuid:pk>/delete/", sessions.delete, name="session-delete"),
]
