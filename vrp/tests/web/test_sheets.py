from django.urls import reverse

from vrp.tests.factories import SolutionFactory
from vrp.tests.web.conftest import checked, monaco
from vrp.tests.web.test_solutions import text_of


def sheets(client, solution):
    return client.get(reverse("web:solution-sheets", args=[solution.pk]))


def test_a_sheet_lists_the_stops_of_a_route_in_order(alices, solution):
    html = sheets(alices, solution).content.decode()

    sheet = text_of(html, 'id="sheet-1"', "</section>")
    assert sheet.index("مطعم البحر") < sheet.index("<b>Café</b> & Söhne")
    assert "10:00–11:00" in sheet
    assert html.count('class="tick"') == 2


def test_each_stop_has_a_code_for_navigation_and_a_mark_on_the_drawing(alices, solution):
    html = sheets(alices, solution).content.decode()

    assert html.count('class="qr"') == 2
    assert html.count("<circle") == 2


def test_a_sheet_tells_the_notes_of_a_stop_as_text(alices, session):
    document = monaco(
        jobs=[monaco()["jobs"][1] | {"meta": {"door": "<i>blue</i>", "floor": 3, "more": {"x": 1}}}]
    )
    payload = checked(document, "job:2")
    solution = SolutionFactory(
        scenario__session=session, scenario__request=document, succeeded=True, payload=payload
    )

    html = sheets(alices, solution).content.decode()

    assert "door: &lt;i&gt;blue&lt;/i&gt;" in html
    assert "floor: 3" in html
    assert "more" not in text_of(html, "<tbody>", "</tbody>")


def test_a_solution_without_a_plan_has_no_sheets(alices, scenario):
    assert sheets(alices, SolutionFactory(scenario=scenario)).status_code == 409
