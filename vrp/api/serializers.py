"""What the API reads and writes. Bodies are checked for their shape here; what they mean is the services' to judge."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import StrictSerializer
from config.errors import faults
from config.json import RawJSON
from vrp.domain import limits
from vrp.domain import request as requests
from vrp.engines import ENGINES
from vrp.errors import Fault, Invalid
from vrp.models import Address, PlanningSession, Scenario, ScenarioRevision, Solution

MAX_SEED = 2**31 - 1


class Name(serializers.CharField):
    """Text, and not a number that could be written as one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=200, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Number(serializers.FloatField):
    """A JSON number; `"10"` and `true` are none."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class WholeNumber(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": ["string", "integer"]})
class Identifier(serializers.Field):
    """The id of something in a request: text or a whole number."""

    default_error_messages = {"invalid": "Should be a text or a whole number."}

    def to_internal_value(self, data: Any) -> str | int:
        if isinstance(data, bool) or not isinstance(data, str | int):
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(OpenApiTypes.OBJECT)
class Document(serializers.Field):
    """A JSON column. Fetched as text (`<name>_text`) it goes out as it is stored, without being read."""

    default_error_messages = {"dict_type": "Should be an object."}

    def get_attribute(self, instance: Any) -> Any:
        text = getattr(instance, f"{self.field_name}_text", None)
        return getattr(instance, str(self.field_name)) if text is None else RawJSON(text)

    def to_representation(self, value: Any) -> Any:
        return value

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("dict_type")
        return data


@extend_schema_field({"$ref": "#/components/schemas/Request"})
class RequestDocument(Document):
    pass


@extend_schema_field({"oneOf": [{"$ref": "#/components/schemas/Plan"}, {"type": "null"}]})
class PlanDocument(Document):
    pass


@extend_schema_field({"type": "array", "items": {"type": "object"}})
class PatchDocument(Document):
    pass


# --- sessions -------------------------------------------------------------------


class SessionBody(StrictSerializer):
    name = Name()


class SessionSerializer(serializers.ModelSerializer):
    class Meta:
        model = PlanningSession
        fields = ["id", "name", "created_at", "updated_at", "last_accessed_at"]


# --- scenarios ------------------------------------------------------------------


class ScenarioBody(StrictSerializer):
    """The service judges a request; here only so that a fault outside it does not hide those inside."""

    name = Name()
    request = RequestDocument()

    def run_validation(self, data: Any = serializers.empty) -> Any:
        try:
            return super().run_validation(data)
        except serializers.ValidationError as error:
            raise Invalid([*faults(error.detail), *_faults_inside(data)]) from None


def _faults_inside(data: Any) -> tuple[Fault, ...]:
    request = data.get("request") if isinstance(data, dict) else None
    if isinstance(request, dict):
        try:
            requests.read(request)
        except Invalid as error:
            return error.faults
    return ()


class ImportBody(StrictSerializer):
    file = serializers.FileField(allow_empty_file=True)  # an empty one is a fault with words of its own
    vehicles = serializers.FileField(
        required=False, help_text="A second table, of vehicles, beside one of stops."
    )
    session = serializers.UUIDField()
    name = Name(required=False)


class ScenarioInList(serializers.ModelSerializer):
    class Meta:
        model = Scenario
        fields = ["id", "session", "name", "revision", "request_digest", "created_at", "updated_at"]


class ScenarioSerializer(ScenarioInList):
    request = RequestDocument()
    original_request = RequestDocument()

    class Meta(ScenarioInList.Meta):
        fields = [*ScenarioInList.Meta.fields, "request", "original_request"]


class RevisionSerializer(serializers.ModelSerializer):
    patch = PatchDocument(help_text="What changed since the revision before: JSON Patch, RFC 6902.")

    class Meta:
        model = ScenarioRevision
        fields = ["number", "kind", "at", "by", "request_digest", "patch"]


# --- solutions ------------------------------------------------------------------


class SolutionBody(StrictSerializer):
    """What is left out is taken from the request's `options`."""

    engine = serializers.ChoiceField(["auto", *ENGINES], required=False)
    time_limit = Number(min_value=0, max_value=limits.MAX_TIME_LIMIT, required=False, help_text="Seconds.")
    seed = WholeNumber(min_value=0, max_value=MAX_SEED, required=False)


class SolutionInList(serializers.ModelSerializer):
    class Meta:
        model = Solution
        fields = [
            "id", "scenario", "revision", "request_digest", "engine", "time_limit", "seed", "requested_by",
            "status", "queued_at", "started_at", "finished_at", "error",
            "plan_status", "cost", "vehicles_used", "assigned", "unassigned",
        ]  # fmt: skip


class SolutionSerializer(SolutionInList):
    progress = Document()
    payload = PlanDocument(help_text="The plan, once there is one.")

    class Meta(SolutionInList.Meta):
        fields = [*SolutionInList.Meta.fields, "progress", "payload"]


class ApplyBody(StrictSerializer):
    """One of the changes that a plan proposes for an order it leaves out."""

    type = serializers.ChoiceField(["job", "shipment"])
    id = Identifier(help_text="Of the job or shipment that is left out.")
    change = WholeNumber(
        min_value=0, max_value=2**31 - 1, default=0, help_text="Position in its `changes`; 0 is the best."
    )


@extend_schema_field({"$ref": "#/components/schemas/Job"})
class JobDocument(Document):
    pass


@extend_schema_field({"$ref": "#/components/schemas/Shipment"})
class ShipmentDocument(Document):
    pass


class InsertBody(StrictSerializer):
    """A job or a shipment that is not in the plan yet."""

    job = JobDocument(required=False)
    shipment = ShipmentDocument(required=False)
    k = WholeNumber(min_value=1, max_value=20, default=3, help_text="How many places to return at most.")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if ("job" in given) == ("shipment" in given):
            raise serializers.ValidationError("Give either a job or a shipment.", "missing")
        return given


class CompareQuery(serializers.Serializer):
    a = serializers.UUIDField()
    b = serializers.UUIDField()


# --- addresses ------------------------------------------------------------------


class AddressQuery(serializers.Serializer):
    q = serializers.CharField(
        max_length=1000, help_text="A street, a house number, a place, a name; or their beginning."
    )
    region = serializers.CharField(max_length=50, required=False, help_text="Only in this one.")


class AddressSerializer(serializers.ModelSerializer):
    location = serializers.ListField(
        child=serializers.FloatField(), min_length=2, max_length=2, help_text="Longitude, latitude."
    )

    class Meta:
        model = Address
        fields = ["label", "kind", "location", "region"]
