"""What options are where they are not given."""

from pathlib import Path

LIBRARY = Path("retrace-library")
