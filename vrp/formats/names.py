"""Names of files on the way out: what a browser may be told, whatever a scenario is called."""

import unicodedata
from urllib.parse import quote

_LONGEST = 100


def safe_name(name: str, extension: str) -> str:
    """This will return a file name without path, control or direction characters; `plan` where nothing is left."""
    kept = "".join(
        "_" if char in '/\\:*?"<>|' else char
        for char in name
        if unicodedata.category(char)[0] != "C" or char == " "
    )
    return f"{' '.join(kept.split()).strip('. ')[:_LONGEST].strip('. ') or 'plan'}.{extension}"


def content_disposition(name: str, extension: str) -> str:
    """This will return the header of a download (RFC 6266): a plain name for old programs, the full one for others."""
    full = safe_name(name, extension)
    plain = unicodedata.normalize("NFKD", full).encode("ascii", "ignore").decode()
    if plain.startswith("."):
        plain = f"plan{plain}"
    return f"attachment; filename=\"{plain.replace('%', '_')}\"; filename*=UTF-8''{quote(full, safe='')}"
