"""The published problems a folder holds, as its table of best known plans lists them."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from vrp.management.files import BadInput


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem in a file. `best_known` is what the best plan known costs by the evaluator; None where none is
    published."""

    set: str
    name: str
    customers: int
    file: Path
    round_func: str = "round"
    best_known: float | None = None

    def __str__(self) -> str:
        return f"{self.set}/{self.name}"


def read(folder: Path) -> list[Instance]:
    """This will return the instances under `folder`, or raise `BadInput` when it holds no sets."""
    table = folder / "instances" / "BKS.csv"
    if not table.is_file():
        raise BadInput(f"no benchmark sets at {folder}: there is no instances/BKS.csv (see --data)")
    return [_instance(table, row) for row in csv.DictReader(table.read_text().splitlines())]


def _instance(table: Path, row: dict[str, str]) -> Instance:
    try:
        return Instance(
            row["variant"],
            row["name"],
            int(row["locations"]) - int(row["depots"]),
            table.parent / row["variant"] / f"{row['name']}.vrp",
            row["scale_mode"],
            float(row["recomputed_in_scaled_units"]),
        )
    except (KeyError, ValueError) as error:
        raise BadInput(f"{table}: a row cannot be read: {error}") from error


def named(names: Sequence[str], instances: Sequence[Instance]) -> list[Instance]:
    """This will return what `SET` and `SET/INSTANCE` name, wildcards allowed, or raise `BadInput`."""
    found: dict[str, Instance] = {}
    for name in names:
        pattern = name if "/" in name else f"{name}/*"
        matching = {str(one): one for one in instances if fnmatchcase(str(one), pattern)}
        if not matching:
            raise BadInput(f"there is no set or instance {name}; {_there_are(name, instances)}")
        found |= matching
    return list(found.values())


def _there_are(name: str, instances: Sequence[Instance]) -> str:
    inside = [one.name for one in instances if one.set == name.partition("/")[0]]
    return "there are " + ", ".join(inside or dict.fromkeys(one.set for one in instances))
