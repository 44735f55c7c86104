"""What a geocoding server said of an address: asked once, kept for ever."""

from django.db import models
from django.utils import timezone

from vrp.models.fields import DocumentField


class GeocoderAnswer(models.Model):
    """`answer` is null where it knew nothing; its newest row also says when a server was last asked."""

    geocoder = models.CharField(max_length=500, help_text="Its address.")
    text = models.CharField(max_length=500)
    answer = DocumentField(null=True)
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "geocoder_answers"
        indexes = [models.Index(fields=["geocoder", "-asked_at"], name="geocoder_answers_newest")]
        constraints = [
            models.UniqueConstraint(fields=["geocoder", "text"], name="geocoder_answers_unique"),
        ]

    def __str__(self) -> str:
        return self.text
