"""The runs as tables in Markdown. A run without a plan is shown as such and is part of no mean."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from math import isfinite
from statistics import mean

from vrp.management.benchmark.runs import VEHICLES_FIRST, Run, gap, references

OWN = ("auto", "sisr")  # ours; the first of them that ran is compared with the others
WORSE = 0.1  # points above the best peer that are marked
STARVED = 0.9  # of the processor time it could have used: a run that had less is marked
LATE = 1.05  # times its seconds: a run that took longer is marked
References = dict[tuple[str, str], float]
Column = tuple[float, str]  # seconds, engine


def markdown(runs: Sequence[Run]) -> str:
    """This will return all tables, with what they rest on above and what stands behind the marks below."""
    best = references(runs)
    parts = [_heading(runs), _means(runs, best)]
    parts += [_instances(name, _of(runs, name), best) for name in _sets(runs)]
    parts += [_efforts(runs), _notes(runs)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _heading(runs: Sequence[Run]) -> str:
    machines = dict.fromkeys(
        f"{run.machine['cores']} cores ({run.machine['cpu']}), Python {run.machine['python']},"
        f" code {run.machine['code'] or 'unknown'}"
        for run in runs
    )
    versions = defaultdict(set)
    for run in runs:
        if run.version:
            versions[run.engine].add(run.version)
    dates = sorted(run.date[:10] for run in runs)
    lines = [
        "# Engines on public sets",
        f"{' to '.join(dict.fromkeys((dates[0], dates[-1])))}. {'; '.join(machines)}. Engines: "
        + ", ".join(f"{name} ({', '.join(sorted(found))})" for name, found in versions.items())
        + ".",
        "Percent above the best known plan, by the evaluator, so many seconds of wall clock after the file began to be "
        "read. Means of the seeds, then of the instances.",
    ]
    relative = [name for name in _sets(runs) if name in VEHICLES_FIRST]
    if relative:
        lines.append(
            f"{' and '.join(relative)}: what is published minimises vehicles first, so the reference is the cheaper of "
            "it and the best plan of these runs; the figures only compare engines."
        )
    unpublished = dict.fromkeys(run.set for run in runs if run.best_known is None)
    if unpublished:
        lines.append(f"{' and '.join(unpublished)}: the reference is the best plan of these runs.")
    return "\n\n".join(lines)


def _means(runs: Sequence[Run], best: References) -> str:
    columns = _columns(runs)
    head = ["set", "instances", *(f"{engine} {seconds:g} s" for seconds, engine in columns)]
    rows = []
    for name in _sets(runs):
        of_set = _of(runs, name)
        row = [name, str(len(_instances_of(of_set)))]
        rows.append(row + [_cell(of_set, column, best) for column in columns])
    return "## Means\n\n" + _table(head, rows)


def _instances(name: str, runs: Sequence[Run], best: References) -> str:
    names = list(dict.fromkeys(engine for _, engine in _columns(runs)))
    head = ["instance", "stops", "reference", "seconds", *names, "against the best peer"]
    rows = []
    for instance in _instances_of(runs):
        of_instance = [run for run in runs if run.instance == instance]
        reference = best[name, instance]
        about = [instance, f"{of_instance[0].n:,}", f"{reference:,.0f}" if isfinite(reference) else "–"]
        for seconds in sorted({run.seconds for run in of_instance}):
            cells = [_cell(of_instance, (seconds, engine), best) for engine in names]
            rows.append([*about, f"{seconds:g}", *cells, _against_peers(of_instance, seconds, best)])
    return f"## {name}\n\n![Gap over time]({name}.svg)\n\n" + _table(head, rows)


def _cell(runs: Sequence[Run], column: Column, best: References) -> str:
    """The mean gap of what ran in a column; instead of it how many have no plan, should any have none."""
    here = _in(runs, column)
    if not here:
        return ""
    asked = len({(run.instance, run.seed) for run in runs if run.seconds == column[0]})
    for state, mark in (("failed", "✗"), ("cannot", "–")):
        without = sum(run.state == state for run in here)
        if without:
            return mark if without == len(here) else f"{mark} {without} of {len(here)}"
    marks = " †" * any(map(_is_starved, here)) + " ‡" * any(map(_is_late, here))
    missing = f" ({len(here)} of {asked})" if len(here) < asked else ""
    return f"{_mean_gap(here, best):.2f}{marks}{missing}"


def _against_peers(runs: Sequence[Run], seconds: float, best: References) -> str:
    """How many points ours is above the best of the others, of what has a plan for every seed."""
    here = {name: _in(runs, (seconds, name)) for _, name in _columns(runs)}
    seeds = {run.seed for run in chain.from_iterable(here.values())}
    gaps = {
        name: _mean_gap(found, best)
        for name, found in here.items()
        if {run.seed for run in found if run.state == "ok"} == seeds
    }
    ours = next((name for name in OWN if here.get(name)), None)
    peer = min((name for name in gaps if name not in OWN), key=gaps.__getitem__, default=None)
    if ours is None or peer is None:
        return ""
    if any(run.state != "ok" for run in here[ours]):
        return f"**no plan**, {peer} has"
    if ours not in gaps:
        return ""  # it has not run with every seed yet
    points = round(gaps[ours] - gaps[peer], 6)
    return f"**{points:+.2f}** {peer}" if points > WORSE else f"{points:+.2f} {peer}"


def _efforts(runs: Sequence[Run]) -> str:
    """What the runs took."""
    head = ["set", "run", "read s, most", "first plan s, mean", "most", "memory MB, most", "took s, most"]
    head += ["cores", "share, least"]
    rows = []
    for name in _sets(runs):
        for seconds, engine in _columns(_of(runs, name)):
            here = [run for run in _in(_of(runs, name), (seconds, engine)) if run.took]
            if here:
                rows.append([name, f"{engine} {seconds:g} s", *_effort(here)])
    text = (
        "First plan: the first that serves all and breaks nothing. Memory: of the engine's processes. Cores: processor "
        "time over wall clock, once the file is read. Share: of the processor time it could have used then."
    )
    return f"## Time and memory\n\n{text}\n\n" + _table(head, rows) if rows else ""


def _effort(runs: Sequence[Run]) -> Iterator[str]:
    first = [run.first_plan for run in runs if run.first_plan is not None]
    yield f"{max(run.ready or 0 for run in runs):.1f}"
    every = len(first) == len(runs)
    yield f"{mean(first):.1f}" if every else "✗"
    yield f"{max(first):.1f}" if every else "✗"
    yield f"{max(run.memory_mb or 0 for run in runs):,.0f}"
    yield f"{max(run.took or 0 for run in runs):.1f}"
    yield f"{mean((run.cpu_seconds or 0) / max((run.took or 0) - (run.ready or 0), 0.001) for run in runs):.2f}"
    shares = [run.cpu_share for run in runs if run.cpu_share is not None]
    yield f"{min(shares):.2f}" if shares else "unknown"


def _notes(runs: Sequence[Run]) -> str:
    """What stands behind –, ✗, † and ‡."""
    cannot = defaultdict(list)
    for run in runs:
        if run.state == "cannot":
            cannot[run.engine, run.why].append(f"{run.set}/{run.instance}")
    lines = [
        f"– {engine} on {', '.join(dict.fromkeys(where))}: {why}" for (engine, why), where in cannot.items()
    ]
    lines += [f"✗ {_name(run)}: {run.why}" for run in runs if run.state == "failed"]
    if starved := sorted(filter(_is_starved, runs), key=lambda run: run.cpu_share or 0):
        lines.append(
            f"† {len(starved)} of {len(runs)} runs had less than {STARVED} of the processor time they could have used;"
            f" least {_name(starved[0])}: {starved[0].cpu_share:.2f}"
        )
    if late := sorted(filter(_is_late, runs), key=lambda run: -(run.took or 0) / run.seconds):
        lines.append(
            f"‡ {len(late)} of {len(runs)} runs ended more than {LATE - 1:.0%} after their time;"
            f" most {_name(late[0])}: after {late[0].took:.1f} s"
        )
    return "\n".join(f"- {line}" for line in lines)


def _name(run: Run) -> str:
    return f"{run.set}/{run.instance}, {run.engine}, {run.seconds:g} s, seed {run.seed}"


def _is_starved(run: Run) -> bool:
    return run.cpu_share is not None and run.cpu_share < STARVED


def _is_late(run: Run) -> bool:
    return run.took is not None and run.took > LATE * run.seconds


def _mean_gap(runs: Iterable[Run], best: References) -> float:
    gaps = defaultdict(list)
    for run in runs:
        assert run.cost is not None
        gaps[run.instance].append(gap(run.cost, best[run.set, run.instance]))
    return mean(map(mean, gaps.values()))


def _sets(runs: Iterable[Run]) -> list[str]:
    return list(dict.fromkeys(run.set for run in runs))


def _instances_of(runs: Iterable[Run]) -> list[str]:
    return list(dict.fromkeys(run.instance for run in runs))


def _of(runs: Iterable[Run], name: str) -> list[Run]:
    return [run for run in runs if run.set == name]


def _in(runs: Iterable[Run], column: Column) -> list[Run]:
    return [run for run in runs if (run.seconds, run.engine) == column]


def _columns(runs: Iterable[Run]) -> list[Column]:
    return sorted(dict.fromkeys((run.seconds, run.engine) for run in runs), key=lambda column: column[0])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in chain([head, ["---"] * len(head)], rows))
