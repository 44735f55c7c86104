"""How times, distances and money are written on pages; as template filters by the library name `show`."""

from django import template

from vrp.domain import clock

register = template.Library()
NOTHING = "–"


@register.filter
def at(seconds: int | None) -> str:
    """A clock value to the minute: `8:45`, on the second day `+1d 8:45`."""
    return NOTHING if seconds is None else clock.show(int(seconds) // 60 * 60)


@register.filter
def lasting(seconds: float | None) -> str:
    """A duration: `1 h 05`, `12 min`, `40 s`."""
    if seconds is None:
        return NOTHING
    seconds = round(seconds)
    if abs(seconds) < 60:
        return f"{seconds} s" if seconds else "0"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d}" if hours else f"{minutes} min"


@register.filter
def km(metres: float | None) -> str:
    return NOTHING if metres is None else f"{metres / 1000:,.1f} km"


@register.filter
def money(amount: float | None) -> str:
    """Two decimals where there are any: `1,250`, `99.50`."""
    if amount is None:
        return NOTHING
    return f"{amount:,.0f}" if float(amount).is_integer() else f"{amount:,.2f}"


@register.filter
def load(amounts: list[int] | None) -> str:
    """A load in each dimension: `12 / 3`."""
    return " / ".join(f"{amount:,}" for amount in amounts or ())
