"""Local Patterns: what each region of a picture looks like, in words, and how it moves (METHODS C).

Boxes are left, top, right and bottom throughout, as shares of the picture's width and height.
"""

NAME = "local_patterns"
ROWS = (
    "counts",
    "shown_s",
    "boxes",
    "tracks",
    "speeds",
    "motion",
    "patterns",
    "captions",
    "is_carried",
    "heat",
    "odds",
    "acts",
)
"""What is kept of a clip's regions (`stored.StoredRegions`)."""
