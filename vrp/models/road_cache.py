"""What road sources have answered, kept so that nobody has to be asked twice. Losing all of it loses time only."""

from django.db import models
from django.utils import timezone


class RoadTable(models.Model):
    """Travel between some points, for one dataset and profile. Points are int32 millionths of degrees, seconds and
    metres int32, metres off the road float32; all little-endian."""

    dataset = models.CharField(max_length=300)
    profile = models.CharField(max_length=50)
    digest = models.CharField(max_length=64, help_text="Of the points, whatever their order.")
    points = models.BinaryField()
    durations = models.BinaryField()
    distances = models.BinaryField()
    off = models.BinaryField()
    bytes = models.PositiveBigIntegerField()
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "road_tables"
        constraints = [
            models.UniqueConstraint(fields=["dataset", "profile", "digest"], name="road_tables_once")
        ]
        indexes = [
            models.Index(fields=["dataset", "profile", "-used_at"], name="road_tables_newest"),
            models.Index(fields=["-used_at"], name="road_tables_used"),
        ]


class RoadAnswer(models.Model):
    """Anything else, under a key that says it all: the shape of a route, travel among neighbours."""

    key = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()
    bytes = models.PositiveBigIntegerField()
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "road_answers"
        indexes = [models.Index(fields=["-used_at"], name="road_answers_used")]
