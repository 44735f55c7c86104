"""Tiny named problems, small enough to solve by eye. Places lie on a line; a second of travel is ten metres.

`cost` and `left_out` are those of the best plan, where the eye sees them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vrp.domain import given
from vrp.domain import problem as problems
from vrp.domain import request as requests
from vrp.domain.problem import Problem

Document = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A named request, what its best plan costs, and the ids that plan leaves out."""

    name: str
    request: Document
    cost: float | None = None
    left_out: tuple[str | int, ...] = ()

    @cached_property
    def problem(self) -> Problem:
        return build(self.request)

    def __str__(self) -> str:
        return self.name


def build(document: Document) -> Problem:
    """The problem of a request that brings its own matrices, what is given in place."""
    request = requests.read(document)
    return given.fixed(problems.build(request, problems.places_of(request), problems.inline_travel(request)))


def line(*positions: int, closed: tuple[tuple[int, int], ...] = ()) -> Document:
    """Matrices of places on a line, at these seconds from its beginning; no way between `closed` pairs."""
    durations: list[list[int | None]] = [[abs(a - b) for b in positions] for a in positions]
    distances: list[list[int | None]] = [[10 * abs(a - b) for b in positions] for a in positions]
    for start, end in closed:
        durations[start][end] = distances[start][end] = None
    return {"car": {"durations": durations, "distances": distances}}


def vehicle(name: str = "van", start: int | None = 0, end: int | None = 0, **more: Any) -> Document:
    ends = {"start_index": start, "end_index": end}
    return {"id": name} | {key: value for key, value in ends.items() if value is not None} | more


def job(name: int, place: int, **more: Any) -> Document:
    return {"id": name, "location_index": place} | more


def shipment(name: int, pickup: int, delivery: int, **more: Any) -> Document:
    return {"id": name, "pickup": {"location_index": pickup}, "delivery": {"location_index": delivery}} | more


def request(
    vehicles: list[Document], jobs: list[Document], positions: Any = (0, 10, 20, 30), **more: Any
) -> Document:
    matrices = line(*positions) if isinstance(positions, tuple) else positions
    return {"vehicles": vehicles, "jobs": jobs, "matrices": matrices} | more


ALL = [
    Case("two_stops", request([vehicle()], [job(1, 1), job(2, 2)]), cost=40),
    Case("nothing_to_do", request([vehicle()], []), cost=0),
    Case(
        "one_tight_window",
        # the far stop first, or its window has closed; then waiting for nothing
        request([vehicle()], [job(1, 1, service=30), job(2, 2, time_windows=[[20, 20]])]),
        cost=40,
    ),
    Case(
        "window_out_of_reach",
        request([vehicle()], [job(1, 1), job(2, 3, time_windows=[[0, 29]])]),
        cost=20,
        left_out=(2,),
    ),
    Case(
        "several_windows",
        # the first window of each is too early to do both there; one of them waits for its second
        request(
            [vehicle()],
            [
                job(1, 1, service=50, time_windows=[[0, 10], [100, 110]]),
                job(2, 2, service=50, time_windows=[[0, 20], [200, 210]]),
            ],
        ),
        cost=40,
    ),
    Case(
        "window_before_the_vehicle_starts", request([vehicle(time_window=[100, 500])], [job(1, 1)]), cost=20
    ),
    Case(
        "shift_ends_too_soon",
        request([vehicle(time_window=[0, 59])], [job(1, 1), job(2, 3)]),
        cost=20,
        left_out=(2,),
    ),
    Case("start_latest", request([vehicle(start_latest=5)], [job(1, 1, time_windows=[[100, 100]])]), cost=20),
    Case(
        "service_and_setup",
        request([vehicle(time_window=[0, 31])], [job(1, 1, setup=5, service=6)]),
        cost=20,
    ),
    Case(
        "setup_once_at_the_same_place",
        # 20 of travel, one setup of 5 and two services of 5
        request([vehicle(max_duration=35)], [job(1, 1, setup=5, service=5), job(2, 1, setup=5, service=5)]),
        cost=20,
    ),
    Case(
        "setup_once_inside_windows",
        # a second setup would make the third come too late
        request(
            [vehicle()],
            [
                job(1, 1, setup=5, service=5, time_windows=[[10, 20]]),
                job(2, 1, setup=5, service=5, time_windows=[[20, 20]]),
                job(3, 1, setup=5, service=5, time_windows=[[25, 25]]),
            ],
        ),
        cost=20,
    ),
    Case(
        "no_setup_at_the_start", request([vehicle(max_duration=5)], [job(1, 0, setup=50, service=5)]), cost=0
    ),
    Case(
        "service_per_type",
        # only the fast crew is back in time
        request(
            [
                vehicle("slow", type="slow", time_window=[0, 30]),
                vehicle("fast", type="fast", time_window=[0, 30]),
            ],
            [job(1, 1, service=20, service_per_type={"fast": 10})],
        ),
        cost=20,
    ),
    Case(
        "capacity",
        request(
            [vehicle("a", capacity=[2]), vehicle("b", capacity=[2])],
            [job(k, 1, delivery=[1]) for k in (1, 2, 3)],
        ),
        cost=40,
    ),
    Case(
        "two_dimensions",
        # two of the light ones go together; the bulky one fills the second dimension
        request(
            [vehicle("a", capacity=[10, 2]), vehicle("b", capacity=[10, 2])],
            [job(1, 1, delivery=[1, 1]), job(2, 1, delivery=[1, 1]), job(3, 2, delivery=[1, 2])],
        ),
        cost=60,
    ),
    Case(
        "initial_load",
        request(
            [vehicle(capacity=[3], initial_load=[2])], [job(1, 1, delivery=[1]), job(2, 2, delivery=[1])]
        ),
        cost=20,
        left_out=(2,),
    ),
    Case(
        "backhaul",
        # what is delivered first makes room for what is fetched
        request([vehicle(capacity=[2])], [job(1, 3, pickup=[2]), job(2, 1, delivery=[2])]),
        cost=60,
    ),
    Case(
        "delivery_and_pickup_at_once",
        request([vehicle(capacity=[3])], [job(1, 1, delivery=[2], pickup=[3]), job(2, 2, delivery=[1])]),
        cost=40,
    ),
    Case(
        "fetching_before_delivering_does_not_fit",
        # the way there passes 1 first, but only after 2 is there room for what 1 has
        request([vehicle(capacity=[2])], [job(1, 1, pickup=[1]), job(2, 2, delivery=[2])]),
        cost=40,
    ),
    Case("one_shipment", request([vehicle()], [], shipments=[shipment(1, 2, 1, amount=[1])]), cost=40),
    Case(
        "shipments_one_after_the_other",
        # room for one at a time: 0-1-2-1-2-0
        request(
            [vehicle(capacity=[1])],
            [],
            shipments=[shipment(1, 1, 2, amount=[1]), shipment(2, 1, 2, amount=[1])],
        ),
        cost=60,
    ),
    Case(
        "shipments_and_jobs",
        request(
            [vehicle(capacity=[2])],
            [job(1, 3, delivery=[1])],
            shipments=[shipment(2, 1, 2, amount=[1])],
        ),
        cost=60,
    ),
    Case(
        "skills",
        request(
            [vehicle("near", 0, 0), vehicle("able", 3, 3, skills=["cold"])],
            [job(1, 1, skills=["cold"])],
        ),
        cost=40,
    ),
    Case(
        "skills_any_and_none",
        request(
            [vehicle("a", skills=[1]), vehicle("b", skills=[2]), vehicle("c", 3, 3, skills=[2, 3])],
            [job(1, 1, skills_any=[2, 4], skills_none=[3]), job(2, 1, skills_none=[2])],
        ),
        cost=40,
    ),
    Case(
        "allowed_and_forbidden_vehicles",
        request(
            [vehicle("a"), vehicle("b"), vehicle("far", 3, 3)],
            [job(1, 1, allowed_vehicles=["a", "far"]), job(2, 1, forbidden_vehicles=["a", "b"])],
        ),
        cost=40,
    ),
    Case(
        "preferred_vehicle",
        # 20 by the near van, 40 - 25 by the far one
        request(
            [vehicle("near"), vehicle("far", 3, 3)],
            [job(1, 1, preferred_vehicles=[{"vehicle": "far", "cost": -25}])],
        ),
        cost=15,
    ),
    Case(
        "penalty_too_dear_to_serve",
        request([vehicle()], [job(1, 1), job(2, 3, penalty=39)]),
        cost=59,
        left_out=(2,),
    ),
    Case("penalty_worth_serving", request([vehicle()], [job(1, 1), job(2, 3, penalty=41)]), cost=60),
    Case(
        "no_penalty_is_served_at_any_cost",
        request([vehicle(costs={"fixed": 1000})], [job(1, 3)]),
        cost=1060,
    ),
    Case(
        "priority_before_number",
        request(
            [vehicle(time_window=[0, 60])],
            [job(1, 3, service=0, priority=10), job(2, 1, service=1), job(3, 1, service=1)],
        ),
        cost=60,
        left_out=(2, 3),
    ),
    Case(
        "overfull",
        # number before cost: two near ones rather than one far one, and it goes for the two cheapest
        request(
            [vehicle(capacity=[2])], [job(k, place, delivery=[1]) for k, place in ((1, 3), (2, 2), (3, 1))]
        ),
        cost=40,
        left_out=(1,),
    ),
    Case(
        "break_at_noon",
        request(
            [
                vehicle(
                    time_window=[0, 200], breaks=[{"id": "lunch", "service": 30, "time_windows": [[50, 60]]}]
                )
            ],
            [job(1, 1, service=20), job(2, 3, service=20)],
        ),
        cost=60,
    ),
    Case(
        "break_in_one_of_its_windows",
        request(
            [
                vehicle(
                    time_window=[0, 100],
                    breaks=[{"id": 1, "service": 10, "time_windows": [[0, 5], [50, 55]]}],
                )
            ],
            [job(1, 3, time_windows=[[30, 30]])],
        ),
        cost=60,
    ),
    Case(
        "break_only_when_nearly_empty",
        request(
            [vehicle(capacity=[4], breaks=[{"id": 1, "service": 10, "max_load": [1]}])],
            [job(1, 1, delivery=[2]), job(2, 2, delivery=[2])],
        ),
        cost=40,
    ),
    Case(
        "break_nobody_has_to_take",
        request(
            [vehicle(time_window=[0, 20], breaks=[{"id": 1, "service": 10, "required": False}])], [job(1, 1)]
        ),
        cost=20,
    ),
    Case(
        "no_time_for_the_break",
        request([vehicle(time_window=[0, 25], breaks=[{"id": 1, "service": 10}])], [job(1, 1)]),
        cost=0,
        left_out=(1,),
    ),
    Case("two_depots", request([vehicle("a", 0, 0), vehicle("b", 3, 3)], [job(1, 1), job(2, 2)]), cost=40),
    Case("open_end", request([vehicle(end=None)], [job(1, 1), job(2, 3)]), cost=30),
    Case("open_start", request([vehicle(start=None)], [job(1, 1), job(2, 3)]), cost=30),
    Case("starts_here_ends_there", request([vehicle(end=3)], [job(1, 1), job(2, 2)]), cost=30),
    Case(
        "fixed_cost_keeps_a_vehicle_home",
        request(
            [vehicle("a", costs={"fixed": 30}), vehicle("b", 3, 3, costs={"fixed": 30})],
            [job(1, 1), job(2, 2)],
        ),
        cost=70,
    ),
    Case(
        "mixed_fleet",
        # the small one is cheaper to send, and large enough for one
        request(
            [
                vehicle("big", capacity=[3], costs={"fixed": 100}),
                vehicle("small", capacity=[1], costs={"fixed": 10}),
            ],
            [job(1, 1, delivery=[1])],
        ),
        cost=30,
    ),
    Case(
        "as_many_as_needed", request([vehicle(count=5, max_tasks=1)], [job(k, 1) for k in (1, 2, 3)]), cost=60
    ),
    Case(
        "costs_by_distance",
        request([vehicle(costs={"per_hour": 0, "per_km": 2})], [job(1, 1), job(2, 2)]),
        cost=0.8,
    ),
    Case(
        "costs_by_all_there_is",
        # 0.1 h of travel, 3.6 km, 0.05 h of work, 0.15 h in all
        request(
            [
                vehicle(
                    costs={
                        "fixed": 5,
                        "per_hour": 10,
                        "per_km": 2,
                        "per_task_hour": 20,
                        "per_duration_hour": 40,
                    }
                )
            ],
            [job(1, 1, service=180)],
            (0, 180),
        ),
        cost=5 + 1 + 7.2 + 1 + 6,
    ),
    Case(
        "costs_of_waiting",
        # either waits 80 for the window of 1, or does 2 in the meantime, which is farther but cheaper
        request(
            [vehicle(costs={"per_wait_hour": 3600}, start_latest=0)],
            [job(1, 1, time_windows=[[100, 100]]), job(2, 3)],
        ),
        cost=60 + 50,
    ),
    Case(
        "cost_matrix",
        # the long way round is the cheap one
        request(
            [vehicle()],
            [job(1, 1)],
            {"car": line(0, 10)["car"] | {"costs": [[0, 7.5], [2.25, 0]]}},
        ),
        cost=9.75,
    ),
    Case(
        "speed_factor",
        request(
            [vehicle("slow", time_window=[0, 19]), vehicle("fast", speed_factor=2, time_window=[0, 19])],
            [job(1, 1)],
        ),
        cost=10,
    ),
    Case(
        "profiles",
        request(
            [vehicle("a"), vehicle("b", profile="bike")],
            [job(1, 1)],
            line(0, 10) | {"bike": line(0, 4)["car"]},
        ),
        cost=8,
    ),
    Case(
        "max_tasks",
        request([vehicle("a", max_tasks=2), vehicle("b")], [job(k, 1) for k in (1, 2, 3)]),
        cost=20,
    ),
    Case(
        "max_tasks_counts_both_ends",
        request(
            [vehicle(max_tasks=3)],
            [job(1, 1)],
            shipments=[shipment(2, 1, 2), shipment(3, 1, 3)],
        ),
        cost=40,
        left_out=(3,),
    ),
    Case(
        "max_distance",
        request(
            [vehicle(max_distance=400, costs={"per_hour": 0, "per_km": 100})],
            [job(1, 2), job(2, 3)],
        ),
        cost=40,
        left_out=(2,),
    ),
    Case(
        "max_travel_time",
        request([vehicle(max_travel_time=40)], [job(1, 2, service=99), job(2, 3)]),
        cost=40,
        left_out=(2,),
    ),
    Case(
        "max_duration",
        # it can start late enough to wait for nothing
        request([vehicle(max_duration=50)], [job(1, 1, time_windows=[[500, 500]], service=30), job(2, 3)]),
        cost=20,
        left_out=(2,),
    ),
    Case(
        "no_way_one_direction",
        # there is no way from the start to 2 but through 1
        request([vehicle()], [job(1, 1), job(2, 2)], line(0, 10, 20, closed=((0, 2),))),
        cost=40,
    ),
    Case(
        "no_way_at_all",
        request([vehicle()], [job(1, 1), job(2, 2)], line(0, 10, 20, closed=((0, 2), (1, 2)))),
        cost=20,
        left_out=(2,),
    ),
    Case(
        "given_steps_are_a_beginning",
        request(
            [
                vehicle(
                    steps=[
                        {"type": "start"},
                        {"type": "job", "id": 2},
                        {"type": "job", "id": 1},
                        {"type": "end"},
                    ]
                )
            ],
            [job(1, 1), job(2, 2), job(3, 3)],
        ),
        cost=60,
    ),
]

ALTERNATIVES = [
    Case(
        "the_nearer_of_two_alternatives",
        request([vehicle()], [job(1, 3, alternatives_group="a"), job(2, 1, alternatives_group="a")]),
        cost=20,
    ),
    Case(
        "alternatives_out_of_reach_count_once",
        request(
            [vehicle(time_window=[0, 39])],
            [job(1, 3, alternatives_group="a"), job(2, 2, alternatives_group="a"), job(3, 1)],
        ),
        cost=20,
        left_out=(1,),
    ),
    Case(
        "alternatives_pay_the_largest_penalty",
        # serving either costs 40; leaving both out costs 35, not 45
        request(
            [vehicle()],
            [
                job(1, 2, penalty=10, alternatives_group="a"),
                job(2, 2, penalty=35, alternatives_group="a"),
            ],
        ),
        cost=35,
        left_out=(1,),
    ),
    Case(
        "a_preferred_alternative",
        # 60 - 45 for the far one, 20 for the near one
        request(
            [vehicle()],
            [
                job(1, 1, alternatives_group="a"),
                job(2, 3, alternatives_group="a", preferred_vehicles=[{"vehicle": "van", "cost": -45}]),
            ],
        ),
        cost=15,
    ),
]

ALL += ALTERNATIVES

RIDES = [
    Case(
        "a_ride_without_a_stop_on_the_way",
        # the job on the way would make the ride 25, and it closes early: it goes first, there and back
        request(
            [vehicle()],
            [job(2, 2, service=5, time_windows=[[0, 21]])],
            shipments=[shipment(1, 1, 3, max_ride_time=20)],
        ),
        cost=80,
    ),
    Case(
        "the_ride_ends_where_the_waiting_begins",
        request(
            [vehicle()],
            [],
            shipments=[
                {
                    "id": 1,
                    "pickup": {"location_index": 1, "time_windows": [[10, 10]]},
                    "delivery": {"location_index": 2, "time_windows": [[100, 100]]},
                    "max_ride_time": 10,
                }
            ],
        ),
        cost=40,
    ),
    Case(
        "picked_up_later_for_a_short_ride",
        # it waits before the pickup, not at the job on the way
        request(
            [vehicle(start_latest=0)],
            [job(2, 2, time_windows=[[100, 100]])],
            shipments=[shipment(1, 1, 3, max_ride_time=20)],
        ),
        cost=60,
    ),
    Case(
        "a_ride_too_long_in_any_order",
        request([vehicle()], [job(2, 1)], shipments=[shipment(1, 1, 3, max_ride_time=19)]),
        cost=20,
        left_out=(1,),
    ),
]

ALL += RIDES

ALTERNATIVES_IN_TIME = [
    Case(
        "alternatives_with_windows_of_their_own",
        # the near one is open too early, and again too late for its neighbour
        request(
            [vehicle(time_window=[100, 1000])],
            [
                job(1, 1, alternatives_group="a", time_windows=[[0, 50], [200, 210]]),
                job(2, 2, alternatives_group="a", time_windows=[[0, 60], [120, 130]]),
                job(3, 3, time_windows=[[130, 130]]),
            ],
        ),
        cost=60,
    ),
]

RELEASES = [
    Case(
        "what_is_ready_later_goes_in_another_trip",
        request(
            [vehicle("a"), vehicle("b")], [job(1, 1, time_windows=[[0, 99]]), job(2, 2, release_time=90)]
        ),
        cost=60,
    ),
    Case(
        "ready_when_its_window_has_closed",
        request([vehicle()], [job(1, 1), job(2, 1, release_time=50, time_windows=[[0, 49]])]),
        cost=20,
        left_out=(2,),
    ),
    Case(
        "ready_after_the_latest_start",
        request([vehicle(start_latest=10)], [job(1, 1, release_time=10), job(2, 2, release_time=11)]),
        cost=20,
        left_out=(2,),
    ),
    Case(
        "a_shipment_ready_later",
        # what is beyond it comes first, for its window closes
        request(
            [vehicle(start_latest=0)],
            [job(1, 2, time_windows=[[0, 20]])],
            shipments=[
                {
                    "id": 2,
                    "pickup": {"location_index": 1, "release_time": 100, "time_windows": [[0, 100]]},
                    "delivery": {"location_index": 2, "time_windows": [[110, 110]]},
                }
            ],
        ),
        cost=60,
    ),
    Case(
        "a_shipment_nobody_takes_in_before_it_is_ready",
        request(
            [vehicle(time_window=[0, 119])],
            [job(1, 1)],
            shipments=[
                {
                    "id": 2,
                    "pickup": {"location_index": 1},
                    "delivery": {"location_index": 2, "release_time": 100},
                }
            ],
        ),
        cost=20,
        left_out=(2,),
    ),
]

OVERTIMES = [
    Case(
        "overtime",
        request([vehicle(overtime={"after": 30, "max": 10, "cost_per_hour": 3600})], [job(1, 2)]),
        cost=50,
    ),
    Case(
        "overtime_dearer_than_a_second_vehicle",
        # both in one route: 40 of travel, 20 of service, so 20 too long at 10 each
        request(
            [vehicle(count=2, overtime={"after": 40, "max": 100, "cost_per_hour": 36000})],
            [job(1, 1, service=20), job(2, 2)],
        ),
        cost=60,
    ),
    Case(
        "more_overtime_than_allowed",
        request([vehicle(overtime={"after": 20, "max": 19})], [job(1, 1), job(2, 2)]),
        cost=20,
        left_out=(2,),
    ),
    Case(
        "overtime_up_to_max_duration",
        request(
            [vehicle(max_duration=50, overtime={"after": 30, "max": 100, "cost_per_hour": 3600})],
            [job(1, 2), job(2, 3)],
        ),
        cost=50,
        left_out=(2,),
    ),
]

STORES = {"locations": [{"id": "depot", "matrix_index": 0}, {"id": "store", "matrix_index": 2}]}


def reloading(*locations: str, **more: Any) -> Document:
    return {"reload": {"locations": list(locations), **more}}


RELOADS = [
    Case(
        "reload",
        request(
            [vehicle(capacity=[1], **reloading("depot"))],
            [job(1, 1, delivery=[1]), job(2, 2, delivery=[1])],
            **STORES,
        ),
        cost=60,
    ),
    Case(
        "reload_where_it_is_nearer",
        request(
            [vehicle(capacity=[1], **reloading("depot", "store"))],
            [job(1, 1, delivery=[1]), job(2, 3, delivery=[1])],
            **STORES,
        ),
        cost=60,
    ),
    Case(
        "reload_unloads_what_was_collected",
        request(
            [vehicle(capacity=[1], **reloading("depot"))],
            [job(1, 1, pickup=[1]), job(2, 1, pickup=[1])],
            **STORES,
        ),
        cost=40,
    ),
    Case(
        "reload_leaves_the_initial_load_on_board",
        request(
            [vehicle(capacity=[2], initial_load=[1], **reloading("depot"))],
            [job(1, 1, delivery=[1]), job(2, 1, delivery=[1])],
            **STORES,
        ),
        cost=40,
    ),
    Case(
        "no_more_reloads_than_allowed",
        request(
            [vehicle(capacity=[1], **reloading("depot", max_reloads=1))],
            [job(k, k, delivery=[1]) for k in (1, 2, 3)],
            **STORES,
        ),
        cost=60,
        left_out=(3,),
    ),
    Case(
        "time_to_reload",
        request(
            [vehicle(capacity=[1], time_window=[0, 75], **reloading("depot", duration=15))],
            [job(1, 1, delivery=[1]), job(2, 2, delivery=[1])],
            **STORES,
        ),
        cost=60,
    ),
    Case(
        "no_time_to_reload",
        request(
            [vehicle(capacity=[1], time_window=[0, 74], **reloading("depot", duration=15))],
            [job(1, 1, delivery=[1]), job(2, 2, delivery=[1])],
            **STORES,
        ),
        cost=20,
        left_out=(2,),
    ),
    Case(
        "time_to_reload_is_paid_as_work",
        request(
            [
                vehicle(
                    capacity=[1],
                    costs={"per_task_hour": 3600, "per_duration_hour": 3600},
                    **reloading("depot", duration=15),
                )
            ],
            [job(1, 1, delivery=[1]), job(2, 1, delivery=[1])],
            **STORES,
        ),
        cost=40 + 15 + 55,
    ),
    Case(
        "loaded_when_the_goods_are_ready",
        # it may leave at 100 only if it has not waited for the goods to begin to load
        request(
            [vehicle(**reloading("depot", duration=20))],
            [job(1, 1, time_windows=[[10, 10]]), job(2, 1, release_time=100, time_windows=[[110, 110]])],
            **STORES,
        ),
        cost=40,
    ),
    Case(
        "a_shipment_between_two_trips",
        request(
            [vehicle(capacity=[1], **reloading("depot"))],
            [job(1, 3, delivery=[1], time_windows=[[0, 30]]), job(2, 3, delivery=[1])],
            shipments=[shipment(3, 2, 1, amount=[1])],
            **STORES,
        ),
        cost=120,
    ),
]

STEPS = [
    Case(
        "given_steps_that_are_too_much",
        request(
            [vehicle("a", capacity=[2], steps=[{"type": "job", "id": k} for k in (1, 2, 3)]), vehicle("b")],
            [job(k, 1, delivery=[1]) for k in (1, 2, 3)],
        ),
        cost=20,
    ),
    Case(
        "given_steps_on_the_wrong_vehicle",
        request(
            [
                vehicle("near", steps=[{"type": "job", "id": 1}, {"type": "job", "id": 2}]),
                vehicle("far", 3, 3),
            ],
            [job(1, 1), job(2, 2, allowed_vehicles=["far"])],
        ),
        cost=40,
    ),
]

ALL += ALTERNATIVES_IN_TIME + RELEASES + OVERTIMES + RELOADS + STEPS

WAITING = [
    Case(
        "waits_a_part_at_each_stop",
        # 80 to wait in all, 40 at each of the two
        request([vehicle(start_latest=0, max_wait=40)], [job(1, 1), job(2, 2, time_windows=[[100, 100]])]),
        cost=40,
    ),
    Case(
        "would_have_to_wait_too_long",
        request([vehicle(start_latest=0, max_wait=39)], [job(1, 1), job(2, 2, time_windows=[[100, 100]])]),
        cost=20,
        left_out=(2,),
    ),
    Case(
        "the_patient_one_goes",
        request(
            [vehicle("near", start_latest=0, max_wait=50), vehicle("far", 3, 3, start_latest=0)],
            [job(1, 1, time_windows=[[100, 100]])],
        ),
        cost=40,
    ),
]

ALL += WAITING

BREAKS = [
    Case(
        "stays_at_home_for_its_breaks_take_too_long",
        request(
            [vehicle("a", max_duration=29, breaks=[{"id": 1, "service": 30}]), vehicle("b", 3, 3)],
            [job(1, 1)],
        ),
        cost=40,
    ),
    Case(
        "no_time_beside_the_breaks",
        request(
            [vehicle(max_duration=69, breaks=[{"id": 1, "service": 20}, {"id": 2, "service": 10}])],
            [job(1, 1), job(2, 2)],
        ),
        cost=20,
        left_out=(2,),
    ),
]

ALL += BREAKS


def related(kind: str, *ids: int, **more: Any) -> Document:
    return {"relations": [{"type": kind, "ids": list(ids)} | more]}


RELATIONS = [
    Case(
        "same_vehicle",
        # each at its own end would cost 20
        request([vehicle("a"), vehicle("b", 3, 3)], [job(1, 1), job(2, 3)], **related("same_vehicle", 1, 2)),
        cost=40,
    ),
    Case(
        "different_vehicle",
        request([vehicle(count=2)], [job(1, 1), job(2, 2)], **related("different_vehicle", 1, 2)),
        cost=60,
    ),
    Case(
        "sequence",
        request([vehicle()], [job(1, 1), job(2, 2), job(3, 3)], **related("sequence", 2, 1, 3)),
        cost=80,
    ),
    Case(
        "sequence_of_shipments",
        # the first is delivered at the far end before the second is picked up near the start
        request(
            [vehicle(end=None)],
            [],
            shipments=[shipment(1, 1, 3), shipment(2, 1, 2)],
            **related("sequence", 1, 2),
        ),
        cost=60,
    ),
    Case(
        "direct_sequence",
        # what lies between them comes last
        request([vehicle(end=None)], [job(1, 1), job(2, 2), job(3, 3)], **related("direct_sequence", 1, 3)),
        cost=40,
    ),
    Case(
        "direct_sequence_of_those_served",
        request(
            [vehicle(end=None)],
            [job(1, 1), job(2, 2, time_windows=[[0, 19]]), job(3, 3), job(4, 2)],
            **related("direct_sequence", 1, 2, 3),
        ),
        cost=40,
        left_out=(2,),
    ),
    Case(
        "first",
        request([vehicle(end=None)], [job(1, 1), job(2, 2), job(3, 3)], **related("first", 3)),
        cost=50,
    ),
    Case(
        "last",
        request([vehicle(end=None)], [job(1, 1), job(2, 2), job(3, 3)], **related("last", 1)),
        cost=50,
    ),
    Case(
        "related_to_a_vehicle",
        request([vehicle("near"), vehicle("far", 3, 3)], [job(1, 1)], **related("first", 1, vehicle="far")),
        cost=40,
    ),
]

ALL += RELATIONS


def apart(mode: str) -> Document:
    return {"incompatibilities": [{"classes": ["food", "paint"], "mode": mode}]}


FOOD, PAINT = {"compatibility_class": "food"}, {"compatibility_class": "paint"}
INCOMPATIBILITIES = [
    Case(
        "never_on_the_same_vehicle",
        request(
            [vehicle(count=2)],
            [job(1, 1, **FOOD), job(2, 2, **PAINT), job(3, 2)],
            **apart("same_vehicle"),
        ),
        cost=60,
    ),
    Case(
        "delivered_before_the_other_is_fetched",
        # the other way round would be 20
        request(
            [vehicle(end=None)],
            [job(1, 2, delivery=[1], **FOOD), job(2, 1, pickup=[1], **PAINT)],
            **apart("simultaneous"),
        ),
        cost=30,
    ),
    Case(
        "brings_and_fetches_so_is_on_board_all_the_way",
        request(
            [vehicle(count=2)],
            [job(1, 1, delivery=[1], pickup=[1], **FOOD), job(2, 2, pickup=[1], **PAINT)],
            **apart("simultaneous"),
        ),
        cost=60,
    ),
    Case(
        "one_shipment_after_the_other",
        request(
            [vehicle(end=None)],
            [],
            shipments=[shipment(1, 1, 3, **FOOD), shipment(2, 2, 3, **PAINT)],
            **apart("simultaneous"),
        ),
        cost=50,
    ),
    Case(
        "one_shipment_leaves_where_the_other_comes",
        request(
            [vehicle(end=None)],
            [],
            shipments=[shipment(1, 1, 2, **FOOD), shipment(2, 2, 3, **PAINT)],
            **apart("simultaneous"),
        ),
        cost=30,
    ),
]

ALL += INCOMPATIBILITIES

LOADING = [
    Case(
        "last_in_first_out",
        # without a policy 40
        request(
            [vehicle(end=None, loading_policy="lifo")],
            [],
            (0, 10, 20, 30, 40),
            shipments=[shipment(1, 1, 3), shipment(2, 2, 4)],
        ),
        cost=50,
    ),
    Case(
        "first_in_first_out",
        request(
            [vehicle(end=None, loading_policy="fifo")],
            [],
            (0, 10, 20, 30, 40),
            shipments=[shipment(1, 1, 4), shipment(2, 2, 3)],
        ),
        cost=50,
    ),
    Case(
        "first_in_first_out_as_they_come",
        request(
            [vehicle(end=None, loading_policy="fifo")],
            [],
            (0, 10, 20, 30, 40),
            shipments=[shipment(1, 1, 3), shipment(2, 2, 4)],
        ),
        cost=40,
    ),
]

ALL += LOADING


def soft(opens: int, closes: int, **more: int) -> Document:
    return {"start": opens, "end": closes, "soft": more}


SOFT_WINDOWS = [
    Case(
        "late_for_money",
        # 5 too late, at 2 each; going there first and back for the other would be 20 more
        request(
            [vehicle(end=None)],
            [job(1, 3, time_windows=[soft(0, 99, end=25, cost_per_hour_late=7200)]), job(2, 1)],
        ),
        cost=40,
    ),
    Case(
        "too_late_at_any_price",
        request(
            [vehicle()],
            [job(1, 3, time_windows=[soft(0, 29, end=9, cost_per_hour_late=1)]), job(2, 1)],
        ),
        cost=20,
        left_out=(1,),
    ),
    Case(
        "waits_until_it_is_free_of_charge",
        # 40 early at 2 each, or 40 of waiting at 1 each
        request(
            [vehicle(start_latest=0, costs={"per_wait_hour": 3600})],
            [job(1, 1, time_windows=[soft(0, 99, start=50, cost_per_hour_early=7200)])],
        ),
        cost=60,
    ),
    Case(
        "begins_early_for_waiting_is_dearer",
        request(
            [vehicle(start_latest=0, costs={"per_wait_hour": 3600})],
            [job(1, 1, time_windows=[soft(0, 99, start=50, cost_per_hour_early=1800)])],
        ),
        cost=40,
    ),
    Case(
        "home_late_for_money",
        request(
            [vehicle(time_window=soft(0, 99, end=50, cost_per_hour_late=1800))],
            [job(1, 3), job(2, 1, penalty=50)],
        ),
        cost=65,
    ),
    Case(
        "goes_out_early_for_money",
        request(
            [vehicle(time_window=soft(0, 199, start=50, cost_per_hour_early=3600))],
            [job(1, 3, time_windows=[[0, 70]])],
        ),
        cost=70,
    ),
]

ALL += SOFT_WINDOWS

FEWEST = {"objective": {"preset": "min_vehicles"}}
PRESETS = [
    Case(
        "one_vehicle_however_dear",
        # each at its own end would cost 20
        request([vehicle("a"), vehicle("b", 3, 3)], [job(1, 1), job(2, 3)], **FEWEST),
        cost=40,
    ),
    Case(
        "as_few_vehicles_as_serve_all",
        request([vehicle(count=3, max_tasks=2)], [job(k, k) for k in (1, 2, 3)], **FEWEST),
        cost=80,
    ),
    Case(
        "no_vehicle_for_what_may_be_left_out",
        request([vehicle(count=2, max_tasks=1)], [job(1, 2), job(2, 1, penalty=1000)], **FEWEST),
        cost=1040,
        left_out=(2,),
    ),
]

ALL += PRESETS


def given_steps(*ids: int, **more: Any) -> Document:
    return {"steps": [{"type": "job", "id": name} | more for name in ids]}


LOCKS = [
    Case(
        "locked_to_a_vehicle",
        request(
            [vehicle("near"), vehicle("far", 3, 3, **given_steps(1, locked="vehicle"))],
            [job(1, 1)],
        ),
        cost=40,
    ),
    Case(
        "locked_in_order",
        request([vehicle(end=None, **given_steps(3, 1, locked="order"))], [job(1, 1), job(2, 2), job(3, 3)]),
        cost=50,
    ),
    Case(
        "nothing_new_before_what_is_locked_in_full",
        request([vehicle(end=None, **given_steps(2, locked="full"))], [job(1, 1), job(2, 2), job(3, 3)]),
        cost=50,
    ),
    Case(
        "before_what_is_locked_in_full_only_what_was_given_before_it",
        # 2 may stay before 3, 1 may not come between them
        request(
            [vehicle(end=None, steps=[{"type": "job", "id": 2}, {"type": "job", "id": 3, "locked": "full"}])],
            [job(1, 1), job(2, 2), job(3, 3), job(4, 3)],
        ),
        cost=50,
    ),
    Case(
        "a_step_at_its_time",
        # the window of 2 is before, that of 3 right after
        request(
            [vehicle(**given_steps(1, service_at=50))],
            [job(1, 1), job(2, 3, time_windows=[[0, 30]]), job(3, 2, time_windows=[[60, 60]])],
        ),
        cost=80,
    ),
    Case(
        "frozen_until_the_first_stop_has_begun",
        request(
            [vehicle(end=None, **given_steps(1))],
            [job(1, 2), job(2, 1)],
            freeze={"until": 21},
        ),
        cost=30,
    ),
    Case(
        "a_frozen_vehicle_takes_nothing_new",
        request(
            [vehicle("a", **given_steps(1)), vehicle("b", 3, 3)],
            [job(1, 1), job(2, 1)],
            freeze={"vehicles": ["a"]},
        ),
        cost=60,
    ),
]

ALL += LOCKS
