"""One door for files going out: a published plan in each format it may be downloaded in."""

import csv
import io
from dataclasses import dataclass

import orjson
import xlsxwriter

from vrp.domain.request import Request
from vrp.errors import Fault, Invalid
from vrp.formats import geo, plan_tables, run_sheets, vroom_answer
from vrp.formats.grids import FORMULA_STARTS
from vrp.formats.plan_tables import Plan, PlanTable, Value

_KINDS = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "gpx": "application/gpx+xml",
    "vroom": "application/json",
    "pdf": "application/pdf",
}
KINDS = tuple(_KINDS)


@dataclass(frozen=True)
class Written:
    """A file to send: its bytes, its media type, and how its name ends."""

    data: bytes
    media_type: str
    extension: str


def write(plan: Plan, request: Request, kind: str) -> Written:
    """This will write a published plan in a format, or raise `Invalid` when there is no such format."""
    if kind not in _KINDS:
        raise Invalid([Fault(("as",), f"there is no format {kind[:40]!r}; choose one of {', '.join(KINDS)}")])
    if kind == "json":
        data = orjson.dumps(plan, option=orjson.OPT_INDENT_2)
    elif kind == "csv":
        data = _csv(plan_tables.stops(plan, request, left_out=True))
    elif kind == "xlsx":
        data = _xlsx(plan, request)
    elif kind == "geojson":
        data = geo.geojson(plan, request)
    elif kind == "gpx":
        data = geo.gpx_file(plan, request)
    elif kind == "pdf":
        data = run_sheets.pdf(plan, request)
    else:
        data = orjson.dumps(vroom_answer.answer(plan, request))
    return Written(data, _KINDS[kind], "json" if kind == "vroom" else kind)


def _csv(table: PlanTable) -> bytes:
    """With a byte order mark, without which Excel takes it for another encoding."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(table.headings)
    writer.writerows([_inert(value) for value in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig", "replace")


def _inert(value: Value) -> Value:
    """A text that a spreadsheet would take for a formula gets a `'` in front, which our own reader takes off."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _xlsx(plan: Plan, request: Request) -> bytes:
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as workbook:
        bold = workbook.add_format({"bold": True})
        for table in (
            plan_tables.summary(plan),
            plan_tables.routes(plan),
            plan_tables.stops(plan, request),
            plan_tables.unassigned(plan, request),
        ):
            sheet = workbook.add_worksheet(table.name)
            sheet.freeze_panes(1, 0)
            rows: list[list[Value]] = [[*table.headings], *table.rows]
            for row, values in enumerate(rows):
                for column, value in enumerate(values):
                    if isinstance(value, str):
                        sheet.write_string(row, column, value, bold if row == 0 else None)
                    elif value is not None:
                        sheet.write_number(row, column, value)
            sheet.autofit(max_width=300)
    return out.getvalue()
