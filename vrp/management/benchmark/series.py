"""Many runs, one after the other: those that are not made yet, and what is published of all."""

from collections.abc import Callable, Sequence
from pathlib import Path

from vrp.management.benchmark import plots, runs, tables, trial
from vrp.management.benchmark.runs import Key, Run
from vrp.management.benchmark.sets import Instance

Trial = tuple[Instance, float, int, str]  # seconds, seed, engine


def make(asked: Sequence[Trial], file: Path, made: list[Run], say: Callable[[str], object]) -> None:
    """This will make the runs that are asked for and not among those `made`, and add each to these and to the file."""
    done = {run.key for run in made}
    left = [one for one in asked if key(*one) not in done]
    if len(left) < len(asked):
        say(f"{len(asked) - len(left)} of {len(asked)} runs are in {file} already.")
    if left:
        minutes = sum(seconds for _, seconds, _, _ in left) / 60
        say(f"{len(left)} runs, about {minutes:.0f} minutes.")
    for instance in {one[0].name: one[0] for one in left if one[3] in tables.OWN}.values():
        trial.get_ready(instance)
    for number, (instance, seconds, seed, engine) in enumerate(left, 1):
        run = trial.run(instance, engine, seconds, seed)
        runs.add(file, run)
        made.append(run)
        say(f"{number} of {len(left)}  {_line(run)}")


def publish(out: Path, made: Sequence[Run]) -> None:
    """This will write the table of all runs, and a plot of each set, into a folder."""
    (out / "table.md").write_text(tables.markdown(made))
    for name in dict.fromkeys(run.set for run in made):
        (out / f"{name}.svg").write_text(plots.svg([run for run in made if run.set == name]))


def key(instance: Instance, seconds: float, seed: int, engine: str) -> Key:
    """This will return the key of the run that is asked for."""
    return instance.set, instance.name, engine, seconds, seed


def _line(run: Run) -> str:
    about = f"{run.set}/{run.instance}  {run.engine}, {run.seconds:g} s, seed {run.seed}:"
    if run.state != "ok":
        return f"{about} {run.state}: {run.why}"
    above = "" if run.gap is None else f" ({run.gap:+.2f} %)"
    share = "" if run.cpu_share is None else f", {run.cpu_share:.0%} of its processor time"
    return f"{about} {run.cost:,.0f}{above}, first plan after {run.first_plan} s{share}"
