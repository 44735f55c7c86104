"""kill -9 at random moments: no solve lost, none finished twice, all done in the end, going again within 5 s."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import psutil
import pytest

from vrp.models import Solution
from vrp.tests.jobs.stack import Kept, Stack, say
from vrp.tests.plans import two_stops

pytestmark = pytest.mark.timeout(600)
few_then_many = pytest.mark.parametrize(
    "kills", [2, pytest.param(20, marks=pytest.mark.evidence)], ids=["a-few", "evidence"]
)


def rounds(stack: Stack, kills: int, kill: Callable[[], int]) -> list[float]:
    """Each round starts three solves and kills something at a random moment. How long until work went on."""
    chance = random.Random(20)
    jobs = [{"id": number, "location": [16 + number / 100, 48]} for number in range(40)]
    scenario = stack.scenario(jobs=jobs, meta={"takes": 0.6})
    recoveries: list[float] = []
    started, killed, done_after = [], [], []
    for done in range(kills):
        started += [stack.start(scenario, engine="pyvrp", time_limit=0.8).pk for _ in range(3)]
        time.sleep(chance.uniform(0, 1.2))
        killed_at = time.time()
        killed.append(kill())
        done_after.append(stack.wait_for("succeeded", count=3 * (done + 1), seconds=30))
        recoveries += stack.recoveries(killed_at)
    assert set(Solution.objects.values_list("pk", flat=True)) == set(started)
    finishes = Counter(pk for pk, _, now, _, _ in stack.audit() if now in Solution.FINISHED)
    assert finishes == Counter(started)
    say("all three solves done", done_after)
    assert len(set(killed)) == kills  # each time another process, so each time it really died
    return recoveries


@few_then_many
def test_killed_worker_loses_no_solve(stack: Stack, kills: int):
    worker = stack.fake_worker()

    recoveries = rounds(stack, kills, worker.kill)

    say("killed worker", recoveries)
    assert max(recoveries, default=0) <= 5


@few_then_many
def test_killed_database_loses_no_solve(stack: Stack, kills: int):
    stack.fake_worker()

    recoveries = rounds(stack, kills, stack.kill_postgres)

    say("killed database", recoveries)
    assert max(recoveries, default=0) <= 5


@pytest.mark.evidence
def test_everything_killed_at_once_loses_no_solve(stack: Stack):
    worker = stack.fake_worker()

    def kill() -> int:
        stack.kill_postgres()
        return worker.kill()

    recoveries = rounds(stack, 20, kill)

    say("killed worker and database", recoveries)
    assert max(recoveries, default=0) <= 5


@few_then_many
def test_killed_solver_loses_no_solve(stack: Stack, kills: int):
    worker = stack.worker()

    def kill() -> int:
        killed: list[psutil.Process] = []

        def seen() -> bool:  # and kept, for one may end by itself at any moment
            killed[:] = solvers(worker)
            return bool(killed)

        stack.wait_until(seen)
        for solver in killed:
            with suppress(psutil.NoSuchProcess):
                solver.kill()
        return killed[0].pid

    recoveries = rounds(stack, kills, kill)

    say("killed solver", recoveries)
    assert max(recoveries, default=0) <= 5


@few_then_many
def test_killed_worker_takes_its_solvers_along(stack: Stack, kills: int):
    worker = stack.worker()
    scenario = stack.scenario()
    for number in range(1, kills + 1):
        stack.start(scenario, engine="pyvrp", time_limit=1)
        stack.wait_until(lambda: solvers(worker))
        orphans = solvers(worker)

        worker.process.kill()

        stack.wait_until(lambda: not any(map(is_alive, orphans)), seconds=2)  # noqa: B023
        stack.wait_for("succeeded", count=number)


@few_then_many
def test_killed_web_server_loses_no_answered_call_and_doubles_none(stack: Stack, kills: int):
    stack.fake_worker()
    web, address = stack.web()
    ledger, waits = [], []
    with httpx.Client(timeout=10) as http:
        planner = Insistent(http, address)
        for number in range(kills * 3):
            if number % 3 == 0:
                threading.Timer(planner.chance.uniform(0, 0.2), web.kill).start()
            asked = time.monotonic()
            ledger.append(planner.solve(str(number)))
            waits.append(time.monotonic() - asked)
        again = [planner.solve(str(number)) for number in range(kills * 3)]

    assert again == ledger
    assert Solution.objects.count() == len(set(ledger)) == kills * 3
    stack.wait_for("succeeded", count=kills * 3)
    say("killed web server, answer to the call", waits)


class Insistent:
    """A planner's program: the same call with the same key until it is answered."""

    def __init__(self, http: httpx.Client, address: str) -> None:
        self.http, self.chance = http, random.Random(7)
        account = {"email": "ann@example.org", "password": "correct horse battery"}
        self._post(f"{address}/auth/register/", account)
        token = self._post(f"{address}/auth/token/", account)["access"]
        http.headers["Authorization"] = f"Bearer {token}"
        session = self._post(f"{address}/sessions/", {"name": "Monday"})["id"]
        body = {"name": "Plan", "request": two_stops(meta={"takes": 0})}
        scenario = self._post(f"{address}/sessions/{session}/scenarios/", body)["id"]
        self.url = f"{address}/scenarios/{scenario}/solutions/"

    def solve(self, key: str) -> str:
        while True:
            with suppress(httpx.TransportError):
                answer = self.http.post(self.url, json={"time_limit": 1}, headers={"Idempotency-Key": key})
                if answer.status_code == 202:
                    return answer.json()["id"]
                assert answer.status_code in (409, 503), answer.text
            time.sleep(0.05)

    def _post(self, url: str, body: object) -> Any:
        return self.http.post(url, json=body).raise_for_status().json()


def solvers(worker: Kept) -> list[psutil.Process]:
    try:
        return psutil.Process(worker.process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
