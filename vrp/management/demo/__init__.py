"""The demo's own data."""

from pathlib import Path

FOLDER = Path(__file__).parent
