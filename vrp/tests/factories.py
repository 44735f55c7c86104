"""Rows for tests: state only what the test is about."""

from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from vrp.domain.digest import digest
from vrp.models import PlanningSession, Scenario, ScenarioRevision, Solution
from vrp.tests.plans import a_plan, two_stops


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = PlanningSession

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda number: f"Session {number}")


class ScenarioFactory(DjangoModelFactory):
    class Meta:
        model = Scenario
        skip_postgeneration_save = True

    session = factory.SubFactory(SessionFactory)
    name = factory.Sequence(lambda number: f"Scenario {number}")
    request = factory.LazyFunction(two_stops)
    original_request = factory.SelfAttribute("request")
    request_digest = factory.LazyAttribute(lambda scenario: digest(scenario.request))

    @factory.post_generation
    def first_revision(scenario: Scenario, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            ScenarioRevision.objects.create(
                scenario=scenario,
                number=1,
                kind=ScenarioRevision.Kind.CREATE,
                by=scenario.session.user,
                request_digest=scenario.request_digest,
            )


class SolutionFactory(DjangoModelFactory):
    """Queued; `running=True`, `succeeded=True` and so on bring it further."""

    class Meta:
        model = Solution

    class Params:
        running = factory.Trait(
            status="running",
            attempt=1,
            started_at=factory.LazyFunction(timezone.now),
            heartbeat_at=factory.LazyFunction(timezone.now),
        )
        finished = factory.Trait(
            attempt=1,
            started_at=factory.LazyFunction(timezone.now),
            finished_at=factory.LazyFunction(timezone.now),
        )
        succeeded = factory.Trait(
            finished=True,
            status="succeeded",
            payload=factory.LazyFunction(a_plan),
            plan_status="feasible",
            cost=600.0,
            vehicles_used=1,
            assigned=2,
            unassigned=0,
        )
        failed = factory.Trait(finished=True, status="failed", error="The engine broke.")
        cancelled = factory.Trait(
            finished=True, status="cancelled", stop_requested_at=factory.LazyFunction(timezone.now)
        )

    scenario = factory.SubFactory(ScenarioFactory)
    requested_by = factory.SelfAttribute("scenario.session.user")
    revision = factory.SelfAttribute("scenario.revision")
    request = factory.SelfAttribute("scenario.request")
    request_digest = factory.SelfAttribute("scenario.request_digest")
    engine = "auto"
    time_limit = 10
    seed = 1
