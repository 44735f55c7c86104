"""What OR-Tools models by its dimensions and constraints: each rule on random small requests that also mix the rest."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vrp.tests.engines.test_random_problems import agree, relaxed, requests
from vrp.tests.problems import Document

Add = Callable[[st.DrawFn, Document], None]


def alternatives(draw: st.DrawFn, document: Document) -> None:
    for job in document["jobs"]:
        if group := draw(st.sampled_from([None, "either", "or"])):
            job["alternatives_group"] = group


RULES: dict[str, Add] = {
    "alternatives": alternatives,
}


@st.composite
def requests_with(draw: st.DrawFn, rule: Add) -> Document:
    document = draw(requests("ortools"))
    rule(draw, document)
    return document


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=10, deadline=None, suppress_health_check=relaxed)
@given(data=st.data())
def test_random_problems_with_one_more_rule(rule: str, data: st.DataObject) -> None:
    agree("ortools", data.draw(requests_with(RULES[rule])))


@pytest.mark.evidence
@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=300, deadline=None, suppress_health_check=relaxed)
@given(data=st.data())
def test_three_hundred_random_problems_with_one_more_rule(rule: str, data: st.DataObject) -> None:
    agree("ortools", data.draw(requests_with(RULES[rule])))
