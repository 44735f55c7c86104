"""`manage.py region add|list|use|remove`: the regions whose roads this site knows."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from vrp.errors import RoutebookError
from vrp.roads import adding, gazetteer, regions
from vrp.roads.embedded import build
from vrp.roads.regions import Region
from vrp.services import addresses

BAD_INPUT = 2


class Command(BaseCommand):
    help = "Roads, base map and addresses out of extracts of OpenStreetMap (.osm.pbf, as from download.geofabrik.de)."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="Make a region of an extract.")
        add.add_argument("file", type=Path, metavar="FILE.osm.pbf")
        add.add_argument("--name", help="lower-case letters, digits, - and _ (default: that of the file)")
        add.add_argument("--profiles", default="car", help=f"of {','.join(build.PROFILES)} (default: car)")
        add.add_argument(
            "--algorithm",
            choices=["auto", "ch", "mld"],
            default="auto",
            help="ch: slow to make, tables three times as fast; mld: ready in seconds (default: ch where quick)",
        )
        add.add_argument("--replace", action="store_true", help="take the place of a region of the same name")
        verbs.add_parser("list", help="Show the regions; * is the one in use where several overlap.")
        for verb, text in (
            ("use", "Prefer a region where several cover the same places."),
            ("remove", "Delete a region."),
        ):
            verbs.add_parser(verb, help=text).add_argument("name")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            getattr(self, f"_{verb}")(**options)
        except RoutebookError as error:
            self.stderr.write(str(error))
            sys.exit(BAD_INPUT)
        except DatabaseError as error:  # addresses are kept there, and only they
            self.stderr.write(f"The addresses of the region could not be changed: {str(error).strip()}")
            sys.exit(1)

    def _add(
        self, file: Path, name: str | None, profiles: str, algorithm: str, replace: bool, **_: Any
    ) -> None:
        wanted = tuple(dict.fromkeys(part.strip() for part in profiles.split(",") if part.strip()))
        unknown = [profile for profile in wanted if profile not in build.PROFILES]
        if unknown or not wanted:
            raise RoutebookError(
                f"--profiles: {', '.join(unknown) or 'none'}; choose of {', '.join(build.PROFILES)}"
            )
        region = adding.add(
            settings.ROUTEBOOK_DATA,
            file,
            name=name or name_of(file),
            profiles=wanted,
            algorithm=algorithm,
            is_replacing=replace,
            say=self.stderr.write,
        )
        self.stderr.write("addresses …")
        addresses.load(region.name, region.stamp, gazetteer.read(region.extract))
        self.stdout.write(_line(region, regions.preferred(settings.ROUTEBOOK_DATA)))

    def _list(self, **_: Any) -> None:
        preferred = regions.preferred(settings.ROUTEBOOK_DATA)
        for region in regions.listed(settings.ROUTEBOOK_DATA):
            self.stdout.write(_line(region, preferred))

    def _use(self, name: str, **_: Any) -> None:
        regions.prefer(settings.ROUTEBOOK_DATA, name)
        self.stdout.write(f"{name} is in use where several regions cover the same places.")

    def _remove(self, name: str, **_: Any) -> None:
        regions.get(settings.ROUTEBOOK_DATA, name)
        addresses.remove(name)
        regions.remove(settings.ROUTEBOOK_DATA, name)
        self.stdout.write(f"{name} is gone.")


def name_of(file: Path) -> str:
    """`Monaco-latest.osm.pbf` is called `monaco`."""
    stem = file.name.lower().removesuffix(".pbf").removesuffix(".osm").removesuffix("-latest")
    return (
        "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in stem).strip("-")[:50]
        or "region"
    )


def _line(region: Region, preferred: str) -> str:
    west, south, east, north = region.bounds
    profiles = ", ".join(f"{name} ({region.algorithms.get(name, '?')})" for name in region.profiles)
    size = sum(file.stat().st_size for file in region.folder.rglob("*") if file.is_file()) / 1e6
    mark = "*" if region.name == preferred else " "
    return (
        f"{mark} {region.name:<20} {profiles:<24} {west:.3f},{south:.3f} to {east:.3f},{north:.3f}"
        f"  {size:,.0f} MB  {'with' if region.base_map.exists() else 'no'} base map"
    )
