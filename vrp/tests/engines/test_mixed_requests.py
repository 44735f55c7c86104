"""Requests that mix every feature: no engine breaks a rule, claims a wrong cost or, as `auto`, is far off.

`ROUTEBOOK_MIXED_CASES=2000 pytest -s -m evidence vrp/tests/engines/test_mixed_requests.py` prints what came of them.
"""

import json
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from vrp import engines
from vrp.tests.engines.mixed import mixed_request, mixed_requests
from vrp.tests.engines.mixed_trial import Trial, tried
from vrp.tests.problems import Document
from vrp.tests.shrinking import smallest

CASES = int(os.environ.get("ROUTEBOOK_MIXED_CASES", "300"))
FIRST = int(os.environ.get("ROUTEBOOK_MIXED_SEED", "1"))  # case k is drawn with the seed FIRST + k


@settings(max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(document=mixed_requests)
def test_no_engine_breaks_a_rule_of_a_mixed_request(document: Document) -> None:
    trial = tried(document)

    assert not trial.complaints, pinned(document)


@pytest.mark.evidence
@pytest.mark.timeout(120 + 2 * CASES)
def test_hundreds_of_mixed_requests() -> None:
    trials = in_parallel(range(FIRST, FIRST + CASES))

    print(account(trials))
    wrong = [seed for seed, trial in trials.items() if trial.complaints]
    answered = [seed for seed, trial in trials.items() if trial.auto and trial.has_legal_plan]
    far = [seed for seed in answered if trials[seed].is_far(trials[seed].auto)]
    assert not wrong, "\n".join(pinned(request(seed)) for seed in wrong[:3])
    assert len(far) <= 0.05 * len(answered), f"far from the best plan: seeds {far}"


def request(seed: int) -> Document:
    return mixed_request(Random(seed))


def in_parallel(seeds: range) -> dict[int, Trial]:
    """Each core tries requests in a process of its own."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return dict(zip(seeds, pool.map(tried_by_seed, seeds, chunksize=5), strict=True))


def tried_by_seed(seed: int) -> Trial:
    try:
        return tried(request(seed))
    except Exception as error:
        error.add_note(f"the request of seed {seed}: {json.dumps(request(seed))}")
        raise


def account(trials: dict[int, Trial]) -> str:
    """What came of the requests, to be read."""
    legal = {seed: trial for seed, trial in trials.items() if trial.has_legal_plan}
    refusals = Counter(trial.refused_for for trial in trials.values() if trial.refused_for)
    lines = [
        f"{len(trials)} requests; {len(trials) - len(legal)} whose fixed parts break a rule in every plan",
        f"auto refused {refusals.total()}, took {dict(Counter(trial.auto for trial in legal.values()))}",
    ]
    for engine in engines.installed():
        asked = {seed: trial for seed, trial in legal.items() if engine in trial.ranks}
        far = [seed for seed, trial in asked.items() if trial.is_far(engine)]
        as_auto = [seed for seed in far if trials[seed].auto == engine]
        lines.append(f"{engine}: asked {len(asked)}, far from the best {len(far)}, as auto {len(as_auto)}")
        lines += [f"  seed {s}: {trials[s].ranks[engine]} instead of {trials[s].best}" for s in far]
    lines += [f"refused {count} x: {words}" for words, count in refusals.most_common(20)]
    lines += [f"wrong: seed {s}, {words}" for s, trial in trials.items() for words in trial.complaints[:2]]
    return "\n".join(lines)


def pinned(document: Document) -> str:
    """The smallest part of a request that is still answered wrongly, with what is wrong."""
    small = smallest(document, is_wrong)
    return json.dumps(small) + "\n" + "\n".join(tried(small).complaints)


def is_wrong(document: Document) -> bool:
    try:
        return bool(tried(document).complaints)
    except Exception:  # too much was taken away: no longer a request
        return False
