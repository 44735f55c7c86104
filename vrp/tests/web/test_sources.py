"""What the pages are made of: nothing that a strict content security policy would stop, nothing from another site."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FRONTEND = ROOT / "vrp" / "frontend"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "vrp" / "static" / "vrp").glob("*.js"))
UNSAFE_IN_TEMPLATES = (
    r"\|\s*safe\b",
    r"autoescape off",
    r"\sstyle=",
    r"\son[a-z]+=",
    r"javascript:",
    r"<script(?![^>]*\bsrc=)",
    r"(src|href|action)=[\"']?(https?:)?//",
)
UNSAFE_IN_SCRIPTS = (
    r"innerHTML",
    r"outerHTML",
    r"insertAdjacentHTML",
    r"setHTML",
    r"document\.write",
    r"\beval\b",
    r"https?://",
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_has_nothing_inline_and_escapes_everything(path):
    text = path.read_text()

    assert [pattern for pattern in UNSAFE_IN_TEMPLATES if re.search(pattern, text)] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script_writes_text_only_as_text(path):
    text = path.read_text()

    assert [pattern for pattern in UNSAFE_IN_SCRIPTS if re.search(pattern, text)] == []


def test_lock_file_names_exact_versions_with_digests_and_no_registry():
    wanted = json.loads((FRONTEND / "package.json").read_text())["dependencies"]
    lock = json.loads((FRONTEND / "package-lock.json").read_text())

    for name, version in wanted.items():
        locked = lock["packages"][f"node_modules/{name}"]
        assert locked["version"] == version
        assert locked["integrity"].startswith("sha512-")
    assert not any("resolved" in package for package in lock["packages"].values())


def test_map_library_is_beyond_its_known_hole():
    version = json.loads((FRONTEND / "package.json").read_text())["dependencies"]["maplibre-gl"]

    assert tuple(map(int, version.split("."))) >= (6, 4, 1)
