"""The page of constraints is true: its examples come out as it says, and nothing is missing from it."""

import json
import pathlib
import re
from itertools import product

import pytest
from pydantic import BaseModel

from vrp.domain import request as requests
from vrp.domain import rules
from vrp.domain.evaluator import Evaluation
from vrp.domain.features import Feature
from vrp.tests.domain.build import document, job, judge, shipment, van

PAGE = (pathlib.Path(__file__).parents[2] / "docs" / "constraints.md").read_text()
REASONS = [
    "NO_VEHICLE",
    "SKILL",
    "VEHICLE_NOT_ALLOWED",
    "CAPACITY",
    "TIME_WINDOW",
    "SHIFT",
    "MAX_DURATION",
    "MAX_DISTANCE",
    "MAX_TRAVEL_TIME",
    "MAX_TASKS",
    "BREAK",
    "RELATION",
    "COMPATIBILITY",
    "MAX_RIDE",
    "RELEASE",
    "UNREACHABLE",
    "LOCKED",
    "PENALTY_CHEAPER",
    "NOT_FOUND_IN_TIME",
]
LINE = r"- plan `(.*?)` → (.*(?:\n  .*)*)"
BLOCKS = re.findall(rf"^```json\n((?:[^`].*\n)*)```\n\n((?:{LINE}\n)+)", PAGE, re.MULTILINE)
EXAMPLES = [
    (text, routes, outcome) for text, lines, *_ in BLOCKS for routes, outcome in re.findall(LINE, lines)
]


def _parcel(row: dict) -> dict:
    """A shipment is called after its places: S13 goes from 1 to 3."""
    first, second = map(int, row["id"][1:])
    return shipment(first, second, row["id"]) | row


def example(text: str, *plans: str) -> dict:
    """The whole request of an example: what is not written is as plain as can be."""
    written = json.loads(text)
    jobs = {row["id"]: row for row in written.pop("jobs", [])}
    jobs = {
        name: {"location_index": int(name[1:]) if name[1:].isdigit() else 0} | row
        for name, row in jobs.items()
    }
    plain = {f"J{place}": job(int(place)) for place in re.findall(r"\bJ(\d)", f"{text} {plans}")}
    parcels = [_parcel(row) for row in written.pop("shipments", [])]
    fleet = [_without_nothing(van() | row) for row in written.pop("vehicles", [{"id": "V"}])]
    return document([*(plain | jobs).values()], fleet, shipments=parcels) | written


def _without_nothing(row: dict) -> dict:
    return {key: value for key, value in row.items() if value is not None}


def routes_of(plan: str) -> dict[str, str]:
    return {name.strip(): words.strip() for name, words in (route.split(":", 1) for route in plan.split(";"))}


def holds(judged: Evaluation, statement: str, document: dict) -> bool:
    what, *rest = statement.replace("`", "").split(maxsplit=1)
    value = rest[0] if rest else ""
    if what == "better":
        other = value.removeprefix("than ")
        return judged.rank < judge(document, **routes_of(other)).rank
    if value.startswith("at "):
        begins = [v.service_start for route in judged.routes for v in route.visits if str(v.id) == what]
        return begins == [int(value[3:])]
    return {
        "cost": lambda: judged.cost == pytest.approx(float(value)),
        "violation": lambda: value in {violation.cause for violation in judged.violations},
        "status": lambda: judged.status == value,
        "starts": lambda: judged.routes[0].start_time == int(value),
        "ends": lambda: judged.routes[0].end_time == int(value),
        "leaves": lambda: value == "out " + " ".join(str(order.id) for order in judged.left_out),
    }.get(what, lambda: judged.breakdown[what] == pytest.approx(float(value)))()


@pytest.mark.parametrize(("text", "plan", "outcome"), EXAMPLES, ids=[f"{p} → {o}" for _, p, o in EXAMPLES])
def test_an_example_comes_out_as_the_page_says(text, plan, outcome):
    request = example(text, plan, outcome)

    judged = judge(request, **routes_of(plan))

    wrong = [part for part in re.split(r",\s+", outcome) if not holds(judged, part, request)]

    assert wrong == [], (judged.cost, judged.breakdown, [v.message for v in judged.violations])
    if "violation" not in outcome:
        assert judged.is_feasible


def test_every_example_is_read():
    assert PAGE.count("- plan `") == len(EXAMPLES)
    assert PAGE.count("```json") == len(BLOCKS)


@pytest.mark.parametrize("feature", Feature)
def test_every_feature_is_named(feature):
    assert f"`{feature}`" in PAGE


@pytest.mark.parametrize("rule", rules.RULES)
def test_every_rule_is_named(rule):
    assert f"`{rule}`" in PAGE.split("## The rules")[1]


def models(model: type[BaseModel], seen: set) -> set:
    """A model and those it is made of."""
    if model in seen:
        return seen
    seen.add(model)
    for field in model.model_fields.values():
        for part in re.findall(r"vrp\.domain\.request\.(\w+)", str(field.annotation)):
            if isinstance(found := getattr(requests, part), type) and issubclass(found, BaseModel):
                models(found, seen)
    return seen


def test_every_key_of_a_request_is_named():
    keys = {name for model in models(requests.Request, set()) for name in model.model_fields}
    plain = {"id", "jobs", "vehicles", "g"}  # there is nothing to say of them

    assert [key for key in sorted(keys - plain) if not re.search(rf"\b{key}\b", PAGE)] == []


def test_every_cause_is_named():
    causes = {cause for source in _sources() for cause in re.findall(r'Violation\(\s*"(\w+)"', source)}
    table = PAGE.split("## The rules")[1]

    assert [cause for cause in sorted(causes) if f"`{cause}`" not in table] == []


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_is_named(code):
    assert re.search(rf"\b{code}\b", PAGE)


def test_every_key_of_a_cost_is_named():
    terms = [f"/vehicles/costs/{name}" for name in requests.Costs.model_fields]
    of_orders = [
        f"/{key}/{term}" for key, term in product(("jobs", "shipments"), ("penalty", "preferred_vehicles"))
    ]
    others = re.findall(r'"(/[a-z]+(?:/[a-z_]+)+)"', "".join(_sources()))

    assert [key for key in (*terms, *of_orders, *others) if f"`{key}`" not in PAGE] == []


def _sources() -> list[str]:
    folder = pathlib.Path(rules.__file__).parents[1]
    return [path.read_text() for path in folder.rglob("*.py")]
