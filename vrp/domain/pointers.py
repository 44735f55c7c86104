"""JSON pointers and patches into a request as its writer wrote it."""

import copy
from datetime import datetime, timedelta
from typing import Any

from vrp.domain import clock
from vrp.domain.problem import Order, Vehicle

Document = dict[str, Any]


class Pointers:
    """This will find the values of a request in the document it was read from, and write changes of them as JSON
    Patches that first test that nobody changed them meanwhile."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seconds, _ = clock.normalise(document)

    def to(self, *place: Any) -> str:
        """This will return the pointer to a place of the request. A window is named by its moments, and found
        wherever it stands among its kind; `start` and `end` of one are found in pairs as well."""
        path, here = "", self.seconds
        for part in place:
            key: Any = part
            if isinstance(part, tuple):
                key = next(k for k, window in enumerate(here) if _moments(window) == part)
            elif part in ("start", "end") and isinstance(here, list):
                key = 0 if part == "start" else 1
            path += f"/{key}"
            here = here.get(key, {}) if isinstance(here, dict) else here[key]
        return path

    def replace(self, pointer: str, value: Any) -> list[Document]:
        """This will write the change of one value that is there; a moment written as text stays one."""
        was = self._at(pointer)
        if isinstance(was, str):
            value = _later(was, value - _look_up(self.seconds, pointer))
        return [
            *self._same_row(pointer),
            {"op": "test", "path": pointer, "value": was},
            {"op": "replace", "path": pointer, "value": value},
        ]

    def remove(self, pointer: str) -> list[Document]:
        """This will write that a job or shipment is taken out."""
        return [*self._same_row(pointer), {"op": "remove", "path": pointer}]

    def may_remove(self, order: Order) -> bool:
        """This will tell whether nothing else in the request names the order, or lives by it."""
        names = {str(order.id)} | {str(task.id) for task in order.tasks}
        for relation in self.document.get("relations") or ():
            if names & set(map(str, relation.get("ids", ()))):
                return False
        for vehicle in self.document.get("vehicles") or ():
            if any(str(step.get("id")) in names for step in vehicle.get("steps") or ()):
                return False
        name = order.spec.compatibility_class
        rows = [*(self.document.get("jobs") or ()), *(self.document.get("shipments") or ())]
        alike = sum(1 for row in rows if str(row.get("compatibility_class")) == str(name))
        return name is None or alike > 1 or not self.document.get("incompatibilities")

    def give_skills(self, vehicle: Vehicle, skills: list[str]) -> list[Document]:
        """This will write that a vehicle gets skills."""
        pointer, row = self._row(vehicle)
        if isinstance(row.get("skills"), list):
            added = [{"op": "add", "path": f"{pointer}/skills/-", "value": name} for name in skills]
            return [*self._same_row(pointer), *added]
        return [*self._same_row(pointer), {"op": "add", "path": f"{pointer}/skills", "value": skills}]

    def allow(self, order: Order, vehicle: Vehicle) -> tuple[list[Document], str]:
        """This will write that a vehicle may serve an order; with the pointer to the list that forbade it."""
        pointer = self.to(*order.path)
        row, patch, need = self._at(pointer), self._same_row(pointer), ""
        forbidden = [str(name) for name in row.get("forbidden_vehicles") or ()]
        for k in reversed(range(len(forbidden))):
            if forbidden[k] in vehicle.names:
                need = f"{pointer}/forbidden_vehicles"
                value = row["forbidden_vehicles"][k]
                patch += [
                    {"op": "test", "path": f"{need}/{k}", "value": value},
                    {"op": "remove", "path": f"{need}/{k}"},
                ]
        allowed = [str(name) for name in row.get("allowed_vehicles") or ()]
        if allowed and vehicle.names.isdisjoint(allowed):
            need = f"{pointer}/allowed_vehicles"
            patch.append({"op": "add", "path": f"{need}/-", "value": vehicle.spec.id})
        return patch, need

    def one_more(self, vehicle: Vehicle) -> tuple[list[Document], str, str | int]:
        """This will write that there is one more vehicle of a kind: a higher count, else a copy under a new name;
        with the pointer to that, and the name that requests call it by."""
        pointer, row = self._row(vehicle)
        if vehicle.spec.count > 1:
            need = f"{pointer}/count"
            return self.replace(need, vehicle.spec.count + 1), need, vehicle.spec.id
        taken = {str(other.get("id")) for other in self.document["vehicles"]}
        number = next(k for k in range(2, len(taken) + 3) if f"{vehicle.spec.id}-{k}" not in taken)
        another = copy.deepcopy({key: value for key, value in row.items() if key not in ("steps", "count")})
        another["id"] = f"{vehicle.spec.id}-{number}"
        return [{"op": "add", "path": "/vehicles/-", "value": another}], "/vehicles/-", another["id"]

    def _row(self, vehicle: Vehicle) -> tuple[str, Document]:
        pointer = self.to(*vehicle.path)
        return pointer, self._at(pointer)

    def _same_row(self, pointer: str) -> list[Document]:
        """A test that the job, shipment or vehicle that the pointer goes into is still the same."""
        row = "/".join(pointer.split("/")[:3])
        name = "id" if self._at(row).get("id") is not None else "pickup/id"
        return [{"op": "test", "path": f"{row}/{name}", "value": self._at(f"{row}/{name}")}]

    def _at(self, pointer: str) -> Any:
        return _look_up(self.document, pointer)


def _look_up(document: Document, pointer: str) -> Any:
    here: Any = document
    for part in pointer.split("/")[1:]:
        here = here[int(part)] if isinstance(here, list) else here[part]
    return here


def _later(moment: str, seconds: int) -> str:
    return (datetime.fromisoformat(moment) + timedelta(seconds=seconds)).isoformat()


def _moments(window: Any) -> tuple[int, int]:
    start, end = (window["start"], window["end"]) if isinstance(window, dict) else window
    return int(start), int(end)
