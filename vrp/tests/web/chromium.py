"""A real Chromium for tests of pages, and what they ask of it. Screenshots are left under test-results/."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
RESULTS = Path(settings.BASE_DIR) / "test-results"
VENDOR = Path(settings.BASE_DIR) / "vrp" / "static" / "vrp" / "vendor"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists() and not os.environ.get("CI"):
        pytest.skip(f"no Chromium at {CHROMIUM}: apt-get install chromium, or set CHROMIUM to where it is")
    with pytest.MonkeyPatch.context() as patch, playwright.sync_playwright() as started:
        # Playwright's sync API keeps an event loop in this thread, in which Django would refuse to use the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def complaints():
    """What pages complained about; a test that expects that clears the list."""
    return []


@pytest.fixture
def open_page(browser, live_server, complaints):
    """Opens pages that complain: about errors in the console, and about requests that leave the site."""
    contexts = []

    def open_page(**options):
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}} | options)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        own = (live_server.url, "data:", "blob:")
        page.on("request", lambda asked: None if asked.url.startswith(own) else complaints.append(asked.url))
        return page

    RESULTS.mkdir(exist_ok=True)
    yield open_page
    for context in contexts:
        context.close()
    assert complaints == [], complaints  # said here, because pytest does not rewrite what it imports


@pytest.fixture
def logged_in(open_page, live_server, client, alice):
    """A page opener for Alice, who is logged in already."""
    client.force_login(alice)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "url": live_server.url}

    def opened(**options):
        page = open_page(**options)
        page.context.add_cookies([cookie | {"value": client.cookies[settings.SESSION_COOKIE_NAME].value}])
        return page

    return opened


def needs_the_map():
    if not (VENDOR / "maplibre" / "maplibre-gl.mjs").exists() and not os.environ.get("CI"):
        pytest.skip("the map library is not there: python vrp/frontend/fetch.py")


def drawn(page, layer):
    return page.evaluate("layer => routebookMap.queryRenderedFeatures({layers: [layer]}).length", layer)


def picture(page, name, **options):
    page.wait_for_load_state()  # Chromium cannot take one between two pages
    page.screenshot(path=RESULTS / f"{name}.png", **options)


def wait_for_map(page):
    page.wait_for_selector("#map[data-ready=yes]", timeout=60_000)
