"""How times, distances and money are written on pages; as template filters by the library name `show`."""

from django import template

from vrp.domain import clock, words

register = template.Library()
NOTHING = "–"


@register.filter
def at(seconds: int | None) -> str:
    """A clock value to the minute: `8:45`, on the second day `+1d 8:45`."""
    return NOTHING if seconds is None else clock.show(int(seconds) // 60 * 60)


@register.filter
def lasting(seconds: float | None) -> str:
    """A duration: `1 h 05`, `12 min`, `40 s`."""
    return NOTHING if seconds is None else words.lasting(seconds)


@register.filter
def shift(seconds: int | None) -> str:
    """How much later (`+12 min`) or earlier (`−12 min`)."""
    if seconds is None:
        return NOTHING
    return ("−" if seconds < 0 else "+") + words.lasting(abs(seconds))


@register.filter
def km(metres: float | None) -> str:
    return NOTHING if metres is None else f"{metres / 1000:,.1f} km"


@register.filter
def money(amount: float | None) -> str:
    """Two decimals where there are any: `1,250`, `99.50`."""
    if amount is None:
        return NOTHING
    return f"{amount:,.0f}" if float(amount).is_integer() else f"{amount:,.2f}"


def sentence(text: str) -> str:
    """Messages are written for the middle of a line; this is one for a line of its own, without its full stop."""
    return text[:1].upper() + text[1:].rstrip(".")


@register.simple_tag
def extra(amount: float | None, currency: str) -> str:
    """What something adds to the cost of a plan: `+12.40 EUR`, `−3 EUR`; `cost +480` where there is no currency."""
    if amount is None:
        return ""
    if abs(amount) < 0.005:
        return "costs no more"
    text = ("−" if amount < 0 else "+") + money(round(abs(amount), 2))
    return f"{text} {currency}" if currency else f"cost {text}"


@register.filter
def load(amounts: list[int] | None) -> str:
    """A load in each dimension: `12 / 3`."""
    return " / ".join(f"{amount:,}" for amount in amounts or ())
