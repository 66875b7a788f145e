"""The 13 kinds of UCF-Crime, and what is drawn of each."""

UCF_CRIME: dict[str, tuple[str, ...]] = {
    "Abuse": ("abuse",),
    "Arrest": ("arrest",),
    "Arson": ("arson", "fire"),
    "Assault": ("beating",),
    "Burglary": ("burglary", "intrusion"),
    "Explosion": ("explosion",),
    "Fighting": ("fight",),
    "RoadAccidents": ("crash", "hit_pedestrian", "hit_cyclist"),
    "Robbery": ("robbery",),
    "Shooting": ("shooting",),
    "Shoplifting": ("shoplifting",),
    "Stealing": ("theft",),
    "Vandalism": ("vandalism", "graffiti"),
}
"""Kinds of `events.EVENTS` by UCF-Crime's names."""


def crime_of(kind: str) -> str | None:
    """UCF-Crime's name of an event's kind; None where it has none."""
    return next((name for name, kinds in UCF_CRIME.items() if kind in kinds), None)
