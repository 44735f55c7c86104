"""What a session or a scenario may be called."""

from vrp.errors import Fault, Invalid

_LONGEST = 200


def valid(name: str) -> str:
    """This will return the name without spaces around it, or raise `Invalid`."""
    name = name.strip()
    if not name:
        raise Invalid([Fault(("name",), "should not be empty", "string_too_short")])
    if len(name) > _LONGEST:
        raise Invalid([Fault(("name",), f"should have at most {_LONGEST} characters", "string_too_long")])
    if "\0" in name:
        raise Invalid([Fault(("name",), "the character U+0000 cannot be stored", "null_character")])
    return name


def shortened(name: str) -> str:
    """This will return as much of the name as there is room for."""
    return name.strip()[:_LONGEST].strip()


def copy_of(name: str) -> str:
    """This will return what a copy is called: short enough even when the name is not."""
    return f"{name[: _LONGEST - 7]} (copy)"
