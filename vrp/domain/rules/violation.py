from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule. `route` and `step` are positions in the plan (route None: of a vehicle that has none);
    `amount` says by how much, in the rule's unit."""

    cause: str
    message: str
    route: int | None
    step: int | None = None
    amount: int | None = None

    def as_dict(self) -> dict[str, object]:
        return {"cause": self.cause, "message": self.message, "amount": self.amount}
