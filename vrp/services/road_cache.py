"""The cache of roads in the database. Where the database fails it forgets, and the roads are asked again."""

import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np
import psycopg
import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import F, QuerySet, Sum, Window
from django.utils import timezone
from psycopg import sql

from vrp.models import RoadAnswer, RoadTable
from vrp.roads.tables import Table

log = structlog.get_logger(__name__)
_LOOKED_AT = 30  # tables whose points are compared
_STALE = timedelta(hours=1)  # when a look at a row counts as a use again
_LARGE = 100_000  # bytes of an answer; after smaller ones only some trim
_NOW_AND_THEN = 0.01
_MILLION = 1_000_000
Found = TypeVar("Found")


class RoadCache:
    """`vrp.roads.tables.Cache` in PostgreSQL, shared by all processes and bounded in size."""

    def closest(self, dataset: str, profile: str, points: np.ndarray) -> Table | None:
        return _forgiving(lambda: _closest(dataset, profile, points))

    def keep(self, dataset: str, profile: str, table: Table) -> None:
        _forgiving(lambda: _keep(dataset, profile, table))

    def get(self, key: str) -> bytes | None:
        return _forgiving(lambda: _get(key))

    def put(self, key: str, content: bytes) -> None:
        _forgiving(lambda: _put(key, content))


def _forgiving(work: Callable[[], Found]) -> Found | None:
    try:
        with transaction.atomic():  # a savepoint: what fails in here fails alone
            return work()
    except (DatabaseError, InterfaceError, ValueError) as error:  # or a row that makes no sense
        log.warning("road_cache_failed", error=str(error))
        return None


def _closest(dataset: str, profile: str, points: np.ndarray) -> Table | None:
    rows = RoadTable.objects.filter(dataset=dataset, profile=profile)
    wanted = _numbers(points)
    pk = rows.filter(digest=_digest(wanted)).values_list("pk", flat=True).first()
    if pk is None:
        newest = rows.order_by("-used_at").values_list("pk", "points")[:_LOOKED_AT]
        shared = [(int(np.isin(wanted, _keys(_millionths(kept))).sum()), pk) for pk, kept in newest]
        most, best = max(shared, default=(0, 0))
        pk = best if 2 * most > len(points) else None
    if pk is None:
        return None
    _touch(rows.filter(pk=pk))
    return _table(pk)


def _table(pk: int) -> Table | None:
    with _in_bytes() as cursor:
        question = "SELECT points, durations, distances, off FROM road_tables WHERE id = %s"
        cursor.execute(question, [pk], binary=True)
        row = cursor.fetchone()
    if row is None:  # trimmed just now
        return None
    kept, size = _millionths(row[0]), len(row[0]) // 8
    durations, distances = (np.frombuffer(part, dtype="<i4").reshape(size, size) for part in row[1:3])
    return Table(kept / _MILLION, durations, distances, np.frombuffer(row[3], dtype="<f4"))


def _keep(dataset: str, profile: str, table: Table) -> None:
    points = np.rint(table.points * _MILLION).astype("<i4")
    parts = {
        "points": _bytes(points),
        "durations": _bytes(table.durations.astype("<i4", copy=False)),
        "distances": _bytes(table.distances.astype("<i4", copy=False)),
        "off": _bytes(table.off.astype("<f4")),
    }
    size = sum(map(len, parts.values()))
    if size > settings.ROAD_CACHE_BYTES:
        return
    row = RoadTable(dataset=dataset, profile=profile, digest=_digest(_keys(points)), bytes=size, **parts)
    _insert(row)
    _trim()


def _get(key: str) -> bytes | None:
    rows = RoadAnswer.objects.filter(pk=key)
    content = rows.values_list("content", flat=True).first()
    _touch(rows)
    return None if content is None else bytes(content)


def _put(key: str, content: bytes) -> None:
    if len(content) <= settings.ROAD_CACHE_BYTES:
        _insert(RoadAnswer(key=key, content=content, bytes=len(content)))
        if len(content) > _LARGE or random.random() < _NOW_AND_THEN:
            _trim()


def _insert(row: RoadTable | RoadAnswer) -> None:
    """Unless it is there."""
    fields = [field.name for field in row._meta.concrete_fields if field.name != "id"]
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
        sql.Identifier(row._meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, fields)),
        sql.SQL(", ").join([sql.Placeholder()] * len(fields)),
    )
    with _in_bytes() as cursor:
        cursor.execute(statement, [getattr(row, name) for name in fields])


@contextmanager
def _in_bytes() -> "Iterator[psycopg.Cursor[tuple[Any, ...]]]":
    """A cursor of the connection that sends and reads numbers as they are. Django's writes them into statements and
    reads them as text: gigabytes for a large table."""
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor


def _bytes(numbers: np.ndarray) -> memoryview:
    """An array as the database takes it, not copied."""
    return np.ascontiguousarray(numbers).data.cast("B")


def _touch(rows: "QuerySet[RoadTable] | QuerySet[RoadAnswer]") -> None:
    now = timezone.now()
    rows.filter(used_at__lt=now - _STALE).update(used_at=now)


def _trim() -> None:
    """What was not used for longest goes first. Two at once may delete a little more than they must."""
    for rows in (RoadTable.objects.all(), RoadAnswer.objects.all()):
        newest_first = Window(Sum("bytes"), order_by=[F("used_at").desc(), "pk"])
        sized = rows.annotate(so_far=newest_first).filter(so_far__gt=settings.ROAD_CACHE_BYTES)
        rows.filter(pk__in=[*sized.values_list("pk", flat=True)]).delete()


def _digest(keys: np.ndarray) -> str:
    return hashlib.sha256(np.sort(keys).tobytes()).hexdigest()


def _numbers(points: np.ndarray) -> np.ndarray:
    return _keys(np.rint(points * _MILLION).astype("<i4"))


def _millionths(content: bytes | memoryview) -> np.ndarray:
    return np.frombuffer(content, dtype="<i4").reshape(-1, 2)


def _keys(points: np.ndarray) -> np.ndarray:
    """One number a point."""
    return points[:, 0].astype(np.int64) << 32 | points[:, 1].astype(np.int64) & 0xFFFFFFFF
