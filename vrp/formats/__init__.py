"""Files in and files out. Whatever comes from outside is read in a child process with limits."""

from vrp.formats.files import FORMATS
from vrp.formats.names import content_disposition
from vrp.formats.previews import FoundPlace, Preview
from vrp.formats.sandbox import preview, read
from vrp.formats.writers import KINDS, Written, write

__all__ = [
    "FORMATS",
    "KINDS",
    "FoundPlace",
    "Preview",
    "Written",
    "content_disposition",
    "preview",
    "read",
    "write",
]
