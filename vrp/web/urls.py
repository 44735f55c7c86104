"""Addresses of the planner's pages. `<uuid:pk>` in an address is a row the user may see, or the page is a 404."""

from django.urls import path

from vrp.web import adding, comparing, editing, imports, scenarios, sessions, solutions, tiles

app_name = "web"
urlpatterns = [
    path("", sessions.index, name="sessions"),
    path("sessions/<uuid:pk>/", sessions.show, name="session"),
    path("sessions/<uuid:pk>/rename/", sessions.rename, name="session-rename"),
    path("sessions/<uuid:pk>/delete/", sessions.delete, name="session-delete"),
    path("sessions/<uuid:pk>/demo/", imports.demo, name="session-demo"),
    path("sessions/<uuid:pk>/import/", imports.show, name="import"),
    path("scenarios/<uuid:pk>/", scenarios.show, name="scenario"),
    path("scenarios/<uuid:pk>/stops/", scenarios.add_stop, name="scenario-add-stop"),
    path("scenarios/<uuid:pk>/solve/", scenarios.solve, name="solve"),
    path("scenarios/<uuid:pk>/rename/", scenarios.rename, name="scenario-rename"),
    path("scenarios/<uuid:pk>/duplicate/", scenarios.duplicate, name="scenario-duplicate"),
    path("scenarios/<uuid:pk>/reset/", scenarios.reset, name="scenario-reset"),
    path("scenarios/<uuid:pk>/delete/", scenarios.delete, name="scenario-delete"),
    path("plans/compare/", comparing.compare, name="compare"),
    path("addresses/", adding.suggest, name="addresses"),
    path("solutions/<uuid:pk>/", solutions.show, name="solution"),
    path("solutions/<uuid:pk>/progress/", solutions.progress, name="progress"),
    path("solutions/<uuid:pk>/cancel/", solutions.cancel, name="solution-cancel"),
    path("solutions/<uuid:pk>/again/", solutions.again, name="solution-again"),
    path("solutions/<uuid:pk>/apply/", solutions.apply, name="solution-apply"),
    path("solutions/<uuid:pk>/step/", editing.show_step, name="solution-step"),
    path("solutions/<uuid:pk>/move/", editing.move, name="solution-move"),
    path("solutions/<uuid:pk>/leave/", editing.leave, name="solution-leave"),
    path("solutions/<uuid:pk>/hold/", editing.hold, name="solution-hold"),
    path("solutions/<uuid:pk>/search-on/", editing.search_on, name="solution-search-on"),
    path("solutions/<uuid:pk>/delete/", solutions.delete, name="solution-delete"),
    path("solutions/<uuid:pk>/export/<slug:kind>/", solutions.export, name="solution-export"),
    path("tiles/<slug:region>/<slug:stamp>/<int:z>/<int:x>/<int:y>.pbf", tiles.show, name="tile"),
]
