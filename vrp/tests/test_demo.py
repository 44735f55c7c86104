"""The demo as a stranger meets it. Slow to start, so the README's tour and the kills share one data folder."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request

import psutil
import pytest
from django.conf import settings

from vrp.tests.config.conftest import clean_up, open_folder
from vrp.tests.demo import Demo
from vrp.tests.web.chromium import drawn, needs_the_map, picture, wait_for_map


@pytest.fixture(scope="module")
def demo():
    folder = open_folder()
    demo = Demo(folder / "data").start()
    yield demo
    if demo.process.poll() is None:
        demo.stop()
    clean_up(demo.data)
    shutil.rmtree(folder)


def sessions_of_the_demo(demo):
    log_in = urllib.request.Request(
        f"{demo.url}/api/v1/auth/token/",
        json.dumps({"email": "demo@routebook.example", "password": "routebook-demo"}).encode(),
        {"Content-Type": "application/json"},
    )
    token = json.load(urllib.request.urlopen(log_in))["access"]
    ask = urllib.request.Request(f"{demo.url}/api/v1/sessions/", headers={"Authorization": f"Bearer {token}"})
    return [row["name"] for row in json.load(urllib.request.urlopen(ask))["results"]]


def test_the_readmes_tour_works_as_printed(demo, tmp_path):
    (tour,) = re.findall(r"```bash\n(.*?)```", (settings.BASE_DIR / "README.md").read_text(), re.DOTALL)
    script = "set -euo pipefail\n" + tour.replace("http://127.0.0.1:8000", demo.url)

    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "partial" in done.stdout
    assert "('prater'" in done.stdout
    assert "palace ['CAPACITY']" in done.stdout
    assert (tmp_path / "plan.xlsx").read_bytes()[:2] == b"PK"


@pytest.mark.browser
def test_the_demo_scenario_follows_monacos_streets_and_asks_nobody_else(demo, browser):
    needs_the_map()
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(demo.url)
    page.fill("[name=username]", "demo@routebook.example")
    page.fill("[name=password]", "routebook-demo")
    page.click("main button.primary")

    page.click("text=Monaco, Monday")
    page.click("text=All stops, three vans and a bike")
    page.fill("[name=time_limit]", "2")
    page.click("main button.primary:has-text('Find routes')")
    wait_for_map(page)

    assert page.is_visible("text=road times")
    assert not page.is_visible("text=estimated road times")
    assert drawn(page, "roads") > 0
    bends = (
        "routebookMap.querySourceFeatures('lines').flatMap((line) => line.geometry.coordinates.flat()).length"
    )
    assert page.evaluate(bends) > 1_000  # straight lines through 60 stops have far fewer
    assert page.inner_text(".map-credit") == "© OpenStreetMap contributors"
    assert [url for url in asked if not url.startswith((demo.url, "data:", "blob:"))] == []
    picture(page, "demo")


def test_the_demo_prints_its_address_and_its_log_in(demo):
    assert demo.url in demo.said()
    assert "demo@routebook.example" in demo.said()


def test_a_start_after_everything_was_killed_keeps_all_data(demo):
    demo.kill_everything()

    demo.start()

    assert sessions_of_the_demo(demo) == ["Monaco, Monday"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_it_started(demo, number):
    if demo.process.poll() is not None:
        demo.start()

    demo.stop(number)

    left = [process for process in demo.family() if process.is_running()]
    psutil.wait_procs(left, timeout=5)
    assert [process.name() for process in left if process.is_running()] == []


def test_a_taken_port_is_said_in_words(demo):
    if demo.process.poll() is not None:
        demo.start()

    environment = os.environ | {"PORT": str(demo.port), "ROUTEBOOK_DATA": str(demo.data)}
    done = subprocess.run(
        [sys.executable, "manage.py", "demo"],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=30,
    )  # fmt: skip

    assert done.returncode != 0
    assert f"Port {demo.port} is taken" in done.stderr
