"""Which engines a person may choose for a scenario, and why not the others."""

from dataclasses import dataclass

from vrp import engines
from vrp.domain.features import used_by
from vrp.models import Scenario

AUTO = "The first of these that can do all this scenario uses, in this order."


@dataclass(frozen=True)
class Choice:
    name: str
    about: str
    lacks: tuple[str, ...] = ()


def of(scenario: Scenario) -> list[Choice]:
    used = used_by(scenario.problem())
    choices = [
        Choice(name, about, tuple(sorted(used - engines.get(name).supports)))
        for name, about in engines.PREFERENCE
        if name in engines.installed()
    ]
    return [Choice("auto", AUTO), *choices]
