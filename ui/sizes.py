"""Sizes of files in words."""

import math

STEP = 1000
UNITS = ("kB", "MB", "GB", "TB")


def size(num_bytes: float) -> str:
    """ "812 B", "1.2 MB": thousands, as disks are sold."""
    if num_bytes < STEP:
        return f"{num_bytes:.0f} B"
    power = min(int(math.log(num_bytes, STEP)), len(UNITS))
    return f"{num_bytes / STEP**power:,.1f} {UNITS[power - 1]}"
