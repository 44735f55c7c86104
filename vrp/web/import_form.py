"""The form of the import page. A file is sent once: later posts bring it along in a hidden field."""

import csv
import io
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import Any

from django import forms

_COORDINATES = re.compile(r"\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*", re.ASCII)
MOST_BYTES = 20 * 2**20  # both files, so that they still fit a post when written as text


class ImportForm(forms.Form):
    """Stops from a file, a text or a file sent before; vehicles from a file, a few fields, or within the first."""

    file = forms.FileField(required=False)
    text = forms.CharField(required=False, strip=False)
    vehicles_file = forms.FileField(required=False)
    name = forms.CharField(required=False, max_length=200)
    count = forms.IntegerField(required=False, min_value=1, max_value=1000)
    capacity = forms.IntegerField(required=False, min_value=0)
    depot = forms.CharField(required=False, max_length=200)
    shift_from = forms.TimeField(required=False)
    shift_to = forms.TimeField(required=False)
    kept_filename = forms.CharField(required=False, max_length=1000)
    kept_file = forms.CharField(required=False)
    kept_vehicles = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["filename"], values["data"] = self._stops(values)
        values["vehicles"] = self._vehicles(values)
        if not values["data"] and not self.errors:
            self.add_error("file", "Choose a file, or paste its text below.")
        if len(values["data"]) + len(values["vehicles"] or b"") > MOST_BYTES:
            self.add_error(
                "file", f"Files up to {MOST_BYTES // 2**20} MB can be imported here; the API takes more."
            )
        return values

    def _stops(self, values: dict[str, Any]) -> tuple[str, bytes]:
        if values.get("file"):
            return values["file"].name, values["file"].read()
        if values.get("text", "").strip():
            return "Pasted", values["text"].encode("utf-8", "replace")
        return values.get("kept_filename") or "Import", self._kept("kept_file")

    def _vehicles(self, values: dict[str, Any]) -> bytes | None:
        if values.get("vehicles_file"):
            return values["vehicles_file"].read()
        if values.get("count") or values.get("depot"):
            return self._fleet(values)
        return self._kept("kept_vehicles") or None

    def _fleet(self, values: dict[str, Any]) -> bytes | None:
        """The few fields as the file that says the same, so that there is one way to read vehicles."""
        depot = values.get("depot") or ""
        if not depot.strip():
            self.add_error(
                "depot", "Write an address, or the latitude, a comma and the longitude: 43.7280, 7.4180"
            )
            return None
        row = {"id": "vehicle", "count": values.get("count") or 1}
        if numbers := _COORDINATES.fullmatch(depot):
            row |= {"latitude": numbers[1], "longitude": numbers[2]}
        else:
            row["address"] = depot
        hours = {"from": values.get("shift_from"), "to": values.get("shift_to")}
        row |= {key: value.strftime("%H:%M") for key, value in hours.items() if value}
        if values.get("capacity") is not None:
            row["capacity"] = values["capacity"]
        out = io.StringIO()
        writer = csv.DictWriter(out, row)
        writer.writeheader()
        writer.writerow(row)
        return out.getvalue().encode()

    def _kept(self, name: str) -> bytes:
        try:
            return b64decode(self.cleaned_data.get(name) or "", validate=True)
        except (NotBase64, ValueError):
            self.add_error(None, "The file did not come through; please choose it again.")
            return b""


def kept(values: dict[str, Any]) -> dict[str, str]:
    """This will return the hidden fields that bring the files along to the next post."""
    return {
        "kept_filename": values["filename"],
        "kept_file": b64encode(values["data"]).decode(),
        "kept_vehicles": b64encode(values["vehicles"] or b"").decode(),
    }
