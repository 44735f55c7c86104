from datetime import timedelta

from django.urls import reverse
from django.utils.timezone import now

from vrp.models import PlanningSession
from vrp.tests.factories import SessionFactory


def test_list_teaches_what_a_session_is_while_there_is_none(alices):
    assert "Nothing planned yet" in alices.get("/").content.decode()


def test_list_has_the_newest_use_first_and_nobody_elses(alices, alice, charlie):
    SessionFactory(user=alice, name="Older", last_accessed_at=now() - timedelta(days=1))
    SessionFactory(user=alice, name="Newer")
    SessionFactory(user=charlie, name="Not hers")

    html = alices.get("/").content.decode()

    assert html.index("Newer") < html.index("Older")
    assert "Not hers" not in html


def test_session_is_created_and_shown(alices):
    answer = alices.post("/", {"name": " Tuesday 🚚 "}, follow=True)

    assert PlanningSession.objects.get().name == "Tuesday 🚚"
    assert "No scenario yet" in answer.content.decode()


def test_session_without_a_name_is_refused_on_the_form(alices):
    answer = alices.post("/", {"name": "  "})

    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()


def test_opening_a_session_brings_it_to_the_top(alices, alice):
    session = SessionFactory(user=alice, last_accessed_at=now() - timedelta(days=1))

    alices.get(reverse("web:session", args=[session.pk]))

    session.refresh_from_db()
    assert now() - session.last_accessed_at < timedelta(minutes=1)


def test_markup_in_a_name_is_text(alices, alice):
    SessionFactory(user=alice, name="<script>alert(1)</script>")

    html = alices.get("/").content.decode()

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_session_shows_the_newest_plan_of_each_scenario(alices, session, solution):
    html = alices.get(reverse("web:session", args=[session.pk])).content.decode()

    assert "First try" in html
    assert "partial" in html
    assert "1 not" in html


def test_rename_says_what_is_wrong_with_a_name(alices, session):
    answer = alices.post(reverse("web:session-rename", args=[session.pk]), {"name": "x" * 201}, follow=True)

    assert "at most 200 characters" in answer.content.decode()
    assert PlanningSession.objects.get().name == "Monday"


def test_session_is_renamed(alices, session):
    alices.post(reverse("web:session-rename", args=[session.pk]), {"name": "Friday"})

    assert PlanningSession.objects.get().name == "Friday"


def test_session_is_deleted(alices, session):
    answer = alices.post(reverse("web:session-delete", args=[session.pk]))

    assert answer["Location"] == "/"
    assert not PlanningSession.objects.exists()
