"""An address, street, place or named thing of a loaded region: public map data, the same for everybody."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models


class Address(models.Model):
    """`name`, `number` and `area` are words as `vrp.roads.search_words` makes them; only `label` is for people."""

    class Kind(models.TextChoices):
        ADDRESS = "address"
        STREET = "street"
        PLACE = "place"
        POI = "poi", "named thing"

    region = models.CharField(max_length=50)
    stamp = models.CharField(max_length=64, help_text="Of the region's files when this was read.")
    kind = models.CharField(max_length=10, choices=Kind)
    label = models.CharField(max_length=500)
    longitude = models.FloatField()
    latitude = models.FloatField()
    name = models.CharField(max_length=500, help_text="Words of the street, place or thing.")
    number = models.CharField(max_length=100, help_text="Words of the house number.")
    area = models.CharField(max_length=1000, help_text="Words of where that is, and other names of it.")
    words = models.GeneratedField(
        expression=SearchVector("name", "number", weight="A", config="simple")
        + SearchVector("area", weight="D", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        db_table = "addresses"
        indexes = [
            GinIndex(fields=["words"], name="addresses_words"),
            models.Index(fields=["name"], name="addresses_name"),
            models.Index(fields=["region"], name="addresses_region"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["address", "street", "place", "poi"]),
                name="addresses_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def location(self) -> list[float]:
        return [self.longitude, self.latitude]
