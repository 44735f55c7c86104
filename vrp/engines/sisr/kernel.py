"""Slack induction by string removals, compiled.

The search is Christiaens and Vanden Berghe's "Slack Induction by String Removals for Vehicle Routing Problems"
(Transportation Science, 2020): strings of neighbouring stops are torn out of a few routes (`_ruin`) and put back one by
one at their cheapest places, now and then passing over one (`_recreate`); simulated annealing decides what is kept.

Everything is whole numbers in a few arrays. A task is a row of `nodes` (what changes) and of `facts` (what does not);
each route has a row of `routes` and two more nodes, its start and its end, so that no place in it is special. Before a
row is changed it is noted in a journal, from which a rejected round is undone.

What a problem does not use must cost nothing: the switches below are constants, and `special.py` writes a copy of
this file for each set of them. As it stands everything is on.

The rules that decide the speed: no reference counting (`_nrt=False`, so nothing is allocated in here), small functions
inlined, rows of 32 bits, both directions of a way side by side.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit

# switches
TIMES = True  # shifts or windows
WINDOWS = True  # several windows at some stops
SPANS = True  # limits on the duration of routes
SEQUENCE = True  # the load on board depends on the order of stops: something is picked up
PAIRS = True  # shipments
METRES = True  # distances cost something or are limited
TYPES = True  # more than one kind of vehicle
PROFILES = True  # more than one table of travel
ALLOWED = True  # not every vehicle may serve everything
COUNTED = True  # limits on the number of stops
DRIVES = True  # limits on the seconds on the way
SETUPS = True  # setups that are skipped at the same place
WORKS = True  # seconds of work depend on the type of vehicle
HOURS = True  # hours of work, of waiting or from start to end cost something, or overtime does
RELEASES = True  # goods that are not ready when the vehicle could leave
WISHES = True  # vehicles that a stop would rather have, or not
CHOICES = True  # stops of which only one is to be served
WALKS = True  # breaks, or what else is only seen by going through a route: see `_walk`
PRICED = True  # some stops may be left out for a price
GAPS = True  # there is no way between some places
RETYPES = True  # routes may change to another vehicle that stands at the same depots
SPARSE = False  # ways are looked up among some that are held, or computed, instead of in a table of all
DIMENSIONS = 1  # of load
# end of switches
CLOCKS = TIMES and (WINDOWS or not SPANS)  # spans know of several windows only when they begin and end

# What stands for a route: in the bank; taken out in this round; not this search's business.
BANK, OUT, ELSEWHERE = -1, -2, -3

NEVER = 1 << 60
DEAR = 1 << 40  # a price above it is no price: the task ought to be served
BROKEN = 1 << 55
NO_WAY = 1 << 28  # seconds, or metres, where there is none
_LATE = 1 << 30  # a moment after everything, in 32 bits
Array = Any
Kernel = TypeVar("Kernel", bound=Callable[..., Any])
_OPTIONS: dict[str, Any] = {
    "cache": True,
    "error_model": "numpy",
    "fastmath": True,
    "nogil": True,
    "_nrt": False,
}


def fast(function: Kernel) -> Kernel:
    return cast("Kernel", njit(**_OPTIONS)(function))


def inlined(function: Kernel) -> Kernel:
    return cast("Kernel", njit(**_OPTIONS, forceinline=True)(function))


def exact(function: Kernel) -> Kernel:
    """Every operation on floats as it is written, so that it comes to the same bit as in the domain."""
    return cast("Kernel", njit(**(_OPTIONS | {"fastmath": False, "forceinline": True}))(function))


MORE = 6  # strings torn out around a route that is taken out as a whole
SHORT = 25  # stops of a route that is taken out as a whole at most
BATCH = 10  # neighbours looked at together
SWAPPED = 10  # neighbours with whose routes tails are exchanged

# Columns of `nodes`
PREV, NEXT, ROUTE, MARK, SECONDS = range(
    5
)  # MARK: the round in which the row was last noted; SECONDS: the way here
_next = 5
METRES_IN = _next
_next += METRES
DEPART, LATEST = _next, _next + TIMES  # DEPART: when work is done; LATEST: when it has to begin
_next += 2 * TIMES
# Spans as in PyVRP (Wouda, Lan and Kool, INFORMS Journal on Computing, 2024): how long from the start of a route to
# the end of work here, and from the beginning of work here to the end of the route; earliest and latest beginnings.
SPAN, SPAN_EARLY, SPAN_LATE, REST, REST_EARLY, REST_LATE = (_next + k * SPANS for k in range(6))
_next += 6 * SPANS
LOAD, BEFORE, AFTER = (
    _next + k * SEQUENCE * DIMENSIONS for k in range(3)
)  # on board; the most until, and from here
_next += 3 * SEQUENCE * DIMENSIONS
NODE_WIDTH = (_next + 3) // 4 * 4

# Columns of `facts`
PLACE, OPENS, CLOSES, WORK, SETUP, IS_PICKUP, SIZE, REMOTE, FIRST_WINDOW, LAST_WINDOW = range(10)
_next = 10
RELEASE = _next
_next += RELEASES
DELIVERED, PICKED = _next, _next + DIMENSIONS
# Behind it, where work depends on the vehicle: work and setup for each type there is, at `types[t, WORK_AT]`.
FACT_WIDTH = (_next + 2 * DIMENSIONS + 3) // 4 * 4

# Columns of `routes`
STOPS, DRIVEN, LENGTH, DURATION, TOUCHED, TYPE = range(6)
WORKED = 6  # seconds of work
READY = WORKED + HOURS  # when the last of its goods is
WISHED = READY + RELEASES  # money for who serves what
EXTRA = WISHED + WISHES  # money that `_walk` found; `BROKEN` where it found a rule broken
CARRIED = EXTRA + WALKS  # what is on board when it leaves, by dimension
ROUTE_WIDTH = CARRIED + DIMENSIONS

# Columns of `types`
FIXED, PER_SECOND, PER_METRE, MOST_METRES, MOST_DURATION, MOST_STOPS, MOST_SECONDS, PROFILE, GROUP = range(9)
# LONG: the duration after which it is overtime. IS_WALKED: whether `_place_cost` cannot tell all by itself.
PER_WORK, PER_DURATION, LONG, PER_OVERTIME, WORK_AT = range(9, 14)
IS_WALKED, IS_TIMED, IS_SOFT, IS_KEPT, MOST_WAIT, FIRST_BREAK, LAST_BREAK, ROOM = range(14, 22)

# Columns of `breaks`: windows among `windows`, seconds.
BREAK_WINDOW, BREAK_LAST_WINDOW, LASTING = range(3)

# Columns of `soft`: seconds, then money for each second before and after.
SOFT_FROM, SOFT_UNTIL, PER_EARLY, PER_LATE = range(4)

# Columns of `walk`, a row for each stop and break of a route in their order. NODE: of a break, -1 and less. LEG: the
# way from the place before. DEPARTS: at the earliest, by the number of breaks taken; TOOK: how many on the way here.
MOST_BREAKS = 3
# FLOOR: work begins no earlier, RAISED: and is to begin so much later, for the sake of a limit.
NODE, LEG, LASTS, FROM, UNTIL, BEGINS, WAITS, FLOOR, RAISED, DEPARTS = range(10)
TOOK = DEPARTS + MOST_BREAKS + 1
WALK_WIDTH = TOOK + MOST_BREAKS + 1

# Entries of `laws`: what kind of one it is; times, rounding, times; how fast; the knots of an estimate, if it is one:
# how many, then circles, roads, times, and how both rise from knot to knot.
LAW, TIMES_BEFORE, ROUNDING, TIMES_AFTER, SPEED, KNOTS = range(6)
STRAIGHT, BY_METRES, BY_SECONDS = 0, 1, 2
NEAREST, DOWN, UP = 0, 1, 2
DIAMETER = 2 * 6_371_009  # metres, of the earth

# Entries of `totals`
COST, ROUND, ROUTES_USED, BEST_COST, BANKED, SAVED_AT, IS_DIRTY, SAVED_COST, TAG, GAP, TASKS = range(11)
# Entries of `tuning`
STOPS_REMOVED, LONGEST_STRING, BLINK, FILLS_ONLY, SAVES_EVERY, BATCHES, PATIENCE, EMPTIES, SWAPS, DEPOTS = (
    range(10)
)


class Fixed(NamedTuple):
    """What does not change. Ways are `[profile, place, other, …]`: seconds from the other, to it, metres likewise.

    Where they are sparse, `ways` is empty. Of each profile and place a table with open addressing holds some: rows
    `held[held_from[profile, place]:held_from[profile, place + 1]]` of the other place (-1: nothing) and its ways. All
    others are computed from `positions` as `laws[profile, 0 or 1]` (seconds or metres) say.
    """

    size: int  # tasks
    facts: Array
    types: Array
    ways: Array
    windows: Array
    near: Array  # tasks by nearness: what is torn out together
    before: Array  # tasks that may well come before a task, the nearest first
    after: Array
    prices: Array  # of leaving a task out
    mates: Array  # the other end of a shipment, or -1
    allowed: Array  # a bit for each type of vehicle
    reach: Array  # what the way to the first of each batch of `before` and `after` costs at least
    held: Array
    held_from: Array
    positions: Array
    laws: Array
    wishes: Array  # `[type, task]`: money for serving it
    others: Array  # the next of those of which one is to be served, in a circle
    breaks: Array  # of all types, one after the other
    soft: Array  # of each task, then of the shift of each type
    rides: Array  # the most seconds from its pickup to a delivery


class State(NamedTuple):
    """What changes. `free` are the unused routes of each type; `bank` the tasks that are in no route."""

    nodes: Array
    routes: Array
    journal: Array
    noted: Array
    route_journal: Array
    touched: Array
    old_costs: Array
    free: Array
    free_count: Array
    removed: Array
    keys: Array
    bank: Array
    bank_place: Array
    best: Array
    tags: Array
    candidates: Array
    walk: Array
    bends: Array  # of the function in `_cheapest_times`: where, and by how much its slope grows
    totals: Array
    random: Array
    tuning: Array


@inlined
def _chance(random: Array) -> float:
    """From 0 to 1, by xorshift (Marsaglia)."""
    s = random[0]
    s ^= s << np.uint64(13)
    s ^= s >> np.uint64(7)
    s ^= s << np.uint64(17)
    random[0] = s
    return (s >> np.uint64(11)) * (1.0 / 9007199254740992.0)


# Ways -------------------------------------------------------------------------------------------------------


@inlined
def _profile(types: Array, kind: int) -> int:
    return types[kind, PROFILE] if PROFILES else 0


@inlined
def _type(routes: Array, r: int) -> int:
    return routes[r, TYPE] if TYPES else 0


@exact
def _computed(positions: Array, laws: Array, p: int, which: int, at: int, other: int) -> int:
    """Straight lines in a plane, or the domain's estimate by the great circle."""
    law = laws[p, which]
    x = positions[at, 0] - positions[other, 0]
    y = positions[at, 1] - positions[other, 1]
    z = positions[at, 2] - positions[other, 2]
    value = math.sqrt(x * x + y * y + z * z)
    if value != value:  # an open end lies nowhere
        return 0
    if law[LAW] == STRAIGHT:
        value *= law[TIMES_BEFORE]
        if law[ROUNDING] == NEAREST:
            value = np.rint(value)
        else:
            value = np.floor(value) if law[ROUNDING] == DOWN else np.ceil(value)
        value *= law[TIMES_AFTER]
    else:
        value = DIAMETER * math.asin(min(1.0, value / 2))
        knots = int(law[KNOTS])
        value = _rounded_between(law, KNOTS + 1, KNOTS + 1 + knots, KNOTS + 1 + 3 * knots, knots, value)
        if law[LAW] == BY_SECONDS:
            first = KNOTS + 1 + knots
            value = _rounded_between(law, first, first + knots, first + 3 * knots, knots, value)
    if law[SPEED] != 1.0:
        value = np.floor(value / law[SPEED] + 0.5)
    return int(value)


@exact
def _rounded_between(law: Array, xs: int, ys: int, rises: int, knots: int, x: float) -> float:
    """What lies between two knots, in whole numbers."""
    k = 0
    while k < knots - 2 and x >= law[xs + k + 1]:
        k += 1
    return float(np.rint(law[ys + k] + law[rises + k] * (x - law[xs + k])))


@inlined
def _slot(other: int, last: int) -> int:
    """Where a place begins to be looked for: neighbours are numbered alike, and spread by a large odd number."""
    return ((other * 2654435761) >> 15) & last


@inlined
def _way(fixed: Fixed, p: int, at: int, other: int, column: int) -> int:
    if not SPARSE:
        return int(fixed.ways[p, at, other, column])
    first, end = fixed.held_from[p, at], fixed.held_from[p, at + 1]
    if first < end:
        held, last = fixed.held, end - first - 1  # a power of two less one
        slot = _slot(other, last)
        while held[first + slot, 0] >= 0:
            if held[first + slot, 0] == other:
                return int(held[first + slot, 1 + column])
            slot = (slot + 1) & last
    return _computed(fixed.positions, fixed.laws, p, column // 2, at, other)


@inlined
def _come(fixed: Fixed, p: int, at: int, here: int) -> int:
    """Seconds to a place. What is looked up lies in its row, whichever the direction."""
    return _way(fixed, p, at, here, 0)


@inlined
def _go(fixed: Fixed, p: int, at: int, there: int) -> int:
    """Seconds from a place."""
    return _way(fixed, p, at, there, 1)


@inlined
def _come_metres(fixed: Fixed, p: int, at: int, here: int) -> int:
    return _way(fixed, p, at, here, 2) if METRES else 0


@inlined
def _go_metres(fixed: Fixed, p: int, at: int, there: int) -> int:
    return _way(fixed, p, at, there, 3) if METRES else 0


@inlined
def _work_at(types: Array, t: int) -> int:
    """Where the facts say how long a type of vehicle works."""
    return int(types[t, WORK_AT]) if WORKS else WORK


@inlined
def _work(facts: Array, at: int, a: int, c: int) -> int:
    """Seconds of work at `c` by who comes from `a`."""
    w = at if WORKS else WORK
    if SETUPS and facts[a, PLACE] != facts[c, PLACE]:
        return int(facts[c, w]) + int(facts[c, w + 1])
    return int(facts[c, w])


@inlined
def _more_work(facts: Array, at: int, a: int, b: int, c: int) -> int:
    """Seconds of work more if `c` comes between `a` and `b`."""
    if SETUPS:
        return _work(facts, at, a, c) + _work(facts, at, c, b) - _work(facts, at, a, b)
    return _work(facts, at, a, c)


@inlined
def _begin(facts: Array, windows: Array, c: int, moment: int) -> int:
    """When work at `c` can begin from a moment on; `NEVER` after the last window."""
    if WINDOWS:
        for k in range(facts[c, FIRST_WINDOW], facts[c, LAST_WINDOW]):
            if moment <= windows[k, 1]:
                return max(moment, int(windows[k, 0]))
        return NEVER
    return NEVER if moment > facts[c, CLOSES] else max(moment, int(facts[c, OPENS]))


@inlined
def _begin_by(facts: Array, windows: Array, c: int, moment: int) -> int:
    """The last beginning of work at `c` up to a moment; `-NEVER` before the first window."""
    if WINDOWS:
        for k in range(facts[c, LAST_WINDOW] - 1, facts[c, FIRST_WINDOW] - 1, -1):
            if moment >= windows[k, 0]:
                return min(moment, int(windows[k, 1]))
        return -NEVER
    return -NEVER if moment < facts[c, OPENS] else min(moment, int(facts[c, CLOSES]))


@inlined
def _extended(facts: Array, c: int, arrival: int, work: int, early: int, late: int) -> tuple[int, int, int]:
    """A part of a route with one more task, reached so long after its beginning: how long it is, and its earliest and
    latest beginning. Where no beginning is right the earliest is after the latest, and stays so."""
    opens, closes = int(facts[c, OPENS]), int(facts[c, CLOSES])
    waits = max(0, opens - arrival - max(early, late))
    return arrival + work + waits, max(opens - arrival, early) - waits, min(closes - arrival, late)


# The journal ------------------------------------------------------------------------------------------------


@inlined
def _note(nodes: Array, journal: Array, noted: Array, count: int, now: int, node: int) -> int:
    """Keep a row as it was before this round."""
    if nodes[node, MARK] != now:
        for k in range(NODE_WIDTH):
            journal[count, k] = nodes[node, k]
        noted[count] = node
        nodes[node, MARK] = now
        count += 1
    return count


# Routes, kept up to date ------------------------------------------------------------------------------------


@fast
def _unlink(
    nodes: Array, facts: Array, routes: Array, journal: Array, noted: Array, count: int, now: int,
    c: int, seconds: int, metres: int,
) -> int:  # fmt: skip
    """Take a task out of its route; so long is the way past it. Times and loads are right again after `_refresh`."""
    a, b, r = nodes[c, PREV], nodes[c, NEXT], nodes[c, ROUTE]
    count = _note(nodes, journal, noted, count, now, a)
    count = _note(nodes, journal, noted, count, now, b)
    count = _note(nodes, journal, noted, count, now, c)
    routes[r, STOPS] -= 1
    routes[r, DRIVEN] += seconds - nodes[b, SECONDS] - nodes[c, SECONDS]
    nodes[b, SECONDS] = seconds
    if METRES:
        routes[r, LENGTH] += metres - nodes[b, METRES_IN] - nodes[c, METRES_IN]
        nodes[b, METRES_IN] = metres
    nodes[a, NEXT] = b
    nodes[b, PREV] = a
    nodes[c, ROUTE] = OUT
    for k in range(DIMENSIONS):
        routes[r, CARRIED + k] -= facts[c, DELIVERED + k]
    return count


@inlined
def _take_out(fixed: Fixed, state: State, count: int, now: int, c: int) -> int:
    """Unlink a task; a route without stops is nowhere."""
    nodes, facts, routes = state.nodes, fixed.facts, state.routes
    r, seconds, metres = nodes[c, ROUTE], 0, 0
    if routes[r, STOPS] > 1:
        p, here, there = (
            _profile(fixed.types, _type(routes, r)),
            facts[nodes[c, PREV], PLACE],
            facts[nodes[c, NEXT], PLACE],
        )
        seconds, metres = _go(fixed, p, here, there), _go_metres(fixed, p, here, there)
    if HOURS:
        at = _work_at(fixed.types, _type(routes, r))
        routes[r, WORKED] -= _more_work(facts, at, nodes[c, PREV], nodes[c, NEXT], c)
    if WISHES:
        routes[r, WISHED] -= fixed.wishes[_type(routes, r), c]
    return _unlink(nodes, facts, routes, state.journal, state.noted, count, now, c, seconds, metres)


@fast
def _link(
    nodes: Array, facts: Array, routes: Array, journal: Array, noted: Array, count: int, now: int,
    r: int, a: int, c: int, come: int, go: int, come_metres: int, go_metres: int,
) -> int:  # fmt: skip
    """Put a task behind `a` into a route; so long are the ways to it and on from it."""
    b = nodes[a, NEXT]
    count = _note(nodes, journal, noted, count, now, a)
    count = _note(nodes, journal, noted, count, now, b)
    count = _note(nodes, journal, noted, count, now, c)
    routes[r, DRIVEN] += come + go - nodes[b, SECONDS]
    nodes[c, SECONDS] = come
    nodes[b, SECONDS] = go
    if METRES:
        routes[r, LENGTH] += come_metres + go_metres - nodes[b, METRES_IN]
        nodes[c, METRES_IN] = come_metres
        nodes[b, METRES_IN] = go_metres
    nodes[a, NEXT] = c
    nodes[c, PREV] = a
    nodes[c, NEXT] = b
    nodes[b, PREV] = c
    nodes[c, ROUTE] = r
    routes[r, STOPS] += 1
    for k in range(DIMENSIONS):
        routes[r, CARRIED + k] += facts[c, DELIVERED + k]
    return count


@inlined
def _put_in(fixed: Fixed, state: State, count: int, now: int, r: int, a: int, c: int) -> int:
    nodes, facts, routes = state.nodes, fixed.facts, state.routes
    p, at = _profile(fixed.types, _type(routes, r)), facts[c, PLACE]
    here, there = facts[a, PLACE], facts[nodes[a, NEXT], PLACE]
    come, go = _come(fixed, p, at, here), _go(fixed, p, at, there)
    come_metres, go_metres = _come_metres(fixed, p, at, here), _go_metres(fixed, p, at, there)
    if HOURS:
        routes[r, WORKED] += _more_work(facts, _work_at(fixed.types, _type(routes, r)), a, nodes[a, NEXT], c)
    if RELEASES:
        routes[r, READY] = max(routes[r, READY], int(facts[c, RELEASE]))
    if WISHES:
        routes[r, WISHED] += fixed.wishes[_type(routes, r), c]
    return _link(
        nodes,
        facts,
        routes,
        state.journal,
        state.noted,
        count,
        now,
        r,
        a,
        c,
        come,
        go,
        come_metres,
        go_metres,
    )


@fast
def _forwards(
    nodes: Array, facts: Array, windows: Array,
    journal: Array, noted: Array, count: int, now: int, at: int, a: int, end: int, at_least: int,
) -> int:  # fmt: skip
    """Times of what comes after `a`, until they are as they were (but `at_least` so many)."""
    done = 0
    while a != end:
        x = nodes[a, NEXT]
        done += 1
        changed = False
        if SPANS:
            early, late = int(nodes[a, SPAN_EARLY]), int(nodes[a, SPAN_LATE])
            arrival = int(nodes[a, SPAN]) + int(nodes[x, SECONDS])
            span, early, late = _extended(facts, x, arrival, _work(facts, at, a, x), early, late)
            if span != nodes[x, SPAN] or early != nodes[x, SPAN_EARLY] or late != nodes[x, SPAN_LATE]:
                count = _note(nodes, journal, noted, count, now, x)
                nodes[x, SPAN] = span
                nodes[x, SPAN_EARLY] = early
                nodes[x, SPAN_LATE] = late
                if not CLOCKS:
                    nodes[x, DEPART] = early + span
                changed = True
        if CLOCKS:
            begins = _begin(facts, windows, x, int(nodes[a, DEPART]) + int(nodes[x, SECONDS]))
            departs = min(begins + _work(facts, at, a, x), _LATE)
            if departs != nodes[x, DEPART]:
                count = _note(nodes, journal, noted, count, now, x)
                nodes[x, DEPART] = departs
                changed = True
        if not changed and done > at_least:
            break
        a = x
    return count


@fast
def _backwards(
    nodes: Array, facts: Array, windows: Array,
    journal: Array, noted: Array, count: int, now: int, at: int, b: int, start: int, at_least: int,
) -> int:  # fmt: skip
    """The same for what comes before `b`."""
    done = 0
    while b != start:
        x = nodes[b, PREV]
        done += 1
        changed = False
        work = _work(facts, at, nodes[x, PREV], x) if x != start else 0
        if SPANS:
            arrival = work + int(nodes[b, SECONDS])
            late = int(facts[x, CLOSES])
            waits = max(0, int(nodes[b, REST_EARLY]) - arrival - late)
            rest = arrival + int(nodes[b, REST]) + waits
            early = max(int(nodes[b, REST_EARLY]) - arrival, int(facts[x, OPENS])) - waits
            late = min(int(nodes[b, REST_LATE]) - arrival, late)
            if rest != nodes[x, REST] or early != nodes[x, REST_EARLY] or late != nodes[x, REST_LATE]:
                count = _note(nodes, journal, noted, count, now, x)
                nodes[x, REST] = rest
                nodes[x, REST_EARLY] = early
                nodes[x, REST_LATE] = late
                if not CLOCKS:
                    nodes[x, LATEST] = late
                changed = True
        if CLOCKS:
            latest = _begin_by(facts, windows, x, int(nodes[b, LATEST]) - int(nodes[b, SECONDS]) - work)
            latest = max(latest, -1)
            if latest != nodes[x, LATEST]:
                count = _note(nodes, journal, noted, count, now, x)
                nodes[x, LATEST] = latest
                changed = True
        if not changed and done > at_least:
            break
        b = x
    return count


@fast
def _loads(
    nodes: Array, facts: Array, routes: Array, journal: Array, noted: Array, count: int, now: int,
    r: int, start: int, end: int, c: int,
) -> int:  # fmt: skip
    """What is on board after each stop, and the most until there and from there: of all stops (`c` is -1), or of those
    for which it changed when task `c` was put in."""
    for k in range(DIMENSIONS):
        first, load = start, routes[r, CARRIED + k]
        most = load
        if c >= 0 and facts[c, DELIVERED + k] == 0:  # nothing more is on board before it
            first = nodes[c, PREV]
            load, most = int(nodes[first, LOAD + k]), int(nodes[first, BEFORE + k])
        x, is_past = first, False
        while True:
            if nodes[x, LOAD + k] != load or nodes[x, BEFORE + k] != most:
                count = _note(nodes, journal, noted, count, now, x)
                nodes[x, LOAD + k] = load
                nodes[x, BEFORE + k] = most
            elif is_past:
                break
            if x == end:
                break
            is_past = is_past or x == c
            x = nodes[x, NEXT]
            load += facts[x, PICKED + k] - facts[x, DELIVERED + k]
            most = max(most, load)
        most = load if x == end else int(nodes[x, AFTER + k])
        is_past = False
        while True:
            most = max(most, int(nodes[x, LOAD + k]))
            if nodes[x, AFTER + k] != most:
                count = _note(nodes, journal, noted, count, now, x)
                nodes[x, AFTER + k] = most
            elif is_past:
                break
            if x == start:
                break
            is_past = is_past or (x == first and c >= 0)
            x = nodes[x, PREV]
    return count


@fast
def _refresh(
    nodes: Array, facts: Array, routes: Array, types: Array, windows: Array,
    journal: Array, noted: Array, count: int, now: int, size: int, r: int,
) -> int:  # fmt: skip
    """All times and loads of a route."""
    start, at = size + 2 * r, _work_at(types, _type(routes, r))
    if TIMES:
        count = _forwards(nodes, facts, windows, journal, noted, count, now, at, start, start + 1, NEVER)
        count = _backwards(nodes, facts, windows, journal, noted, count, now, at, start + 1, start, NEVER)
        if SPANS:
            routes[r, DURATION] = nodes[start + 1, SPAN]
    if RELEASES:
        routes[r, READY] = 0
        x = nodes[start, NEXT]
        while x != start + 1:
            routes[r, READY] = max(routes[r, READY], int(facts[x, RELEASE]))
            x = nodes[x, NEXT]
    if SEQUENCE:
        count = _loads(nodes, facts, routes, journal, noted, count, now, r, start, start + 1, -1)
    return count


@inlined
def _cost(routes: Array, types: Array, r: int) -> int:
    if routes[r, STOPS] == 0:
        return 0
    t = _type(routes, r)
    metres = routes[r, LENGTH] if METRES else 0
    work = routes[r, WORKED] if HOURS else 0
    cost = _price(types, t, routes[r, DRIVEN], metres, work, routes[r, DURATION])
    if WISHES:
        cost += routes[r, WISHED]
    if WALKS:
        cost += routes[r, EXTRA]
    return cost


@inlined
def _price(types: Array, t: int, seconds: int, metres: int, work: int, duration: int) -> int:
    """What a type of vehicle costs for so much."""
    cost = types[t, FIXED] + types[t, PER_SECOND] * seconds
    if METRES:
        cost += types[t, PER_METRE] * metres
    if HOURS:
        cost += types[t, PER_WORK] * work
        if SPANS or WALKS:
            cost += _price_of_duration(types, t, duration)
    return cost


@inlined
def _price_of_duration(types: Array, t: int, duration: int) -> int:
    return types[t, PER_DURATION] * duration + types[t, PER_OVERTIME] * max(0, duration - types[t, LONG])


@fast
def _touch(
    routes: Array, types: Array, route_journal: Array, touched: Array, old_costs: Array, count: int, now: int, r: int
) -> int:  # fmt: skip
    """Keep a route's sums as they were before this round."""
    if routes[r, TOUCHED] != now:
        for k in range(ROUTE_WIDTH):
            route_journal[count, k] = routes[r, k]
        routes[r, TOUCHED] = now
        touched[count] = r
        old_costs[count] = _cost(routes, types, r)
        count += 1
    return count


# What a place costs -----------------------------------------------------------------------------------------


@inlined
def _has_room(facts: Array, routes: Array, types: Array, r: int, t: int, c: int) -> bool:
    """Where loads only shrink on the way, what is on board at the start decides."""
    for k in range(DIMENSIONS):
        if routes[r, CARRIED + k] + facts[c, DELIVERED + k] > types[t, ROOM + k]:
            return False
    return True


@inlined
def _place_cost(fixed: Fixed, state: State, r: int, t: int, a: int, c: int, below: int) -> int:
    """What it costs to put task `c` behind `a` into route `r` driven by type `t`; `NEVER` where that breaks a rule or
    costs no less than `below`."""
    nodes, facts, routes, types = state.nodes, fixed.facts, state.routes, fixed.types
    b, p = nodes[a, NEXT], _profile(types, t)
    here, at, there = facts[a, PLACE], facts[c, PLACE], facts[b, PLACE]
    come, go = _come(fixed, p, at, here), _go(fixed, p, at, there)
    if GAPS and (come >= NO_WAY or go >= NO_WAY):
        return NEVER
    longer = 0
    cost = types[t, PER_SECOND] * (come + go - int(nodes[b, SECONDS]))
    if METRES:
        longer = _come_metres(fixed, p, at, here) + _go_metres(fixed, p, at, there) - int(nodes[b, METRES_IN])
        cost += types[t, PER_METRE] * longer
    if routes[r, STOPS] == 0:
        cost += types[t, FIXED]
    if HOURS:
        cost += types[t, PER_WORK] * _more_work(facts, _work_at(types, t), a, b, c)
    if WISHES:
        cost += fixed.wishes[t, c]
    if cost >= below:
        return NEVER
    if METRES and routes[r, LENGTH] + longer > types[t, MOST_METRES]:
        return NEVER
    if DRIVES and routes[r, DRIVEN] + come + go - nodes[b, SECONDS] > types[t, MOST_SECONDS]:
        return NEVER
    if COUNTED and routes[r, STOPS] >= types[t, MOST_STOPS]:
        return NEVER
    if SEQUENCE:
        for k in range(DIMENSIONS):
            room = types[t, ROOM + k]
            if nodes[a, BEFORE + k] + facts[c, DELIVERED + k] > room:
                return NEVER
            if nodes[a, AFTER + k] + facts[c, PICKED + k] > room:
                return NEVER
    elif not _has_room(facts, routes, types, r, t, c):
        return NEVER
    duration = routes[r, DURATION]
    if TIMES:
        duration = _duration_with(fixed, state, r, t, a, b, c, come, go)
        if duration > types[t, MOST_DURATION]:
            return NEVER
    if WALKS and types[t, IS_WALKED]:
        duration, extra = _walk(fixed, state, r, t, a, c, -1, -1)
        if extra >= BROKEN:
            return NEVER
        cost += extra - routes[r, EXTRA]
    if HOURS:
        cost += _price_of_duration(types, t, duration) - _price_of_duration(types, t, routes[r, DURATION])
    return cost


@inlined
def _duration_with(
    fixed: Fixed, state: State, r: int, t: int, a: int, b: int, c: int, come: int, go: int
) -> int:  # fmt: skip
    """How long a route takes with `c` between `a` and `b`, where that matters; `NEVER` where it or something after it
    would be too late."""
    nodes, facts, w, duration = state.nodes, fixed.facts, _work_at(fixed.types, t), 0
    if SPANS:
        early, arrival = int(nodes[a, SPAN_EARLY]), int(nodes[a, SPAN]) + come
        if early + arrival > facts[c, CLOSES]:
            return NEVER
        span, early, late = _extended(
            facts, c, arrival, _work(facts, w, a, c), early, int(nodes[a, SPAN_LATE])
        )
        ready = max(_ready(state.routes, r), int(facts[c, RELEASE])) if RELEASES else 0
        duration = _joined(fixed, state, w, c, b, span + go, early, late, ready)
        if duration >= NEVER:
            return NEVER
    if CLOCKS:
        begins = _begin(facts, fixed.windows, c, int(nodes[a, DEPART]) + come)
        if begins >= NEVER or not _reaches(fixed, state, w, c, b, begins + _work(facts, w, a, c) + go):
            return NEVER
    return duration


@inlined
def _ready(routes: Array, r: int) -> int:
    return int(routes[r, READY]) if RELEASES else 0


@inlined
def _sets_up_anew(nodes: Array, facts: Array, w: int, c: int, b: int) -> bool:
    """Whether the work at `b` is longer or shorter than now if `c` comes before it."""
    if not SETUPS or facts[b, w + 1] == 0:
        return False
    place = facts[b, PLACE]
    return (facts[nodes[b, PREV], PLACE] == place) != (facts[c, PLACE] == place)


@inlined
def _reaches(fixed: Fixed, state: State, w: int, c: int, b: int, arrives: int) -> bool:
    """Whether who comes to `b` from `c` at that moment is in time, there and for all that follows."""
    nodes, facts = state.nodes, fixed.facts
    if _sets_up_anew(nodes, facts, w, c, b):
        begins, after = _begin(facts, fixed.windows, b, arrives), nodes[b, NEXT]
        return (
            begins < NEVER and begins + _work(facts, w, c, b) + nodes[after, SECONDS] <= nodes[after, LATEST]
        )
    return arrives <= nodes[b, LATEST]


@inlined
def _joined(
    fixed: Fixed, state: State, w: int, c: int, b: int, arrival: int, early: int, late: int, ready: int
) -> int:  # fmt: skip
    """How long a route takes of which a part that ends with `c` reaches `b` so long after its beginning; `NEVER` where
    it does not fit together with the rest, or cannot begin so late as its goods are ready."""
    nodes, facts = state.nodes, fixed.facts
    if _sets_up_anew(nodes, facts, w, c, b):
        if early + arrival > facts[b, CLOSES]:
            return NEVER
        arrival, early, late = _extended(facts, b, arrival, _work(facts, w, c, b), early, late)
        b = nodes[b, NEXT]
        arrival += int(nodes[b, SECONDS])
    if early + arrival > nodes[b, REST_LATE]:
        return NEVER
    if RELEASES and ready > min(int(nodes[b, REST_LATE]) - arrival, late):
        return NEVER
    return arrival + int(nodes[b, REST]) + max(0, int(nodes[b, REST_EARLY]) - arrival - late)


@inlined
def _pair_cost(
    fixed: Fixed, state: State, r: int, t: int, a: int, c: int, g: int, below: int
) -> tuple[int, int]:
    """What it costs to put a pickup `c` behind `a` and its delivery `g` at the best place after that, and behind which
    node that is (`c` itself: at once)."""
    nodes, facts, routes, types = state.nodes, fixed.facts, state.routes, fixed.types
    windows, p, end, w = fixed.windows, _profile(types, t), fixed.size + 2 * r + 1, _work_at(types, t)
    y = nodes[a, NEXT]
    at, goal = facts[c, PLACE], facts[g, PLACE]
    best, best_at = below, -1
    second, metre = types[t, PER_SECOND], types[t, PER_METRE]
    cost = types[t, FIXED] if routes[r, STOPS] == 0 else 0
    if COUNTED and routes[r, STOPS] + 2 > types[t, MOST_STOPS]:
        return NEVER, -1
    if SEQUENCE:  # else shipments weigh nothing
        for k in range(DIMENSIONS):
            if nodes[a, LOAD + k] + facts[c, PICKED + k] > types[t, ROOM + k]:
                return NEVER, -1
    come = _come(fixed, p, at, facts[a, PLACE])
    longer = 0
    cost += second * (come - int(nodes[y, SECONDS]))
    driven = int(routes[r, DRIVEN]) + come - int(nodes[y, SECONDS]) if DRIVES else 0
    ready = _ready(routes, r)
    if WISHES:
        cost += fixed.wishes[t, c]
    if HOURS:
        cost += types[t, PER_WORK] * (_work(facts, w, a, c) - _work(facts, w, a, y))
    if METRES:
        longer = _come_metres(fixed, p, at, facts[a, PLACE]) - int(nodes[y, METRES_IN])
        cost += metre * longer
    departs = 0
    span, early, late = 0, 0, 0
    if TIMES:
        begins = _begin(facts, windows, c, int(nodes[a, DEPART]) + come)
        if begins >= NEVER:
            return NEVER, -1
        departs = begins + _work(facts, w, a, c)
    if SPANS:
        arrival, early, late = int(nodes[a, SPAN]) + come, int(nodes[a, SPAN_EARLY]), int(nodes[a, SPAN_LATE])
        span, early, late = _extended(facts, c, arrival, _work(facts, w, a, c), early, late)
    # `cost` and `longer` are without the way from x, the last one dealt with, to y.
    x, here = c, at
    while True:
        there = facts[y, PLACE]
        come, go = _come(fixed, p, goal, here), _go(fixed, p, goal, there)
        total = cost + second * (come + go)
        if GAPS and (come >= NO_WAY or go >= NO_WAY):
            total = NEVER
        length = longer
        if METRES:
            length += _come_metres(fixed, p, goal, here) + _go_metres(fixed, p, goal, there)
            total += metre * (length - longer)
        if HOURS:
            total += types[t, PER_WORK] * (_work(facts, w, x, g) + _work(facts, w, g, y))
        if total < best:
            fits = not METRES or routes[r, LENGTH] + length <= types[t, MOST_METRES]
            if DRIVES:
                fits = fits and driven + come + go <= types[t, MOST_SECONDS]
            duration = int(routes[r, DURATION])
            if TIMES and fits:
                begins = _begin(facts, windows, g, departs + come)
                fits = begins < NEVER
                fits = fits and _reaches(fixed, state, w, g, y, begins + _work(facts, w, x, g) + go)
                if SPANS and fits:
                    long, begin, end_by = _extended(facts, g, span + come, _work(facts, w, x, g), early, late)
                    duration = _joined(fixed, state, w, g, y, long + go, begin, end_by, ready)
                    fits = duration <= types[t, MOST_DURATION]
            if WALKS and fits and types[t, IS_WALKED]:
                duration, extra = _walk(fixed, state, r, t, a, c, x, g)
                fits = extra < BROKEN
                total += extra - routes[r, EXTRA]
            if HOURS and fits:
                total += _price_of_duration(types, t, duration)
                total -= _price_of_duration(types, t, routes[r, DURATION])
            if fits and total < best:
                best, best_at = total, x
        if y == end or (TIMES and departs > facts[g, CLOSES]):
            break
        # Drive on: y is dealt with now, with the pickup on board.
        come = _go(fixed, p, here, there) if x == c else int(nodes[y, SECONDS])
        cost += second * come
        if DRIVES:
            driven += come
        if HOURS:
            cost += types[t, PER_WORK] * _work(facts, w, x, y)
        if METRES:
            step = _go_metres(fixed, p, here, there) if x == c else int(nodes[y, METRES_IN])
            cost += metre * step
            longer += step
        is_full = False
        for k in range(DIMENSIONS if SEQUENCE else 0):
            if nodes[y, LOAD + k] + facts[c, PICKED + k] > types[t, ROOM + k]:
                is_full = True
        if is_full:
            break
        if TIMES:
            begins = _begin(facts, windows, y, departs + come)
            if begins >= NEVER or not _reaches(fixed, state, w, x, y, departs + come):
                break
            departs = begins + _work(facts, w, x, y)
        if SPANS:
            span, early, late = _extended(facts, y, span + come, _work(facts, w, x, y), early, late)
        x, here = y, facts[y, PLACE]
        y = nodes[x, NEXT]
        cost -= second * int(nodes[y, SECONDS])
        if DRIVES:
            driven -= int(nodes[y, SECONDS])
        if HOURS:
            cost -= types[t, PER_WORK] * _work(facts, w, x, y)
        if METRES:
            cost -= metre * int(nodes[y, METRES_IN])
            longer -= int(nodes[y, METRES_IN])
    if best_at < 0:
        return NEVER, -1
    return best, best_at


# Going through a route --------------------------------------------------------------------------------------


@fast
def _walk(fixed: Fixed, state: State, r: int, t: int, a: int, c: int, x: int, g: int) -> tuple[int, int]:
    """Go through a route as it would be with `c` behind `a` and `g` behind `x` (-1: nothing), for the rules that no
    numbers kept at its stops can tell: breaks, soft windows, limits on rides and waits, and how long it takes where
    stops have several windows or there are breaks. Returns its duration, where that matters, and money beside it;
    `BROKEN` where it breaks a rule."""
    types, walk = fixed.types, state.walk
    rows = _lay_out(fixed, state, r, t, a, c, x, g)
    if walk[0, FROM] > walk[0, UNTIL]:
        return 0, BROKEN
    if types[t, LAST_BREAK] > types[t, FIRST_BREAK]:
        rows = _seat_breaks(fixed, walk, t, rows)
        if rows == 0:
            return 0, BROKEN
    if types[t, IS_SOFT]:
        return 0, _cheapest_times(fixed, state, t, rows)
    if types[t, IS_KEPT]:
        return _duration_that_keeps(fixed, walk, t, rows)
    if types[t, IS_TIMED]:
        return _least_duration(fixed, walk, t, rows)
    return 0, 0


@inlined
def _walk_again(fixed: Fixed, state: State, r: int) -> None:
    """Of a route that has changed."""
    routes, t = state.routes, _type(state.routes, r)
    if fixed.types[t, IS_WALKED]:
        routes[r, DURATION], routes[r, EXTRA] = 0, 0
        if routes[r, STOPS] > 0:
            routes[r, DURATION], routes[r, EXTRA] = _walk(fixed, state, r, t, -1, -1, -1, -1)


@inlined
def _lay_out(fixed: Fixed, state: State, r: int, t: int, a: int, c: int, x: int, g: int) -> int:
    """Write the stops of a route into `walk`, with its start and its end; returns how many they are."""
    nodes, facts, walk = state.nodes, fixed.facts, state.walk
    start, p, at = fixed.size + 2 * r, _profile(fixed.types, t), _work_at(fixed.types, t)
    walk[0, NODE], walk[0, LEG], walk[0, LASTS] = start, 0, 0
    walk[0, FROM], walk[0, UNTIL] = facts[start, OPENS], facts[start, CLOSES]
    y, old, rows, is_in, is_mate_in = start, start, 1, c < 0, g < 0
    while y != start + 1:
        if not is_in and y == a:
            n, is_in = c, True
        elif not is_mate_in and is_in and y == x:
            n, is_mate_in = g, True
        else:
            n = nodes[old, NEXT]
        is_old = n != c and n != g
        if is_old and old == y:
            walk[rows, LEG] = nodes[n, SECONDS]
        else:
            walk[rows, LEG] = _go(fixed, p, facts[y, PLACE], facts[n, PLACE])
        if is_old:
            old = n
        walk[rows, NODE], walk[rows, LASTS] = n, _work(facts, at, y, n)
        if RELEASES:
            walk[0, FROM] = max(walk[0, FROM], int(facts[n, RELEASE]))
        rows += 1
        y = n
    walk[rows - 1, LASTS] = 0
    return rows


@inlined
def _on_the_way(fixed: Fixed, first: int, last: int, now: int, leg: int) -> int:
    """When one arrives who takes these breaks on the way, driving between them; `NEVER` where one cannot be taken."""
    for k in range(first, last):
        begins = NEVER
        for w in range(fixed.breaks[k, BREAK_WINDOW], fixed.breaks[k, BREAK_LAST_WINDOW]):
            if begins >= NEVER and now <= fixed.windows[w, 1]:
                begins = max(now, int(fixed.windows[w, 0]))
        if begins >= NEVER:
            return NEVER
        leg -= min(leg, begins - now)
        now = begins + int(fixed.breaks[k, LASTING])
    return now + leg


@inlined
def _seat_breaks(fixed: Fixed, walk: Array, t: int, rows: int) -> int:
    """Take all breaks, in their order, where the route ends the earliest: rows are put in for them. Returns how many
    rows there are then, 0 where they cannot be taken."""
    facts, windows, first = fixed.facts, fixed.windows, fixed.types[t, FIRST_BREAK]
    number = int(fixed.types[t, LAST_BREAK] - first)
    for j in range(number + 1):
        walk[0, DEPARTS + j] = NEVER
    walk[0, DEPARTS] = walk[0, FROM]
    for k in range(1, rows):
        for j in range(number + 1):
            walk[k, DEPARTS + j], walk[k, TOOK + j] = NEVER, 0
            for took in range(j + 1):
                now = walk[k - 1, DEPARTS + j - took]
                if now < NEVER:
                    now = _on_the_way(fixed, first + j - took, first + j, now, walk[k, LEG])
                if now < NEVER:
                    now = _begin(facts, windows, walk[k, NODE], now)
                if now < NEVER and now + walk[k, LASTS] < walk[k, DEPARTS + j]:
                    walk[k, DEPARTS + j], walk[k, TOOK + j] = now + walk[k, LASTS], took
    if walk[rows - 1, DEPARTS + number] >= NEVER:
        return 0
    j = number
    for k in range(rows - 1, 0, -1):
        took, leg = int(walk[k, TOOK + j]), walk[k, LEG]
        for column in range(NODE, BEGINS):
            walk[k + j, column] = walk[k, column]
        latest = NEVER
        for b in range(first + j - 1, first + j - took - 1, -1):
            at = k + b - first
            # A break on the way is a stop at its end: what is not driven before it is driven after it.
            window, lasting = fixed.breaks[b, BREAK_WINDOW], int(fixed.breaks[b, LASTING])
            latest = min(latest - lasting, int(windows[window, 1]))
            walk[at, NODE], walk[at, LASTS] = first - b - 1, lasting
            walk[at, LEG], walk[at, FROM], walk[at, UNTIL] = 0, windows[window, 0], NEVER
        if took > 0:
            at = k + j - took
            walk[at, LEG], walk[at, UNTIL] = leg, latest + leg
            walk[k + j, LEG] = 0
        j -= took
    return rows + number


@inlined
def _least_duration(fixed: Fixed, walk: Array, t: int, rows: int) -> tuple[int, int]:
    """The cheapest duration, over the latest starts that lead to each of the ends there are."""
    types, latest, now = fixed.types, walk[0, UNTIL], walk[0, FROM]
    best, cheapest = 0, BROKEN
    for k in range(rows):
        walk[k, FLOOR] = 0
    for _ in range(200):
        if now > latest or _times(fixed, walk, rows, now) >= NEVER:
            break
        start = min(now + _slack(walk, rows), latest)
        duration = _times(fixed, walk, rows, start) - start
        if duration <= types[t, MOST_DURATION]:
            price = _price_of_duration(types, t, duration)
            if price < cheapest:
                best, cheapest = duration, price
        if not WINDOWS:
            break
        now = start + 1
    return best, 0 if cheapest < BROKEN else BROKEN


@inlined
def _slack(walk: Array, rows: int) -> int:
    """How much later the route may start and end no later."""
    slack = 0
    for k in range(rows - 1, 0, -1):
        slack = walk[k, WAITS] + min(slack, walk[k, UNTIL] - walk[k, BEGINS])
    return slack


@inlined
def _duration_that_keeps(fixed: Fixed, walk: Array, t: int, rows: int) -> tuple[int, int]:
    """How long the route takes where it keeps the limits on waits and rides: from the latest start that ends it the
    earliest, or, where that cannot be, from the earliest."""
    for k in range(rows):
        walk[k, FLOOR] = 0
    if _times(fixed, walk, rows, walk[0, FROM]) >= NEVER:
        return 0, BROKEN
    starts = min(walk[0, FROM] + _slack(walk, rows), walk[0, UNTIL])
    duration = -1
    for attempt in range(2):
        if duration < 0:
            duration = _kept(fixed, walk, t, rows, starts if attempt == 0 else walk[0, FROM])
    return max(duration, 0), 0 if duration >= 0 else BROKEN


@inlined
def _kept(fixed: Fixed, walk: Array, t: int, rows: int, start: int) -> int:
    """Let work begin later, by no more than needed, until all limits are kept: the duration then, -1 if they cannot be
    (the smallest solution of the difference constraints: Firat and Woeginger, "Analysis of the dial-a-ride problem of
    Hunsaker and Savelsbergh", Operations Research Letters, 2011)."""
    types, most = fixed.types, fixed.types[t, MOST_WAIT]
    for k in range(rows):
        walk[k, FLOOR] = 0
    for _ in range(20 + 8 * rows):
        end = _times(fixed, walk, rows, start)
        if end >= NEVER or start > walk[0, UNTIL]:
            return -1
        walk[rows - 1, RAISED] = 0
        for k in range(rows - 1, 0, -1):
            walk[k - 1, RAISED] = max(0, walk[k, WAITS] + walk[k, RAISED] - most)
        for k in range(1, rows - 1):
            c = walk[k, NODE]
            if PAIRS and c >= 0 and fixed.facts[c, IS_PICKUP] == 0 and fixed.rides[c] < NEVER:
                j = k - 1
                while walk[j, NODE] != fixed.mates[c]:
                    j -= 1
                ride = walk[k, BEGINS] - walk[k, WAITS] - walk[j, BEGINS] - walk[j, LASTS]
                walk[j, RAISED] = max(walk[j, RAISED], ride - fixed.rides[c])
        walk[0, RAISED] = max(walk[0, RAISED], end - start - types[t, MOST_DURATION])
        is_kept = walk[0, RAISED] == 0
        for k in range(1, rows):
            if walk[k, RAISED] > 0:
                walk[k, FLOOR] = walk[k, BEGINS] + walk[k, RAISED]
                is_kept = False
        if is_kept:
            return int(end - start)
        start += walk[0, RAISED]
    return -1


@inlined
def _times(fixed: Fixed, walk: Array, rows: int, start: int) -> int:
    """When the route ends that starts then, `NEVER` where it comes too late anywhere; and all times on it."""
    facts, windows, now = fixed.facts, fixed.windows, start
    for k in range(1, rows):
        now += walk[k, LEG]
        c, earliest = walk[k, NODE], max(now, walk[k, FLOOR])
        begins = max(earliest, walk[k, FROM])
        if c >= 0:
            begins = _begin(facts, windows, c, earliest)
            walk[k, UNTIL] = _end_of_window(facts, windows, c, begins)
        elif begins > walk[k, UNTIL]:
            begins = NEVER
        if begins >= NEVER:
            return NEVER
        walk[k, BEGINS], walk[k, WAITS] = begins, begins - now
        now = begins + walk[k, LASTS]
    return now


@inlined
def _end_of_window(facts: Array, windows: Array, c: int, moment: int) -> int:
    """When the window closes that is open then."""
    if WINDOWS:
        for k in range(facts[c, FIRST_WINDOW], facts[c, LAST_WINDOW]):
            if moment <= windows[k, 1]:
                return int(windows[k, 1])
    return int(facts[c, CLOSES])


@inlined
def _cheapest_times(fixed: Fixed, state: State, t: int, rows: int) -> int:
    """What soft windows and the duration of a route cost at its cheapest times, where stops have one window each.

    The money up to a row is a convex function of when its work ends, straight between bends (Vidal, Crainic, Gendreau
    and Prins, "A unifying view on timing problems and algorithms", Networks, 2015): from `low` on, where it has
    a `value` and a `slope`, to `high`. The bends are as if there were no way and no work since the start, `passed`.
    """
    walk, bends, facts, soft, shift = state.walk, state.bends, fixed.facts, fixed.soft, fixed.size + t
    low, high, passed, rate = walk[0, FROM], walk[0, UNTIL], 0, fixed.types[t, PER_DURATION]
    value, slope, first, last = -rate * low, -rate, 0, 0
    if soft[shift, SOFT_FROM] > low:
        value += soft[shift, PER_EARLY] * (soft[shift, SOFT_FROM] - low)
        slope -= soft[shift, PER_EARLY]
        last = _bend(bends, first, last, soft[shift, SOFT_FROM], soft[shift, PER_EARLY])
    for k in range(1, rows):
        # Who may wait pays no more later on: where it would rise it is flat.
        steep = slope
        if slope >= 0:
            slope, steep, last = 0, 0, first
        for j in range(first, last):
            if bends[j, 0] + passed >= high:
                last = j
                break
            steep += bends[j, 1]
            if steep >= 0:
                bends[j, 1] -= steep
                steep, last = 0, j + 1
                break
        if steep < 0:
            last = _bend(bends, first, last, high - passed, -steep)
        low, passed, c = low + walk[k, LEG], passed + walk[k, LEG], walk[k, NODE]
        opens, high = walk[k, FROM], walk[k, UNTIL]
        if c >= 0:
            opens, high = int(facts[c, OPENS]), int(facts[c, CLOSES])
        while first < last and bends[first, 0] + passed <= max(low, opens):
            value += slope * (bends[first, 0] + passed - low)
            low, slope, first = bends[first, 0] + passed, slope + bends[first, 1], first + 1
        value, low = value + slope * max(0, opens - low), max(low, opens)
        if low > high:
            return BROKEN
        row = c if k < rows - 1 else shift
        if row >= 0:
            if soft[row, SOFT_FROM] > low and row != shift:
                value += soft[row, PER_EARLY] * (soft[row, SOFT_FROM] - low)
                slope -= soft[row, PER_EARLY]
                last = _bend(bends, first, last, soft[row, SOFT_FROM] - passed, soft[row, PER_EARLY])
            if soft[row, SOFT_UNTIL] > low:
                last = _bend(bends, first, last, soft[row, SOFT_UNTIL] - passed, soft[row, PER_LATE])
            else:
                value += soft[row, PER_LATE] * (low - soft[row, SOFT_UNTIL])
                slope += soft[row, PER_LATE]
        low, high, passed = low + walk[k, LASTS], high + walk[k, LASTS], passed + walk[k, LASTS]
    value, slope = value + rate * low, slope + rate
    while slope < 0 and low < high:
        after = min(high, bends[first, 0] + passed) if first < last else high
        value, low = value + slope * (after - low), after
        if first < last:
            slope, first = slope + bends[first, 1], first + 1
    return value


@inlined
def _bend(bends: Array, first: int, last: int, where: int, by: int) -> int:
    """Put a bend among the others; how many they are then."""
    at = last
    while at > first and bends[at - 1, 0] > where:
        bends[at, 0], bends[at, 1] = bends[at - 1, 0], bends[at - 1, 1]
        at -= 1
    bends[at, 0], bends[at, 1] = where, by
    return last + 1


@fast
def walked(fixed: Fixed, state: State, r: int) -> int:
    """Go through a route as it is; how many rows of `state.walk` are filled with it."""
    if not WALKS:
        return 0
    t = _type(state.routes, r)
    rows = _lay_out(fixed, state, r, t, -1, -1, -1, -1)
    return _seat_breaks(fixed, state.walk, t, rows)


# Ruin -------------------------------------------------------------------------------------------------------


@inlined
def _ruin(fixed: Fixed, state: State, now: int) -> tuple[int, int, int, int]:
    """Tear strings of stops around a seed out of a few routes; what is in no route and near it joins them.

    Returns how many rows of nodes and of routes are noted, how many orders are removed, and what the bank cost less.
    """
    nodes, facts, routes, types = state.nodes, fixed.facts, state.routes, fixed.types
    journal, noted, random, totals = state.journal, state.noted, state.random, state.totals
    size, mates, removed = fixed.size, fixed.mates, state.removed
    count, touched_count, removed_count, price, banked = 0, 0, 0, 0, 0
    in_routes = totals[TASKS] - totals[BANKED]
    longest = min(state.tuning[LONGEST_STRING], in_routes / max(1.0, float(totals[ROUTES_USED])))
    strings = int(_chance(random) * (4 * state.tuning[STOPS_REMOVED] / (1 + longest) - 1) + 1)
    if totals[BANKED] > 0 and _chance(random) < 0.25:
        seed = state.bank[int(_chance(random) * totals[BANKED])]
    else:
        seed = int(_chance(random) * size)
        while nodes[seed, ROUTE] == ELSEWHERE:
            seed = int(_chance(random) * size)
    if PAIRS and mates[seed] >= 0 and _chance(random) < 0.5:
        seed = mates[seed]
    empties = _chance(random) < state.tuning[EMPTIES]
    for k in range(-1, fixed.near.shape[1]):
        if strings <= 0:
            break
        c = seed if k < 0 else fixed.near[seed, k]
        if c < 0:
            break
        r = nodes[c, ROUTE]
        if r == BANK and banked < 12:
            g = c
            if PAIRS and mates[c] >= 0:
                if facts[c, IS_PICKUP] == 0:
                    g = mates[c]
                count = _note(nodes, journal, noted, count, now, mates[g])
                nodes[mates[g], ROUTE] = OUT
            count = _note(nodes, journal, noted, count, now, g)
            nodes[g, ROUTE] = OUT
            removed[removed_count] = g
            removed_count += 1
            banked += 1
            price -= fixed.prices[g]
        if r < 0 or routes[r, TOUCHED] == now:
            continue
        touched_count = _touch(
            routes, types, state.route_journal, state.touched, state.old_costs, touched_count, now, r
        )
        strings -= 1
        stops = routes[r, STOPS]
        length = min(int(_chance(random) * min(float(stops), longest) + 1), stops)
        empties = empties and k < 0 and stops <= SHORT
        if empties:
            length, strings = stops, strings + MORE
        # A split string spares some stops in its middle.
        spared, spared_from = 0, 0
        if 1 < length < stops and _chance(random) < 0.5:
            spared = 1
            while length + spared < stops and _chance(random) < 0.5:
                spared += 1
            spared_from = 1 + int(_chance(random) * (length - 1))
        back = length if empties else int(_chance(random) * (length + spared))
        x = c
        while back > 0 and nodes[x, PREV] < size:
            x = nodes[x, PREV]
            back -= 1
        step = 0
        while step < length + spared and x < size:
            if spared > 0 and spared_from <= step < spared_from + spared:
                x = nodes[x, NEXT]
            else:
                a = nodes[x, PREV]
                count = _take_out(fixed, state, count, now, x)
                removed[removed_count] = x
                if PAIRS and mates[x] >= 0:
                    g = mates[x]
                    if g == a:
                        a = nodes[a, PREV]
                    count = _take_out(fixed, state, count, now, g)
                    if facts[x, IS_PICKUP] == 0:
                        removed[removed_count] = g
                removed_count += 1
                x = nodes[a, NEXT]
            step += 1
        if TIMES or SEQUENCE or RELEASES:
            count = _refresh(nodes, facts, routes, types, fixed.windows, journal, noted, count, now, size, r)
        if WALKS:
            _walk_again(fixed, state, r)
    return count, touched_count, removed_count, price


@inlined
def _sort_removed(fixed: Fixed, state: State, removed_count: int) -> None:
    """In which order they are put back: at random, large or remote ones first, narrow windows first, …"""
    facts, random, removed, keys = fixed.facts, state.random, state.removed, state.keys
    draw = _chance(random) * (15.0 if TIMES else 11.0)
    for k in range(removed_count):
        c = removed[k]
        if draw < 4:
            key = _chance(random)
        elif draw < 8:
            key = -float(facts[c, SIZE])
        elif draw < 10:
            key = -float(facts[c, REMOTE])
        elif draw < 11:
            key = float(facts[c, REMOTE])
        elif draw < 13:
            key = float(facts[c, CLOSES]) - float(facts[c, OPENS])
        elif draw < 14:
            key = float(facts[c, OPENS])
        else:
            key = -float(facts[c, CLOSES])
        keys[k] = key
    gap = 1
    while removed_count > 60 and gap * 3 + 1 < removed_count:
        gap = gap * 3 + 1
    while gap > 0:  # Shell's sort: a few are sorted by insertion
        for k in range(gap, removed_count):
            key, c = keys[k], removed[k]
            at = k - gap
            while at >= 0 and keys[at] > key:
                keys[at + gap] = keys[at]
                removed[at + gap] = removed[at]
                at -= gap
            keys[at + gap] = key
            removed[at + gap] = c
        gap //= 3


# Recreate ---------------------------------------------------------------------------------------------------


@inlined
def _gather(fixed: Fixed, state: State, c: int, touched_count: int, batch: int) -> int:
    """The places to try for a task: beside some of its neighbours, and with the first of them at both ends of the
    routes of this round and in an empty route of each type. Now and then one is passed over. Returns how many."""
    nodes, routes, tags, found, size = state.nodes, state.routes, state.tags, state.candidates, fixed.size
    totals, types, facts = state.totals, fixed.types, fixed.facts
    if batch == 0:
        totals[TAG] += 1
    tag, count = totals[TAG], 0
    # Gaps between the places passed over are drawn, instead of a chance for each.
    gap = totals[GAP]
    for k in range(batch * BATCH, min((batch + 1) * BATCH, fixed.before.shape[1])):
        for side in range(2):
            x = fixed.before[c, k] if side == 0 else fixed.after[c, k]
            if x < 0:
                continue
            r = nodes[x, ROUTE]
            if r < 0:
                continue
            if not SEQUENCE and not RETYPES and not _has_room(facts, routes, types, r, _type(routes, r), c):
                continue
            if side == 1:
                x = nodes[x, PREV]
            if tags[x] == tag:
                continue
            tags[x] = tag
            if gap == 0:
                gap = int(math.log(1e-18 + _chance(state.random)) * state.tuning[BLINK])
                continue
            gap -= 1
            found[count] = x
            count += 1
    if batch > 0:
        totals[GAP] = gap
        return count
    for k in range(touched_count):
        r = state.touched[k]
        if routes[r, STOPS] == 0:
            continue
        for side in range(2):
            x = size + 2 * r if side == 0 else nodes[size + 2 * r + 1, PREV]
            if tags[x] != tag:
                tags[x] = tag
                found[count] = x
                count += 1
    for t in range(types.shape[0]):
        if TYPES and types.shape[0] > 8 and count > 0 and gap == 0:
            gap = int(math.log(1e-18 + _chance(state.random)) * state.tuning[BLINK])
            continue
        r = -1
        for k in range(touched_count):
            if routes[state.touched[k], STOPS] == 0 and _type(routes, state.touched[k]) == t:
                r = state.touched[k]
                break
        if r < 0 and state.free_count[t] > 0:
            r = state.free[t, state.free_count[t] - 1]
        if r >= 0:
            found[count] = size + 2 * r
            count += 1
    totals[GAP] = gap
    return count


@inlined
def _recreate(
    fixed: Fixed, state: State, now: int, count: int, touched_count: int, removed_count: int
) -> tuple[int, int, int]:
    """Put what was removed back, each at its cheapest place; what has none worth its price is left in the bank.

    Returns how many rows of nodes and of routes are noted, and what the bank costs more.
    """
    nodes, facts, routes, types = state.nodes, fixed.facts, state.routes, fixed.types
    journal, noted, random, size = state.journal, state.noted, state.random, fixed.size
    price, batches = 0, int(state.tuning[BATCHES])
    for k in range(removed_count):
        c = state.removed[k]
        g = fixed.mates[c] if PAIRS else -1
        cheapest = fixed.prices[c]
        if PRICED and cheapest < DEAR and state.tuning[FILLS_ONLY] == 0 and _chance(random) < 0.05:
            cheapest *= 4  # at a loss now and then: it opens routes that later stops pay for
        best_a, best_r, best_x, upgrade = -1, -1, -1, -1
        may_upgrade = RETYPES and _chance(random) < 0.2
        removed, best_c = c, c
        while True:
            for batch in range(min(batches, fixed.reach.shape[1])):
                if batch > 0 and fixed.reach[c, batch] >= cheapest * state.tuning[PATIENCE]:
                    break  # all others are farther than the best place found is dear
                found = _gather(fixed, state, c, touched_count, batch)
                for j in range(found):
                    a = state.candidates[j]
                    r = nodes[a, ROUTE]
                    t = _type(routes, r)
                    if ALLOWED and (fixed.allowed[c] >> t) & 1 == 0:
                        continue
                    if PAIRS and g >= 0:
                        cost, x = _pair_cost(fixed, state, r, t, a, c, g, cheapest)
                    else:
                        cost, x = _place_cost(fixed, state, r, t, a, c, cheapest), -1
                    if cost < cheapest:
                        cheapest, best_c, best_a, best_r, best_x, upgrade = cost, c, a, r, x, -1
                    elif may_upgrade and not SEQUENCE and not (WALKS and types[t, IS_WALKED]):
                        if routes[r, STOPS] > 0 and not _has_room(facts, routes, types, r, t, c):
                            larger, cost = _larger_vehicle(fixed, state, r, t, a, c, cheapest)
                            if larger >= 0:
                                cheapest, best_c, best_a, best_r, best_x, upgrade = cost, c, a, r, -1, larger
            if CHOICES:
                c = fixed.others[c]
            if c == removed:
                break
        if CHOICES and best_c != removed:
            nodes[removed, ROUTE] = ELSEWHERE
            c = best_c
        if best_a < 0:
            price += fixed.prices[c]
            nodes[c, ROUTE] = BANK
            if PAIRS and g >= 0:
                nodes[g, ROUTE] = BANK
            continue
        r = best_r
        touched_count = _use(fixed, state, now, touched_count, r)
        if RETYPES and upgrade >= 0:
            count, touched_count, r = _change_type(fixed, state, now, count, touched_count, r, upgrade)
            if best_a >= size:
                best_a = size + 2 * r
        count = _put_in(fixed, state, count, now, r, best_a, c)
        if PAIRS and g >= 0:
            count = _put_in(fixed, state, count, now, r, best_x, g)
            count = _refresh(nodes, facts, routes, types, fixed.windows, journal, noted, count, now, size, r)
            if WALKS:
                _walk_again(fixed, state, r)
            continue
        start, at = size + 2 * r, _work_at(types, _type(routes, r))
        if TIMES:
            sure = 2 if SETUPS else 1
            count = _forwards(
                nodes, facts, fixed.windows, journal, noted, count, now, at, best_a, start + 1, sure
            )
            after = nodes[c, NEXT]
            if SETUPS and after != start + 1:
                after = nodes[after, NEXT]  # the work at the next stop may be another now
            count = _backwards(
                nodes, facts, fixed.windows, journal, noted, count, now, at, after, start, sure
            )
            if SPANS:
                routes[r, DURATION] = nodes[start + 1, SPAN]
        if SEQUENCE:
            count = _loads(nodes, facts, routes, journal, noted, count, now, r, start, start + 1, c)
        if WALKS:
            _walk_again(fixed, state, r)
    return count, touched_count, price


@inlined
def _use(fixed: Fixed, state: State, now: int, touched_count: int, r: int) -> int:
    """Note a route before it is changed; an unused one is free no more."""
    t = _type(state.routes, r)
    free = state.free_count[t]
    if free > 0 and state.free[t, free - 1] == r and state.routes[r, TOUCHED] != now:
        state.free_count[t] = free - 1
    return _touch(
        state.routes, fixed.types, state.route_journal, state.touched, state.old_costs, touched_count, now, r
    )


# Changing vehicles ------------------------------------------------------------------------------------------


@inlined
def _larger_vehicle(
    fixed: Fixed, state: State, r: int, t: int, a: int, c: int, below: int
) -> tuple[int, int]:
    """The cheapest unused type with room for a route and one more task, and what the change costs; -1 for none."""
    facts, routes, types, nodes = fixed.facts, state.routes, fixed.types, state.nodes
    b, p, at = nodes[a, NEXT], _profile(types, t), facts[c, PLACE]
    here, there = facts[a, PLACE], facts[b, PLACE]
    come, go = _come(fixed, p, at, here), _go(fixed, p, at, there)
    if GAPS and (come >= NO_WAY or go >= NO_WAY):
        return -1, NEVER
    seconds = come + go - int(nodes[b, SECONDS])
    metres = 0
    if METRES:
        metres = _come_metres(fixed, p, at, here) + _go_metres(fixed, p, at, there)
        metres -= int(nodes[b, METRES_IN])
        if routes[r, LENGTH] + metres > types[t, MOST_METRES]:
            return -1, NEVER
    if COUNTED and routes[r, STOPS] >= types[t, MOST_STOPS]:
        return -1, NEVER
    if DRIVES and routes[r, DRIVEN] + seconds > types[t, MOST_SECONDS]:
        return -1, NEVER
    work = _more_work(facts, _work_at(types, t), a, b, c) if HOURS else 0
    duration = routes[r, DURATION]
    if TIMES:
        duration = _duration_with(fixed, state, r, t, a, b, c, come, go)
        if duration > types[t, MOST_DURATION]:
            return -1, NEVER
    now = _cost(routes, types, r)
    best, best_cost = -1, below
    for other in range(types.shape[0]):
        if state.free_count[other] == 0 or types[other, GROUP] != types[t, GROUP]:
            continue
        if not _has_room(facts, routes, types, r, other, c):
            continue
        worked = routes[r, WORKED] + work if HOURS else 0
        cost = _price(types, other, routes[r, DRIVEN] + seconds, routes[r, LENGTH] + metres, worked, duration)
        if WISHES:
            cost += routes[r, WISHED] + fixed.wishes[t, c]
        if cost - now < best_cost:
            best, best_cost = other, cost - now
    return best, best_cost


@fast
def _move(
    nodes: Array, facts: Array, routes: Array, types: Array, windows: Array, journal: Array, noted: Array,
    count: int, now: int, size: int, r: int, other: int,
) -> int:  # fmt: skip
    """Give all stops of a route to an unused one."""
    start, fresh = size + 2 * r, size + 2 * other
    for node in (start, start + 1, fresh, fresh + 1):
        count = _note(nodes, journal, noted, count, now, node)
    first, last = nodes[start, NEXT], nodes[start + 1, PREV]
    x = first
    while x != start + 1:
        count = _note(nodes, journal, noted, count, now, x)
        nodes[x, ROUTE] = other
        x = nodes[x, NEXT]
    nodes[fresh, NEXT] = first
    nodes[first, PREV] = fresh
    nodes[last, NEXT] = fresh + 1
    nodes[fresh + 1, PREV] = last
    nodes[start, NEXT] = start + 1
    nodes[start + 1, PREV] = start
    nodes[fresh + 1, SECONDS] = nodes[start + 1, SECONDS]
    nodes[start + 1, SECONDS] = 0
    if METRES:
        nodes[fresh + 1, METRES_IN] = nodes[start + 1, METRES_IN]
        nodes[start + 1, METRES_IN] = 0
    for k in range(ROUTE_WIDTH):
        if k != TOUCHED and k != TYPE:
            routes[other, k] = routes[r, k]
            routes[r, k] = 0
    if TIMES or SEQUENCE or RELEASES:
        count = _refresh(nodes, facts, routes, types, windows, journal, noted, count, now, size, other)
        count = _refresh(nodes, facts, routes, types, windows, journal, noted, count, now, size, r)
    return count


@inlined
def _change_type(
    fixed: Fixed, state: State, now: int, count: int, touched_count: int, r: int, t: int
) -> tuple[int, int, int]:
    """Drive a route with an unused vehicle of another type; the route it is now."""
    other = state.free[t, state.free_count[t] - 1]
    touched_count = _use(fixed, state, now, touched_count, other)
    count = _move(
        state.nodes, fixed.facts, state.routes, fixed.types, fixed.windows, state.journal, state.noted,
        count, now, fixed.size, r, other,
    )  # fmt: skip
    if WALKS:
        _walk_again(fixed, state, r)
        _walk_again(fixed, state, other)
    return count, touched_count, other


@inlined
def _cheaper_vehicle(fixed: Fixed, state: State, now: int, count: int, touched_count: int) -> tuple[int, int]:
    """Now and then one route of this round is driven by a cheaper vehicle that has room enough."""
    routes, types, random = state.routes, fixed.types, state.random
    if touched_count == 0 or _chance(random) >= 0.5:
        return count, touched_count
    r = state.touched[int(_chance(random) * touched_count)]
    if routes[r, STOPS] == 0:
        return count, touched_count
    t = _type(routes, r)
    best, best_cost = -1, _cost(routes, types, r)
    for other in range(types.shape[0]):
        if other == t or state.free_count[other] == 0 or types[other, GROUP] != types[t, GROUP]:
            continue
        fits = True
        for k in range(DIMENSIONS):
            load = state.nodes[fixed.size + 2 * r, AFTER + k] if SEQUENCE else routes[r, CARRIED + k]
            if load > types[other, ROOM + k]:
                fits = False
        worked = routes[r, WORKED] if HOURS else 0
        cost = _price(types, other, routes[r, DRIVEN], routes[r, LENGTH], worked, routes[r, DURATION])
        if WISHES:
            cost += routes[r, WISHED]
        if fits and cost < best_cost:
            best, best_cost = other, cost
    if best >= 0:
        count, touched_count, _ = _change_type(fixed, state, now, count, touched_count, r, best)
    return count, touched_count


# Swaps ------------------------------------------------------------------------------------------------------


@inlined
def _swap_tails(fixed: Fixed, state: State, now: int, dear: float) -> tuple[int, int]:
    """Let what follows a task in its route, and a neighbour with what follows that, change places, if it costs less
    than `dear` (2-opt*: Potvin and Rousseau, "An exchange heuristic for routeing problems with time windows", Journal
    of the Operational Research Society, 1995). Where routes are long, strings are too short for it.

    Returns how many rows of nodes and of routes are noted.
    """
    nodes, routes, types, size = state.nodes, state.routes, fixed.types, fixed.size
    c = int(_chance(state.random) * size)
    r = nodes[c, ROUTE]
    if r < 0:
        return 0, 0
    t, y = _type(routes, r), nodes[c, NEXT]
    for k in range(min(SWAPPED, fixed.after.shape[1])):
        x = fixed.after[c, k]
        if x < 0:
            break
        q, b = nodes[x, ROUTE], nodes[x, PREV]
        if q < 0 or q == r or (b >= size and y >= size):
            continue
        other, end, other_end = _type(routes, q), size + 2 * r + 1, size + 2 * q + 1
        after = y if y < size else other_end
        cost = _way_cost(fixed, t, c, x) + _way_cost(fixed, t, b, after)
        cost -= _cost_here(nodes, types, t, x) + _cost_here(nodes, types, t, y)
        if TYPES and other != t:
            if not _are_alike(types, t, other):
                continue
            cost += _way_cost(fixed, t, nodes[other_end, PREV], end) - _cost_here(nodes, types, t, other_end)
            if y < size:
                cost += _way_cost(fixed, t, nodes[end, PREV], other_end) - _cost_here(nodes, types, t, end)
        if cost >= dear or not _tails_are_in_time(fixed, nodes, t, other, c, x, b, after):
            continue
        if not _tails_fit(nodes, fixed.facts, routes, types, fixed.allowed, fixed.mates, size, r, q, y, x):
            continue
        return _trade(fixed, state, now, c, x, b, y, after)
    return 0, 0


@inlined
def _swap_vehicles(fixed: Fixed, state: State, now: int, dear: float) -> tuple[int, int]:
    """Let two routes that stand at the same depots trade their vehicles, if it costs less than `dear`: where all of a
    type are used there is no other way to the better ones.

    Returns how many rows of nodes and of routes are noted.
    """
    nodes, routes, types, size = state.nodes, state.routes, fixed.types, fixed.size
    r = nodes[int(_chance(state.random) * size), ROUTE]
    q = nodes[int(_chance(state.random) * size), ROUTE]
    if r < 0 or q < 0:
        return 0, 0
    t, other = _type(routes, r), _type(routes, q)
    if t == other or types[t, GROUP] != types[other, GROUP]:
        return 0, 0
    for k in range(DIMENSIONS):
        load = nodes[size + 2 * r, AFTER + k] if SEQUENCE else routes[r, CARRIED + k]
        load_there = nodes[size + 2 * q, AFTER + k] if SEQUENCE else routes[q, CARRIED + k]
        if load > types[other, ROOM + k] or load_there > types[t, ROOM + k]:
            return 0, 0
    cost = _cost_with(routes, types, r, other) + _cost_with(routes, types, q, t)
    if cost - _cost_with(routes, types, r, t) - _cost_with(routes, types, q, other) >= dear:
        return 0, 0
    start, there = size + 2 * r, size + 2 * q
    return _trade(fixed, state, now, start, nodes[there, NEXT], there, nodes[start, NEXT], nodes[start, NEXT])


@inlined
def _swap_depots(fixed: Fixed, state: State, now: int, dear: float) -> tuple[int, int]:
    """Let a route be driven by a vehicle that stands elsewhere, and what that one drove, if anything, by its own, if it
    costs less than `dear`: stop by stop routes seldom change to another depot.

    Returns how many rows of nodes and of routes are noted.
    """
    nodes, routes, types, size = state.nodes, state.routes, fixed.types, fixed.size
    c = int(_chance(state.random) * size)
    r = nodes[c, ROUTE]
    if r < 0:
        return 0, 0
    t = _type(routes, r)
    if _chance(state.random) < 0.5:
        other = int(_chance(state.random) * types.shape[0])
        if state.free_count[other] == 0:
            return 0, 0
        q = state.free[other, state.free_count[other] - 1]
    else:
        x = fixed.after[c, int(_chance(state.random) * min(SWAPPED, fixed.after.shape[1]))]
        q = nodes[x, ROUTE] if x >= 0 else -1
        if q < 0:
            return 0, 0
        other = _type(routes, q)
    if types[other, GROUP] == types[t, GROUP] or not _are_alike(types, t, other):
        return 0, 0
    start, there = size + 2 * r, size + 2 * q
    x, y = nodes[there, NEXT], nodes[start, NEXT]
    cost = _way_cost(fixed, other, there, y) + _way_cost(fixed, other, nodes[start + 1, PREV], there + 1)
    cost -= _cost_here(nodes, types, t, y) + _cost_here(nodes, types, t, start + 1)
    if x < size:
        cost += _way_cost(fixed, t, start, x) + _way_cost(fixed, t, nodes[there + 1, PREV], start + 1)
        cost -= _cost_here(nodes, types, other, x) + _cost_here(nodes, types, other, there + 1)
    if cost >= dear:
        return 0, 0
    if not _tails_fit(nodes, fixed.facts, routes, types, fixed.allowed, fixed.mates, size, q, r, x, y):
        return 0, 0
    return _trade(fixed, state, now, there, y, start, x, x if x < size else start + 1)


@inlined
def _cost_with(routes: Array, types: Array, r: int, t: int) -> int:
    """What a route would cost a type of vehicle for its ways and its time."""
    metres = routes[r, LENGTH] if METRES else 0
    work = routes[r, WORKED] if HOURS else 0
    return int(_price(types, t, routes[r, DRIVEN], metres, work, routes[r, DURATION]))


@fast
def _trade(
    fixed: Fixed, state: State, now: int, c: int, x: int, b: int, y: int, after: int
) -> tuple[int, int]:
    """Link `c` to `x` and `b` to `y`, with all that follows; behind `b` comes `after` then, `y` or the end."""
    nodes, routes, types, size = state.nodes, state.routes, fixed.types, fixed.size
    r, q, touched_count = nodes[c, ROUTE], nodes[x, ROUTE], 0
    for side in range(2):
        touched_count = _use(fixed, state, now, touched_count, r if side == 0 else q)
    count = _exchange(nodes, state.journal, state.noted, now, size, c, x, b, y)
    t = _type(routes, r)
    _measure(fixed, nodes, t, x)
    _measure(fixed, nodes, t, after)
    _measure(fixed, nodes, t, size + 2 * r + 1)
    _measure(fixed, nodes, t, size + 2 * q + 1)
    for side in range(2):
        route = r if side == 0 else q
        _sum_up(nodes, fixed.facts, routes, types, fixed.wishes, size, route)
        if TIMES or SEQUENCE or RELEASES:
            count = _refresh(
                nodes, fixed.facts, routes, types, fixed.windows, state.journal, state.noted,
                count, now, size, route,
            )  # fmt: skip
        if WALKS:
            _walk_again(fixed, state, route)
    return count, touched_count


@inlined
def _way_cost(fixed: Fixed, t: int, a: int, b: int) -> int:
    """What the way between two nodes costs a type of vehicle."""
    p, here, there = _profile(fixed.types, t), fixed.facts[a, PLACE], fixed.facts[b, PLACE]
    seconds = _go(fixed, p, here, there)
    if GAPS and seconds >= NO_WAY:
        return NEVER
    cost = fixed.types[t, PER_SECOND] * seconds
    if METRES:
        cost += fixed.types[t, PER_METRE] * _go_metres(fixed, p, here, there)
    return int(cost)


@inlined
def _cost_here(nodes: Array, types: Array, t: int, node: int) -> int:
    """What the way to a node costs as it is."""
    cost = types[t, PER_SECOND] * nodes[node, SECONDS]
    if METRES:
        cost += types[t, PER_METRE] * nodes[node, METRES_IN]
    return int(cost)


@inlined
def _measure(fixed: Fixed, nodes: Array, t: int, node: int) -> None:
    """The way to a node from the one before it; there is none in an empty route."""
    a = nodes[node, PREV]
    is_used = a < fixed.size or node < fixed.size
    p, here, there = _profile(fixed.types, t), fixed.facts[a, PLACE], fixed.facts[node, PLACE]
    nodes[node, SECONDS] = _go(fixed, p, here, there) if is_used else 0
    if METRES:
        nodes[node, METRES_IN] = _go_metres(fixed, p, here, there) if is_used else 0


@inlined
def _are_alike(types: Array, t: int, other: int) -> bool:
    """Whether ways cost two types of vehicles the same."""
    return bool(
        _profile(types, t) == _profile(types, other)
        and types[t, PER_SECOND] == types[other, PER_SECOND]
        and types[t, PER_METRE] == types[other, PER_METRE]
    )


@inlined
def _tails_are_in_time(
    fixed: Fixed, nodes: Array, t: int, other: int, c: int, x: int, b: int, after: int
) -> bool:  # fmt: skip
    """Whether `x` can come after `c` and `after` after `b`. Where that says nothing, `_is_legal` does."""
    if not TIMES or SETUPS or t != other:
        return True
    p, facts = _profile(fixed.types, t), fixed.facts
    arrives = nodes[c, DEPART] + _go(fixed, p, facts[c, PLACE], facts[x, PLACE])
    arrives_after = nodes[b, DEPART] + _go(fixed, p, facts[b, PLACE], facts[after, PLACE])
    return bool(arrives <= nodes[x, LATEST] and arrives_after <= nodes[after, LATEST])


@fast
def _tails_fit(
    nodes: Array, facts: Array, routes: Array, types: Array, allowed: Array, mates: Array, size: int,
    r: int, q: int, y: int, x: int,
) -> bool:  # fmt: skip
    """Whether each of two routes may serve the tail of the other, and has room for it; shipments stay together."""
    t, other = _type(routes, r), _type(routes, q)
    for k in range(2):
        node, kind = (x, t) if k == 0 else (y, other)
        begun = 0
        while (ALLOWED or PAIRS) and node < size:
            if ALLOWED and (allowed[node] >> kind) & 1 == 0:
                return False
            if PAIRS and mates[node] >= 0:
                begun += 1 if facts[node, IS_PICKUP] else -1
            node = nodes[node, NEXT]
        if begun != 0:
            return False
    if SEQUENCE:
        return True  # seen by `_is_legal`
    for k in range(DIMENSIONS):
        more, node = 0, y
        while node < size:
            more -= facts[node, DELIVERED + k]
            node = nodes[node, NEXT]
        node = x
        while node < size:
            more += facts[node, DELIVERED + k]
            node = nodes[node, NEXT]
        if routes[r, CARRIED + k] + more > types[t, ROOM + k]:
            return False
        if routes[q, CARRIED + k] - more > types[other, ROOM + k]:
            return False
    return True


@fast
def _exchange(
    nodes: Array, journal: Array, noted: Array, now: int, size: int, c: int, x: int, b: int, y: int
) -> int:  # fmt: skip
    """Link `c` to `x` with what follows, and `b`, which was before it, to `y` with what follows."""
    r, q, count = nodes[c, ROUTE], nodes[x, ROUTE], 0
    last, other_last = nodes[size + 2 * q + 1, PREV], nodes[size + 2 * r + 1, PREV]
    for k in range(2):
        head, first, final, route = (c, x, last, r) if k == 0 else (b, y, other_last, q)
        count = _note(nodes, journal, noted, count, now, head)
        node = first
        while node < size:
            count = _note(nodes, journal, noted, count, now, node)
            nodes[node, ROUTE] = route
            node = nodes[node, NEXT]
        end = size + 2 * route + 1
        count = _note(nodes, journal, noted, count, now, end)
        if first < size:
            nodes[head, NEXT], nodes[first, PREV] = first, head
            nodes[final, NEXT], nodes[end, PREV] = end, final
        else:
            nodes[head, NEXT], nodes[end, PREV] = end, head
    return count


@inlined
def _sum_up(
    nodes: Array, facts: Array, routes: Array, types: Array, wishes: Array, size: int, r: int
) -> None:
    """All sums of a route."""
    t, node = _type(routes, r), nodes[size + 2 * r, NEXT]
    at = _work_at(types, t)
    for k in range(ROUTE_WIDTH):
        if (
            k in (STOPS, DRIVEN, LENGTH)
            or k >= CARRIED
            or (HOURS and k == WORKED)
            or (WISHES and k == WISHED)
        ):
            routes[r, k] = 0
    while True:
        routes[r, DRIVEN] += nodes[node, SECONDS]
        if METRES:
            routes[r, LENGTH] += nodes[node, METRES_IN]
        if node >= size:
            break
        routes[r, STOPS] += 1
        if HOURS:
            routes[r, WORKED] += _work(facts, at, nodes[node, PREV], node)
        if WISHES:
            routes[r, WISHED] += wishes[t, node]
        for k in range(DIMENSIONS):
            routes[r, CARRIED + k] += facts[node, DELIVERED + k]
        node = nodes[node, NEXT]


# The search -------------------------------------------------------------------------------------------------


@fast
def search(rounds: int, temperature: float, fixed: Fixed, state: State) -> None:
    """So many rounds of ruin and recreate at one temperature; what came out is in `state.totals` and `state.best`.

    With `tuning[FILLS_ONLY]` a round puts in what is in the bank and takes nothing out.
    """
    totals, random, routes = state.totals, state.random, state.routes
    for _ in range(rounds):
        totals[ROUND] += 1
        now = totals[ROUND]
        dear = -temperature * math.log(1e-300 + _chance(random))
        is_swap = state.tuning[FILLS_ONLY] == 0 and _chance(random) < state.tuning[SWAPS]
        if state.tuning[FILLS_ONLY] > 0:
            count, touched_count, removed_count, price = _take_all_of_the_bank(fixed, state, now)
        elif is_swap:
            removed_count, price = 0, 0
            if RETYPES and _chance(random) < 0.5:
                count, touched_count = _swap_vehicles(fixed, state, now, dear)
            elif TYPES and _chance(random) < state.tuning[DEPOTS]:
                count, touched_count = _swap_depots(fixed, state, now, dear)
            else:
                count, touched_count = _swap_tails(fixed, state, now, dear)
        else:
            count, touched_count, removed_count, price = _ruin(fixed, state, now)
        more = 0
        if not is_swap:
            _sort_removed(fixed, state, removed_count)
            count, touched_count, more = _recreate(fixed, state, now, count, touched_count, removed_count)
        if RETYPES:
            count, touched_count = _cheaper_vehicle(fixed, state, now, count, touched_count)
        change, opened, legal = price + more, 0, True
        for k in range(touched_count):
            r = state.touched[k]
            legal = legal and _is_legal(fixed, state, r)
            change += _cost(routes, fixed.types, r) - state.old_costs[k]
            opened += int(routes[r, STOPS] > 0) - int(state.route_journal[k, STOPS] > 0)
        if legal and (change <= 0 or change < dear):
            totals[COST] += change
            totals[ROUTES_USED] += opened
            _settle_bank(state, removed_count)
            if totals[COST] < totals[BEST_COST]:
                totals[BEST_COST] = totals[COST]
                totals[IS_DIRTY] = 1
                if now - totals[SAVED_AT] > state.tuning[SAVES_EVERY]:
                    _save(fixed, state, now)
        else:
            for k in range(count - 1, -1, -1):
                for z in range(NODE_WIDTH):
                    state.nodes[state.noted[k], z] = state.journal[k, z]
            for k in range(touched_count):
                for z in range(ROUTE_WIDTH):
                    routes[state.touched[k], z] = state.route_journal[k, z]
        for k in range(touched_count):
            r = state.touched[k]
            if routes[r, STOPS] == 0:
                t = _type(routes, r)
                state.free[t, state.free_count[t]] = r
                state.free_count[t] += 1
    if totals[IS_DIRTY] == 1 and totals[COST] == totals[BEST_COST]:
        _save(fixed, state, totals[ROUND])


@inlined
def _is_legal(fixed: Fixed, state: State, r: int) -> bool:
    """Whether a route still is what it was before stops left it: a way past them may be longer than through them."""
    routes, nodes, end = state.routes, state.nodes, fixed.size + 2 * r + 1
    if routes[r, STOPS] == 0:
        return True
    t = _type(routes, r)
    if SPANS:
        if (
            nodes[end, SPAN_EARLY] > nodes[end, SPAN_LATE]
            or routes[r, DURATION] > fixed.types[t, MOST_DURATION]
        ):
            return False
        if RELEASES and routes[r, READY] > nodes[end, SPAN_LATE]:
            return False
    if CLOCKS and nodes[end, DEPART] >= _LATE:
        return False
    if COUNTED and routes[r, STOPS] > fixed.types[t, MOST_STOPS]:
        return False
    if SEQUENCE:
        for k in range(DIMENSIONS):
            if nodes[end - 1, AFTER + k] > fixed.types[t, ROOM + k]:
                return False
    if DRIVES and routes[r, DRIVEN] > fixed.types[t, MOST_SECONDS]:
        return False
    if WALKS and routes[r, EXTRA] >= BROKEN:
        return False
    if METRES and routes[r, LENGTH] > fixed.types[t, MOST_METRES]:
        return False
    return not GAPS or routes[r, DRIVEN] < NO_WAY


@inlined
def _take_all_of_the_bank(fixed: Fixed, state: State, now: int) -> tuple[int, int, int, int]:
    count, price = 0, 0
    for k in range(state.totals[BANKED]):
        c = state.bank[k]
        state.removed[k] = c
        count = _note(state.nodes, state.journal, state.noted, count, now, c)
        state.nodes[c, ROUTE] = OUT
        if PAIRS and fixed.mates[c] >= 0:
            count = _note(state.nodes, state.journal, state.noted, count, now, fixed.mates[c])
            state.nodes[fixed.mates[c], ROUTE] = OUT
        price -= fixed.prices[c]
    return count, 0, int(state.totals[BANKED]), price


@inlined
def _settle_bank(state: State, removed_count: int) -> None:
    """Who was removed is in the bank now, or not any more."""
    for k in range(removed_count):
        c = state.removed[k]
        is_out = state.nodes[c, ROUTE] == BANK
        at = state.bank_place[c]
        if is_out and at < 0:
            state.bank_place[c] = state.totals[BANKED]
            state.bank[state.totals[BANKED]] = c
            state.totals[BANKED] += 1
        elif not is_out and at >= 0:
            state.totals[BANKED] -= 1
            last = state.bank[state.totals[BANKED]]
            state.bank[at] = last
            state.bank_place[last] = at
            state.bank_place[c] = -1


@fast
def _save(fixed: Fixed, state: State, now: int) -> None:
    keep(fixed, state)
    state.totals[SAVED_AT] = now
    state.totals[IS_DIRTY] = 0
    state.totals[SAVED_COST] = state.totals[BEST_COST]


@fast
def keep(fixed: Fixed, state: State) -> None:
    """Write the plan down as it is: what comes after each node, -1 for tasks in no route."""
    for node in range(state.nodes.shape[0]):
        state.best[node] = state.nodes[node, NEXT]
    for c in range(fixed.size):
        if state.nodes[c, ROUTE] < 0:
            state.best[c] = -1


@fast
def load(fixed: Fixed, state: State, numbers: Array, begins: Array, stops: Array) -> int:
    """Begin with given routes: `stops[begins[k]:begins[k + 1]]` for route `numbers[k]`. Returns what they cost, without
    the tasks that are in none."""
    nodes, facts, routes, types = state.nodes, fixed.facts, state.routes, fixed.types
    size, now = fixed.size, state.totals[ROUND]
    for c in range(size):
        nodes[c, ROUTE] = BANK
    for r in range(routes.shape[0]):
        start = size + 2 * r
        nodes[start, PREV] = start
        nodes[start, NEXT] = start + 1
        nodes[start + 1, PREV] = start
        nodes[start + 1, NEXT] = start + 1
        nodes[start + 1, SECONDS] = 0
        for node in (start, start + 1):
            nodes[node, ROUTE] = r
        if METRES:
            nodes[start + 1, METRES_IN] = 0
        if TIMES:
            nodes[start, DEPART] = facts[start, OPENS]
            nodes[start + 1, LATEST] = facts[start + 1, CLOSES]
        if SPANS:
            nodes[start, SPAN] = 0
            nodes[start, SPAN_EARLY] = facts[start, OPENS]
            nodes[start, SPAN_LATE] = facts[start, CLOSES]
            nodes[start + 1, REST] = 0
            nodes[start + 1, REST_EARLY] = facts[start + 1, OPENS]
            nodes[start + 1, REST_LATE] = facts[start + 1, CLOSES]
        for k in range(ROUTE_WIDTH):
            if k != TYPE:
                routes[r, k] = 0
        routes[r, TOUCHED] = -1
    for k in range(numbers.shape[0]):
        a = size + 2 * numbers[k]
        for j in range(begins[k], begins[k + 1]):
            now += 1
            _put_in(fixed, state, 0, now, numbers[k], a, stops[j])
            a = stops[j]
    cost = 0
    for r in range(routes.shape[0]):
        now += 1
        _refresh(nodes, facts, routes, types, fixed.windows, state.journal, state.noted, 0, now, size, r)
        if WALKS:
            _walk_again(fixed, state, r)
        cost += _cost(routes, types, r)
    state.totals[ROUND] = now
    return cost


# Arrays, made in Python -------------------------------------------------------------------------------------


def new_state(size: int, routes: int, types: int, near: int, seed: int) -> State:
    """This will return a state with no route in use; `load` makes it one to begin with."""
    nodes = size + 2 * routes
    # A seed far from zero: xorshift begins badly with few bits.
    first = (88172645463325252 ^ (seed * 0x9E3779B97F4A7C15)) % 2**64 or 1
    state = State(
        nodes=np.zeros((nodes, NODE_WIDTH), dtype=np.int32),
        routes=np.zeros((routes, ROUTE_WIDTH), dtype=np.int64),
        journal=np.zeros((nodes + 100, NODE_WIDTH), dtype=np.int32),
        noted=np.zeros(nodes + 100, dtype=np.int64),
        route_journal=np.zeros((routes + 10, ROUTE_WIDTH), dtype=np.int64),
        touched=np.zeros(routes + 10, dtype=np.int64),
        old_costs=np.zeros(routes + 10, dtype=np.int64),
        free=np.zeros((types, routes + 10), dtype=np.int64),
        free_count=np.zeros(types, dtype=np.int64),
        removed=np.zeros(size + 10, dtype=np.int64),
        keys=np.zeros(size + 10),
        bank=np.zeros(size + 10, dtype=np.int64),
        bank_place=np.full(size, -1, dtype=np.int64),
        best=np.full(nodes, -1, dtype=np.int32),
        tags=np.zeros(nodes, dtype=np.int64),
        candidates=np.zeros(4 * near + 100 + 2 * routes + types, dtype=np.int64),
        walk=np.zeros((size + MOST_BREAKS + 10 if WALKS else 1, WALK_WIDTH), dtype=np.int64),
        bends=np.zeros((3 * size + 30 if WALKS else 1, 2), dtype=np.int64),
        totals=np.zeros(16, dtype=np.int64),
        random=np.array([first], dtype=np.uint64),
        tuning=np.zeros(10),
    )
    state.totals[TAG] = 1
    return state


def nothing() -> tuple[Fixed, State]:
    """This will return the arrays of no task and one vehicle: what to compile for."""
    numbers, lists = np.zeros(0, dtype=np.int64), np.zeros((0, 1), dtype=np.int32)
    fixed = Fixed(
        size=0,
        facts=np.zeros((2, FACT_WIDTH), dtype=np.int32),
        types=np.zeros((1, ROOM + DIMENSIONS), dtype=np.int64),
        ways=np.zeros((1, 1, 1, 4), dtype=np.int32),
        windows=np.zeros((2, 2), dtype=np.int64),
        near=lists,
        before=lists,
        after=lists,
        prices=numbers,
        mates=numbers,
        allowed=numbers,
        reach=np.zeros((0, 1), dtype=np.int64),
        held=np.zeros((0, 5), dtype=np.int32),
        held_from=np.zeros((1, 2), dtype=np.int64),
        positions=np.zeros((1, 3)),
        laws=np.zeros((1, 2, KNOTS + 1)),
        wishes=np.zeros((1, 1), dtype=np.int64),
        others=numbers,
        breaks=np.zeros((1, 3), dtype=np.int64),
        soft=np.zeros((1, 4), dtype=np.int64),
        rides=numbers,
    )
    return fixed, new_state(0, 1, 1, 1, 1)
