"""Does a test fail when a rule is wrong? Breaks the evaluator on purpose, one place at a time, and runs its tests.

    .venv/bin/python benchmarks/mutate_rules.py [part of a path or of a mutation ...]

Works on a copy of the code in a temporary directory; needs no database. Each rule is dropped once, each comparison and
each unit is made wrong by a little. Prints which test noticed; what nobody noticed ends with exit status 1.
"""

# What is replaced stands here as it stands there:
# ruff: noqa: E501

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Tests of explanations, of words and of other judges are about more than the rules, and slower.
PASSED_OVER = ("against", "explain", "smallest", "words", "changes.py", "digest")
LAST = ("brute_force", "invariants")

MUTATIONS: dict[str, list[tuple[str, str]]] = {
    "rules/alternatives.py": [
        ("if len(group) == 1:", "if len(group) <= 2:"),
        ("if group[0] in served:", "if False:"),
        ("served.setdefault(group[0], task.id)", "served.setdefault(task.order, task.id)"),
        ("if group[0] in served:", "if number and group[0] in served:"),
    ],
    "rules/breaks.py": [
        ("times > 1", "times > 2"),
        ("(times == 0 and pause.required)", "pause.required and False"),
        ("(times == 0 and pause.required)", "times == 0"),
        ("if visit.late:", "if visit.late > 1:"),
        ("if amount > most:", "if amount > most + 1:"),
        ("if amount > most:", "if amount >= most:"),
        ("route.visits[step - 1].load if step else route.load_start", "route.load_start"),
    ],
    "rules/capacity.py": [
        ("if amount > most:", "if amount > most + 1:"),
        ("if amount > most:", "if amount >= most:"),
        ("(None, \"start\", route.load_start)", "(None, \"start\", (0,) * len(capacity))"),
        ("if visit.task or visit.reload", "if visit.task"),
        ("enumerate(zip(load, capacity, strict=True))", "enumerate(zip(load[:1], capacity[:1], strict=True))"),
        ("number, step, amount - most", "number, step, most - amount"),
    ],
    "rules/compatibility.py": [
        ("if name is None:", "if False:"),
        ("one.begins < other.ends and other.begins < one.ends", "one.begins <= other.ends and other.begins <= one.ends"),
        ("one.begins < other.ends and other.begins < one.ends", "one.begins < other.ends"),
        ('if mode == "same_vehicle":', 'if mode != "same_vehicle":'),
        ("o.name != stay.name and _meet", "_meet"),
        ("if stay.name in classes", "if True"),
        ("delivered.get(task.order, whole)", "whole"),
        ("any(task.pickup), any(task.delivery) or not any(task.pickup)", "False, True"),
        ("any(task.pickup), any(task.delivery) or not any(task.pickup)", "any(task.pickup), any(task.delivery)"),
        ("any(task.pickup), any(task.delivery) or not any(task.pickup)", "any(task.pickup), not any(task.pickup)"),
        ("        begins = ends", "        begins = -1"),
        ("if route.visits[k].reload), whole)", "if False), whole)"),
    ],
    "rules/limits.py": [
        ("0 < tasks < spec.min_tasks", "0 < tasks <= spec.min_tasks"),
        ("0 < tasks < spec.min_tasks", "0 < tasks < spec.min_tasks - 1"),
        ("most is not None and amount > most:", "most is not None and amount >= most:"),
        ("most is not None and amount > most:", "most is not None and amount > most + 1:"),
        ("most is not None and amount > most:", "most and amount > most:"),
        ('route.total("distance"), spec.max_distance', 'route.total("distance") // 1000, spec.max_distance'),
        ('route.total("distance"), spec.max_distance', 'route.total("travel_time"), spec.max_distance'),
        ("route.duration, spec.max_duration", "route.duration // 60, spec.max_duration"),
        ("route.duration, spec.max_duration", 'route.total("travel_time"), spec.max_duration'),
        ('route.total("travel_time"), spec.max_travel_time', "route.duration, spec.max_travel_time"),
        ("route.overtime, spec.overtime.max if", "route.overtime, spec.overtime.after if"),
        ("visit.waiting_time > spec.max_wait:", "visit.waiting_time >= spec.max_wait:"),
        ("visit.waiting_time > spec.max_wait:", "visit.waiting_time > spec.max_wait + 1:"),
        ("visit.waiting_time > spec.max_wait:", "visit.task and visit.waiting_time > spec.max_wait:"),
    ],
    "rules/loading.py": [
        ('-1 if policy == "lifo" else 0', '0 if policy == "lifo" else -1'),
        ('-1 if policy == "lifo" else 0', "-1"),
        ('if policy == "any":', 'if policy != "lifo":'),
        ('if policy == "any":', "if False:"),
        ("on_board.remove(task.order)", "pass"),
        ("and task.order in on_board", ""),
    ],
    "rules/locks.py": [
        ('if lock.level == "none":', "if False:"),
        ("if lock.key not in made:", "if False:"),
        ("elif lock.place is not None and", "elif lock.place is None and"),
        ("elif lock.place is not None and lock.place != made[lock.key]:", "elif False:"),
        ("owner is not None and owner != route.vehicle.index", "False"),
        ('lock.level in ("order", "full")', 'lock.level in ("full",)'),
        ('lock.level in ("order", "full")', 'lock.level in ("vehicle", "order", "full")'),
        ("at[before.key] > at[lock.key]", "at[before.key] > at[lock.key] + 1"),
        ('own.level == "full" and newest[0] > position', 'own.level == "full" and newest[0] > position + 1'),
        ('own.level == "full" and newest[0] > position', 'own.level == "full" and newest[0] >= position - 1'),
        ('own.level == "full" and newest', 'own.level != "none" and newest'),
        ("key, len(vehicle.given))", "key, -1)"),
        ("if key and key not in vehicle.given:", "if False:"),
        ("if visit.task or visit.pause else None", "if visit.task else None"),
        ("            reloads += 1", "            reloads += 0"),
    ],
    "rules/max_ride.py": [
        ("if ride > task.max_ride:", "if ride >= task.max_ride:"),
        ("if ride > task.max_ride:", "if ride > task.max_ride + 1:"),
        ("if ride > task.max_ride:", "if ride // 60 > task.max_ride:"),
        ("visit.arrival - picked_up[task.order].departure", "visit.service_start - picked_up[task.order].departure"),
        ("visit.arrival - picked_up[task.order].departure", "visit.arrival - picked_up[task.order].arrival"),
        ("visit.arrival - picked_up[task.order].departure", "visit.arrival - picked_up[task.order].service_start"),
    ],
    "rules/reachable.py": [("if visit.no_way:", "if False:"), ("if visit.no_way:", "if visit.no_way and step > 1:")],
    "rules/relations.py": [
        ("if relation.vehicle is not None:", "if False:"),
        ("not in vehicle.names:", "!= str(vehicle.id):"),
        ("not in vehicle.names:", "!= str(vehicle.spec.id):"),
        ('if relation.type in ("first", "last"):', 'if relation.type in ("first",):'),
        ('if relation.type in ("first", "last"):', 'if relation.type in ("last",):'),
        ('if relation.type == "different_vehicle":', "if False:"),
        ("if o.route == member.route", "if o.route != member.route"),
        ("if before.route != member.route:", "if False:"),
        ("before.last >= member.first:", "before.first >= member.first:"),
        ("before.last >= member.first:", "before.last >= member.last:"),
        ("before.last >= member.first:", "before.last > member.first + 1:"),
        ("before.last + 1 != member.first:", "before.last + 1 < member.first:"),
        ("before.last + 1 != member.first:", "before.last + 2 < member.first:"),
        ("before.last + 1 != member.first:", "before.last > member.first:"),
        ("served[: member.first]", "served[: member.last]"),
        ("served[: member.first]", "served[: member.first - 1]"),
        ("served[member.last + 1 :]", "served[member.first + 1 :]"),
        ("served[member.last + 1 :]", "served[member.last + 2 :]"),
        ("_Served(before.order, number, before.first, position, before.step)", "before"),
    ],
    "rules/release_time.py": [
        ("if task.release > at:", "if task.release >= at:"),
        ("if task.release > at:", "if task.release > at + 1:"),
        ("if task.release > at:", "if task.release // 60 > at:"),
        ("begins.departure if begins else route.start_time", "route.start_time"),
        ('left if visit.type == "job" else visit.service_start', "left"),
    ],
    "rules/reloads.py": [
        ("made > spec.max_reloads:", "made >= spec.max_reloads:"),
        ("made > spec.max_reloads:", "made > spec.max_reloads + 1:"),
        ("if visit.reload)", "if visit.task)"),
    ],
    "rules/shift.py": [
        ("if route.end_time > closes:", "if route.end_time >= closes:"),
        ("if route.end_time > closes:", "if route.end_time > closes + 1:"),
        ("min(vehicle.window[1], last.due) if", "vehicle.window[1] if"),
        ("if route.start_time > latest:", "if route.start_time > latest + 1:"),
        ("if route.start_time > latest:", "if route.start_time >= latest:"),
        ("if route.start_time > latest:", "if False:"),
        ("latest = min(latest, vehicle.lock_by_key[START].latest)", "pass"),
    ],
    "rules/skills.py": [
        ("if lacks:", "if len(lacks) > 1:"),
        ("if any_of and not any_of & has:", "if any_of and any_of - has:"),
        ("if any_of and not any_of & has:", "if False:"),
        ("if barred:", "if False:"),
        ("number, step, len(lacks)", "number, step, 1"),
    ],
    "rules/time_windows.py": [
        ("if visit.late:", "if visit.late > 1:"),
        ("if visit.late:", "if visit.late // 60:"),
        ("number, step, visit.late", "number, step, -visit.late"),
    ],
    "rules/vehicle_choice.py": [
        ("(allowed and not allowed & names)", "False"),
        ("or forbidden & names", ""),
        ("names = route.vehicle.names", "names = {str(route.vehicle.id)}"),
    ],
    "rules/visits.py": [
        ("if vehicles[route.vehicle.index] == 2:", "if vehicles[route.vehicle.index] == 3:"),
        ("if task.index in seen:", "if False:"),
        ("if pickup is None or delivery is None:", "if pickup is None:"),
        ("elif pickup[0] != delivery[0]:", "elif False:"),
        ("elif pickup[1] > delivery[1]:", "elif pickup[1] > delivery[1] + 1:"),
    ],
    "schedule.py": [
        # what there is to do
        ("0 if step.place == here else step.setup(vehicle)", "step.setup(vehicle)"),
        ("0 if step.place == here else step.setup(vehicle)", "0 if step.place != here else step.setup(vehicle)"),
        ('0 if step.kind == "job" else step.release', "0"),
        ('0 if step.kind == "job" else step.release', "step.release"),
        ("reload=step, service=step.duration", "reload=step"),
        ("            here = step.place\n        else:", "        else:"),
        ("windows, soft, service=step.service)", "windows, soft)"),
        ("windows, soft, service=step.service)", "windows, (None,) * len(windows), service=step.service)"),
        ("seconds == NO_WAY or metres == NO_WAY", "seconds == NO_WAY"),
        ("visit.floor, visit.due = max(visit.floor, lock.after), lock.latest", "visit.floor = max(visit.floor, lock.after)"),
        ("visit.floor, visit.due = max(visit.floor, lock.after), lock.latest", "visit.due = lock.latest"),
        ("            visit.floor = max(visit.floor, vehicle.opens)", "            pass"),
        ('("reload", str(reloads)), reloads + 1', '("reload", str(reloads)), reloads'),
        # the start
        ("latest = closes if spec.start_latest is None else spec.start_latest", "latest = closes"),
        ("opens = max(opens, pinned.after if pinned else vehicle.opens)", "opens = max(opens, vehicle.opens)"),
        ("opens = max(opens, pinned.after if pinned else vehicle.opens)", "opens = max(opens, pinned.after if pinned else 0)"),
        ("latest = min(latest, pinned.latest) if pinned else latest", "pass"),
        ("self.earliest = min(max(opens, self.release), self.latest)", "self.earliest = opens"),
        ("self.earliest = min(max(opens, self.release), self.latest)", "self.earliest = max(opens, self.release)"),
        ("most = spec.overtime.after + spec.overtime.max", "most = spec.overtime.after"),
        ("most = spec.overtime.after + spec.overtime.max", "most = 10**9"),
        ("else min(most, spec.max_duration)", "else spec.max_duration"),
        ("ready = max(ready, visit.task.release)", "ready = visit.task.release or ready"),
        ("visit.floor = max(visit.floor, ready - visit.service)", "visit.floor = max(visit.floor, ready)"),
        ("visit.floor = max(visit.floor, ready - visit.service)", "pass"),
        ("                ready = 0\n", ""),
        ("min(earliest + self.slacks(0), latest)", "earliest"),
        ("min(earliest + self.slacks(0), latest)", "earliest + self.slacks(0)"),
        ("start = min(start + 1 + self.slacks(0), latest)", "start = min(start + 1, latest)"),
        ("if self.visits[-1].departure > end and not self._time_costs():", "if self.visits[-1].departure > end:"),
        ("if self.visits[-1].departure > end and not self._time_costs():", "if not self._time_costs():"),
        ("or self.spec.overtime is not None", ""),
        ("costs.per_wait_hour > 0 or costs.per_duration_hour", "costs.per_duration_hour"),
        ("costs.per_wait_hour > 0 or costs.per_duration_hour > 0", "costs.per_wait_hour > 0"),
        # from one visit to the next
        ("begin = _begin(visit, now + driven)\n            left", "begin = _begin(visit, now)\n            left"),
        ("driven = min(left, begin - now)\n", "driven = 0\n"),
        ("driven = min(left, begin - now)\n", "driven = left\n"),
        ("metres = metres_left * driven // left if left else 0\n            else:", "metres = 0\n            else:"),
        ("min(left, begin - now, rest.max_driving - driving)", "min(left, begin - now)"),
        ("                driving += driven\n", ""),
        ("visit.first_rest = rest.max_driving - driving", "visit.first_rest = rest.max_driving"),
        ("-(-(driving + left) // rest.max_driving) - 1", "(driving + left) // rest.max_driving"),
        ("-(-(driving + left) // rest.max_driving) - 1", "-(-left // rest.max_driving) - 1"),
        ("driving += left - visit.rests * rest.max_driving", "driving += left"),
        ("driving += left - visit.rests * rest.max_driving", "driving = left"),
        ("visit.waiting_time >= rest.duration or", "visit.waiting_time > rest.duration or"),
        ("visit.waiting_time >= rest.duration or", ""),
        ("(visit.pause and visit.service >= rest.duration)", "(visit.pause and visit.service > rest.duration)"),
        ("(visit.pause and visit.service >= rest.duration)", "visit.service >= rest.duration"),
        ("(visit.pause and visit.service >= rest.duration)", "False"),
        ("return max(0, self.duration - allowed.after)", "return max(0, self.duration - allowed.max)"),
        ("return self.end_time - self.start_time", "return self.end_time - self.start_time + 1"),
        # slack
        ("room = max(0, visit.latest - visit.service_start)", "room = max(0, visit.latest - visit.arrival)"),
        ("room += visit.travel_time", "room += 0"),
        ("return visit.waiting_time - self.rest.duration", "return visit.waiting_time"),
        ("slack = self._spare(visit) + min(room, slack)", "slack = min(room, slack)"),
        # limits that ask to wait earlier
        ("broken += max(0, duration - self.max_duration)", "pass"),
        ("broken += sum(max(0, visit.waiting_time - spec.max_wait) for visit in self.visits)", "pass"),
        ("broken += sum(excess for _, excess in _long_rides(self.visits))", "pass"),
        ("max(0, end - self.vehicle.window[1])", "0"),
        ("spec.costs.per_wait_hour * waiting +", ""),
        ("+ spec.costs.per_duration_hour * duration", ""),
        ("money += spec.overtime.cost_per_hour * max(0, duration - spec.overtime.after)", "pass"),
        ("waiting_time + by[k + 1] - self.spec.max_wait)", "waiting_time + by[k + 1] - self.spec.max_wait + 1)"),
        ("waiting_time + by[k + 1] - self.spec.max_wait)", "waiting_time + by[k + 1])"),
        ("by[pickup + 1] = max(by[pickup + 1], excess)", "by[pickup] = max(by[pickup], excess)"),
        ("by[pickup + 1] = max(by[pickup + 1], excess)", "by[pickup + 1] = max(by[pickup + 1], excess + 1)"),
        ("by[0] = max(by[0], self.visits[-1].departure - start - self.max_duration)", "pass"),
        ("by[:2] = [max(by[:2]), 0]", "by[:2] = [by[0], 0]"),
        ("            if start > self.latest:\n                return False\n", ""),
        ("if start == self.earliest or not self._keep_limits(self.earliest):", "if True:"),
        ("visit.arrival - visits[pickup].departure > most:", "visit.service_start - visits[pickup].departure > most:"),
        # windows
        ("        if now <= closes:\n            begin", "        if now < closes:\n            begin"),
        ("begin = max(now, opens)", "begin = now"),
        ("now = max(now, visit.floor)", "pass"),
        ("visit.latest = min(closes, visit.due)", "visit.latest = closes"),
        ("visit.late = max(0, begin - visit.latest)", "visit.late = max(0, begin - visit.latest - 1)"),
        ("if self.service_start <= closes:", "if self.service_start < closes:"),
        ("if self.service_start <= closes:", "if True:"),
        ("return self.soft[-1] if self.soft else None", "return None"),
        # what soft windows cost
        ('"vehicles/breaks" if visit.pause else', ""),
        ('"jobs" if visit.type == "job" else "shipments"', '"jobs"'),
        ("soft_times.cost(soft, start, visits[-1].departure)", "soft_times.cost(soft, start, start)"),
        ("soft_times.cost(soft, start, visits[-1].departure)", "soft_times.cost(soft, visits[-1].departure, start)"),
        ("soft_times.cost(soft, visit.service_start, visit.service_start)", "soft_times.cost(soft, visit.arrival, visit.arrival)"),
        ("        if self.is_soft:\n            self._soften(floors)", "        pass"),
        # rests
        ("upto = visit.first_rest + number * rest_after.max_driving", "upto = visit.first_rest"),
        ("far = visit.distance * upto // whole if whole else 0", "far = 0"),
        ("rest = Visit(\"break\", None, service=rest_after.duration)", "rest = Visit(\"break\", None)"),
        ("if rest and seconds > _MOST_RESTS * rest.max_driving:", "if False:"),
        # loads
        ("        load[dimension] += amount\n    collected", "        pass\n    collected"),
        ("collected[dimension] += task.pickup[dimension]", "pass"),
        ("            collected = [0] * problem.dimensions\n", ""),
        ("task.pickup[dimension] - task.delivery[dimension] + task.change[dimension]", "task.pickup[dimension] - task.delivery[dimension]"),
        ("task.pickup[dimension] - task.delivery[dimension] + task.change[dimension]", "task.pickup[dimension] + task.change[dimension]"),
        ("            _take_on(load, next(trips)[1])\n        visit.load", "        visit.load"),
        ("    _take_on(load, next(trips)[1])\n    route.load_start", "    next(trips)\n    route.load_start"),
    ],
    "soft_times.py": [
        ("max(0, soft.start - begins)", "max(0, soft.start - begins + 1)"),
        ("max(0, ends - soft.end)", "max(0, ends - soft.end - 1)"),
        ("(early * soft.cost_per_hour_early + late * soft.cost_per_hour_late) / 3600", "(early * soft.cost_per_hour_early + late * soft.cost_per_hour_late) / 60"),
        ("(early * soft.cost_per_hour_early + late * soft.cost_per_hour_late) / 3600", "(early * soft.cost_per_hour_late + late * soft.cost_per_hour_early) / 3600"),
        ("hourly = costs.per_wait_hour + costs.per_duration_hour", "hourly = costs.per_wait_hour"),
        ("hourly = costs.per_wait_hour + costs.per_duration_hour", "hourly = costs.per_duration_hour"),
        ("lengths = [overtime.after] if overtime else []", "lengths = []"),
        ("lengths += [max_duration] if max_duration is not None else []", "pass"),
        ("ending = np.where(duration > max_duration, np.inf, ending)", "pass"),
        ("ending + overtime.cost_per_hour * np.maximum(0, duration - overtime.after)", "ending"),
        ("wanted[node.visit] = begins", "wanted[node.visit] = 0"),
        ('at_start = shift.model_copy(update={"end": None}) if shift else None', "at_start = None"),
        ('at_end = shift.model_copy(update={"start": None}) if shift else None', "at_end = None"),
        ("passed += leg + visit.rests * rest", "passed += leg"),
        ("closes = min(closes, visit.due)", "pass"),
        ("(max(opens, visit.floor), min(ends, visit.due), soft)", "(opens, min(ends, visit.due), soft)"),
        ("(max(opens, visit.floor), min(ends, visit.due), soft)", "(max(opens, visit.floor), ends, soft)"),
        ("leg if visit.is_pause else 0", "0"),
        ("passed = visit.setup + visit.service", "passed = visit.service"),
        ("passed = visit.setup + visit.service", "passed = visit.setup"),
        ("{moment - offset, moment - offset + node.drive}", "{moment - offset}"),
        ("    found |= {moment + sign * length for moment in found for length in apart for sign in (-1, 1)}\n", "    pass\n"),
        ("better = before + meanwhile <= total", "better = before > total + np.inf"),
        ("(times >= opens) & (times <= closes)", "(times > opens) & (times <= closes)"),
        ("(times >= opens) & (times <= closes)", "(times >= opens) & (times < closes)"),
        ("last = int(np.argmin(total))", "last = int(len(total) - 1 - np.argmin(total[::-1]))"),
        ("numbers, 0), axis=1)", "0, 0), axis=1)"),
    ],
    "objective.py": [
        ('    if preset == "min_vehicles":\n        return len(routes)', '    if preset == "min_vehicles":\n        return 0'),
        ("return max(route.end_time for route in routes)", "return max(route.duration for route in routes)"),
        ("return max(route.end_time for route in routes)", "return min(route.end_time for route in routes)"),
        ("return max(_share(problem", "return min(_share(problem"),
        ('balance.metric if balance else "duration"', '"duration"'),
        ("least = min(shares) if len(routes) == len(problem.vehicles) else 0", "least = min(shares)"),
        ("least = min(shares) if len(routes) == len(problem.vehicles) else 0", "least = 0"),
        ("balance.weight * spread", "spread"),
        ("apart.sum(axis=1).min()", "apart.sum(axis=1).max()"),
        ("price * seconds / 3600", "price * seconds / 60"),
        ("if len(places) > 1:", "if len(places) > 2:"),
        ("visit.service_start - visit.late - soft.end", "visit.service_start - soft.end"),
        ("closes = min(closes, shift.soft.end)", "pass"),
        ("return late + max(0, route.end_time - closes)", "return late"),
        ("return route.duration / 3600", "return route.duration / 60"),
        ('return route.total("distance") / 1000', 'return route.total("distance")'),
        ("task.delivery[0] + task.pickup[0] + max(0, task.change[0])", "task.delivery[0] + task.pickup[0]"),
        ("task.delivery[0] + task.pickup[0] + max(0, task.change[0])", "task.delivery[0] + max(0, task.change[0])"),
        ("if str(vehicle) != str(route.vehicle.id):", "if str(vehicle) == str(route.vehicle.id):"),
        ("abs(visit.service_start - begins) / 60", "abs(visit.service_start - begins) / 3600"),
        ("abs(visit.service_start - begins) / 60", "max(0, visit.service_start - begins) / 60"),
        ("if task.index in problem.baseline:", "if False:"),
    ],
    "given.py": [
        ("abs(shift) > stability.eta_limit", "abs(shift) >= stability.eta_limit"),
        ("abs(shift) > stability.eta_limit", "shift > stability.eta_limit"),
        ("if shift is None or", "if shift is not None and"),
        ("lock = replace(lock, key=key, level=step.locked, place=place)", "lock = replace(lock, key=key, place=place)"),
        ("place = item.place if isinstance(item, Reload) else None", "place = None"),
        ("(named and named.isdisjoint(vehicle.names))", "False"),
        ("is_closed=True)", "is_closed=False)"),
        ('tuple(replace(lock, level="full") for', "tuple(lock for"),
        ("begun = {START: route.start_time} if route else {}", "begun = {}"),
        ("replace(vehicle, locks=locks, opens=until)", "replace(vehicle, locks=locks)"),
        ("if begins is None or begins >= until:", "if begins is None or begins > until:"),
        ("if begins is None or begins >= until:", "if begins is None or begins >= until * 60:"),
        ("after=max(lock.after, until))", "after=lock.after)"),
        ("after=begins, latest=begins)", "after=begins)"),
        ("after=begins, latest=begins)", "latest=begins)"),
        ("lock.after > vehicle.opens or", ""),
        ("or lock.latest < FAR_FUTURE", ""),
        ("for moment in (step.service_at, step.service_before)", "for moment in (step.service_before,)"),
        ("for moment in (step.service_at, step.service_before)", "for moment in (step.service_at,)"),
        ("max(step.service_at or 0, step.service_after or 0)", "step.service_after or 0"),
        ("max(step.service_at or 0, step.service_after or 0)", "step.service_at or 0"),
        ("known = _times_of(problem, baseline)", "pass"),
        ("            reloads += 1", "            reloads += 0"),
        ("    if lock.key == END:\n        return lock\n", ""),
    ],
    "evaluator.py": [
        ("if order.penalty is not None:\n            breakdown", "if order.penalty is None:\n            breakdown"),
        ("any(index in served for index in order.group)", "order.index in served"),
        ('path.endswith("/soft")', 'path.startswith("/soft")'),
        ("sum(order.priority for order in self.missing)", "0"),
        ("len(self.violations), by_priority", "0, by_priority"),
        ("len(self.missing), aim, self.cost", "len(self.missing), self.cost, aim"),
        ("cost_per_hour * route.overtime / 3600", "cost_per_hour * route.overtime / 60"),
        ("costs.per_task_hour * work / 3600", "costs.per_task_hour * work / 60"),
        ('route.total("service") + route.total("setup")', 'route.total("service")'),
        ('route.total("service") + route.total("setup")', 'route.total("setup")'),
        ('costs.per_wait_hour * route.total("waiting_time") / 3600', 'costs.per_wait_hour * route.total("waiting_time") / 60'),
        ("costs.per_duration_hour * route.duration / 3600", "costs.per_duration_hour * travel_time / 3600"),
        ("costs.per_duration_hour * route.duration / 3600", "costs.per_duration_hour * route.duration / 60"),
        ("costs.per_hour * travel_time / 3600", "costs.per_hour * route.duration / 3600"),
        ("costs.per_hour * travel_time / 3600", "costs.per_hour * travel_time / 60"),
        ('costs.per_km * route.total("distance") / 1000', 'costs.per_km * route.total("distance")'),
        ('"fixed": costs.fixed,', '"fixed": 0,'),
        ("if travel.costs is None:", "if True:"),
        ("if task is order.tasks[0]:", "if True:"),
        ("if str(wish.vehicle) in names)", "if str(wish.vehicle) == str(route.vehicle.id))"),
        ("len(problem.demands) - len(evaluation.left_out)", "len(problem.orders) - len(evaluation.left_out)"),
        ("if _is_used(steps)", "if steps"),
        ("yield from objective.route_terms(problem, route)", "pass"),
        ("for path, amount in objective.terms(problem, routes):\n        breakdown[path] += amount", "pass"),
        ('if len(vehicle.reloads) == 1 and step.id == "" else None', 'if step.id == "" else None'),
        ("problem.places[reload.place].coordinates)", ")"),
    ],
    "problem.py": [
        ("self.stop.setup_per_type.get(vehicle.spec.type or \"\", self.stop.setup)", "self.stop.setup"),
        ("self.stop.service_per_type.get(vehicle.spec.type or \"\", self.stop.service)", "self.stop.service"),
        ("penalty = max(penalties) if len(penalties) == len(jobs) else None", "penalty = max(penalties) if penalties else None"),
        ("penalty = max(penalties) if len(penalties) == len(jobs) else None", "penalty = min(penalties) if len(penalties) == len(jobs) else None"),
        ("max(job.priority for job in jobs)", "min(job.priority for job in jobs)"),
        ("self.index == self.group[0]", "self.index == self.group[-1]"),
        ("for travel in self.travels.values())", "for travel in ())"),
    ],
    "travel.py": [
        ("part / factor + 0.5", "part * factor + 0.5"),
        ("part / factor + 0.5", "part / factor"),
        ("np.where(part == NO_WAY, NO_WAY, np.floor(part / factor + 0.5))", "np.floor(part / factor + 0.5)"),
        ("scaled = np.empty(seconds.shape, _fitting(", "scaled = np.empty(seconds.shape, np.int32 or ("),
        ("np.int32 if most < 2**31 else np.int64", "np.int32"),
        ("np.int32 if most < 2**31 else np.int64", "np.int64"),
        ("middles = [(low + high) / 2", "middles = [low"),
        ("*enumerate(middles), (-1, _FARTHEST)", "*enumerate(middles)"),
        ("if metres > found[-1][1] and seconds > found[-1][2]:", "if True:"),
        ("if metres > found[-1][1] and seconds > found[-1][2]:", "if metres > found[-1][1]:"),
        ("return row == column or self._position", "return self._position"),
        ("at if at < end and keys[at] == key else None", "at if at < end else None"),
        ("found[held] = self.values[at[held]]", "pass"),
        ("len(named) - 1 - from_end", "from_end"),
        ("from_middle + from_middle.max() + 1", "from_middle"),
        ("np.maximum.at(most, of_pair, self.values)", "pass"),
        ("self.keys // len(self) if axis == 1 else self.keys % len(self)", "self.keys % len(self)"),
        ("values=_at_speed(self.values, factor), factor=self.factor * factor", "values=_at_speed(self.values, factor)"),
        ("if self.estimated:\n            return False", "pass"),
        ("not isinstance(self.durations, Sparse) or self.durations.known(a, b)", "True"),
        ("int(table.min()) < 0 for table in (self.durations, self.distances)", "int(table.min()) < 0 for table in (self.durations,)"),
        ("if is_outer and rows.ndim and columns.ndim:", "if False:"),
        ("min(bisect_right(xs, x), len(xs) - 1) - 1", "max(0, bisect_right(xs, x) - 2)"),
    ],
}  # fmt: skip


def main(wanted: list[str]) -> int:
    """Print a table of all mutations; returns 1 if a test is missing for one of them."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(
            ROOT / "vrp", copy / "vrp", ignore=shutil.ignore_patterns("__pycache__", "static", "frontend")
        )
        noticed = _first_failure(copy)
        if noticed:
            print(f"the tests fail as it is: {noticed}")
            return 1
        survived = 0
        print("| mutation of `vrp/domain` | noticed by |\n|---|---|")
        for path, old, new in _mutations():
            shown = f"`{path}`: `{_short(old)}` → `{_short(new)}`"
            if wanted and not any(part in shown for part in wanted):
                continue
            noticed = _mutated(copy, path, old, new)
            survived += noticed is None
            print(f"| {shown} | {noticed or '**nobody**'} |", flush=True)
    print(f"\nnoticed by nobody: {survived}")
    return 1 if survived else 0


def _mutations() -> Iterator[tuple[str, str, str]]:
    for line in re.findall(
        r"^    \"\w+\": \w+\.\w+,\n", (ROOT / "vrp/domain/rules/__init__.py").read_text(), re.M
    ):
        yield "rules/__init__.py", line, ""
    for path, changes in MUTATIONS.items():
        for old, new in changes:
            yield path, old, new


def _mutated(copy: Path, path: str, old: str, new: str) -> str | None:
    file = copy / "vrp/domain" / path
    before = file.read_text()
    if before.count(old) != 1:
        return f"**not there once: {before.count(old)}**"
    file.write_text(before.replace(old, new))
    try:
        return _first_failure(copy)
    finally:
        file.write_text(before)


def _first_failure(copy: Path) -> str | None:
    """The first test that fails, None if none does."""
    files = [path for path in (copy / "vrp/tests/domain").glob("test_*.py") if not _is_in(path, PASSED_OVER)]
    files.sort(key=lambda path: (_is_in(path, LAST), path.name))
    # No settings and no plugins of the project, so no database; nothing compiled is kept between mutations.
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-c",
        "/dev/null",
        "--rootdir",
        copy,
        "--noconftest",
    ]
    command += ["-p", "no:django", "-p", "no:cacheprovider", "-m", "not evidence", "--timeout", "60", *files]
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    failed = re.search(r"^(?:FAILED|ERROR) \S*/test_(.*?)(?: - .*)?$", done.stdout, re.M)
    return _short(failed[1]) if failed else f"exit status {done.returncode}"


def _is_in(path: Path, names: tuple[str, ...]) -> bool:
    return any(name in path.name for name in names)


def _short(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|") or "(nothing)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
