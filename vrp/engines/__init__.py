"""The engines, by name. An engine whose library is missing is away; the others do not notice."""

import pkgutil
from functools import cache

from vrp.domain.features import Feature
from vrp.domain.problem import Problem
from vrp.engines.base import Engine
from vrp.errors import Fault, Invalid

ENGINES = {
    "sisr": "vrp.engines.sisr.engine:SisrEngine",
    "pyvrp": "vrp.engines.pyvrp_engine:PyVrpEngine",
    "vroom": "vrp.engines.vroom_engine:VroomEngine",
    "ortools": "vrp.engines.ortools_engine:OrToolsEngine",
}

# Who is asked first under `auto`, and why (vrp/docs/benchmarks.md); the first that models all a problem uses gets it.
PREFERENCE = (
    (
        "sisr",
        "the best plans for the time wherever its compiled search does all that is asked, with PyVRP beside it",
    ),
    ("pyvrp", "the best plans for the time where sisr would have to ask the evaluator"),
    ("vroom", "a plan at once, should the others fail"),
    ("ortools", "takes over from all of them"),
)


class EngineCannot(Invalid):
    """No engine that was asked for models all the problem uses; the faults name what each lacks."""


@cache
def get(name: str) -> Engine:
    """This will return an engine by its name, or raise `ImportError` when its library is not installed."""
    return pkgutil.resolve_name(ENGINES[name])()


@cache
def installed() -> tuple[str, ...]:
    """This will return the names of the engines whose libraries are here."""
    return tuple(name for name in ENGINES if is_installed(name))


def is_installed(name: str) -> bool:
    """This will tell whether an engine's library is here; asked of one, the others need not be imported."""
    try:
        get(name)
    except (ImportError, KeyError):
        return False
    return True


def able(used: frozenset[Feature]) -> list[str]:
    """This will return the engines that support all of `used`, the preferred one first."""
    return [name for name, _ in PREFERENCE if name in installed() and used <= get(name).supports]


def missing(name: str, problem: Problem) -> list[str]:
    """This will return the features a problem uses and an engine does not model, alone or in that combination; or, in
    words, what of it is too large for the engine."""
    engine = get(name)
    return sorted(problem.features - engine.supports or engine.cannot(problem))


def _reason(lacks: list[str]) -> str:
    not_modelled = [lack for lack in lacks if isinstance(lack, Feature)]
    return f"it does not model {', '.join(not_modelled)}" if not_modelled else lacks[0]


def _order(problem: Problem) -> list[str]:
    """By preference; but what sisr would do slowly is PyVRP's first."""
    names = [name for name, _ in PREFERENCE]
    if is_installed("sisr") and get("sisr").is_slow_at(problem):
        names.remove("sisr")
        names.insert(names.index("pyvrp") + 1, "sisr")
    return names


def choose(problem: Problem, requested: str = "auto") -> str:
    """This will return the engine to use: the one requested, or the first that models all the problem uses."""
    candidates = _order(problem) if requested == "auto" else [requested]
    faults = []
    for name in candidates:
        if not is_installed(name):
            faults.append(Fault(("options", "engine"), f"{name} is not installed here", "engine_cannot"))
        elif lacks := missing(name, problem):
            message = f"{name} cannot do this request: {_reason(lacks)}"
            faults.append(Fault(("options", "engine"), message, "engine_cannot"))
        else:
            return name
    raise EngineCannot(faults)
