"""The footage that the compact profile learns from, with what is said of each clip.

Real captions are written for this project from looking at the clips. The wordings that the
benchmark asks with (`fights.QUERIES`) are not among them.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from segments.errors import UserError

FIGHT = (
    "two men fight each other",
    "a fight breaks out in a group of people",
    "people hit and wrestle with each other",
    "a man attacks another man with his fists",
    "a brawl",
    "men push, grab and strike each other",
)
CALM = (
    "people walk past calmly",
    "people stand and talk",
    "nothing unusual happens",
    "normal activity of people in front of a camera",
    "customers and passers-by go about their business",
    "a quiet scene without any violence",
)
FOOTAGE = {
    "car-detection.mp4": (
        "cars drive over dark asphalt, seen from straight above",
        "a car passes through a parking lot below the camera",
        "vehicles on a grey road, bird's-eye view",
    ),
    "one-by-one-person-detection.mp4": (
        "one person after another walks to a small round table in a hall with a wooden floor",
        "a person stands at a white table in front of a white wall, seen from behind",
        "somebody walks across a brown wooden floor",
    ),
    "bottle-detection.mp4": (
        "a hand puts blue plastic bottles on a white table",
        "water bottles stand in a row in front of a grey wall",
        "somebody takes a bottle away",
    ),
}


@dataclass(frozen=True)
class Clip:
    """One file to learn from."""

    path: Path
    captions: tuple[str, ...]
    meaning: str
    """What all its captions say; clips that share it are no negatives of each other."""
    is_anomalous: bool
    source: str
    """The recording it is cut from: folds never part clips of one source."""


def fight_clips(shared: Path) -> list[Clip]:
    """The 195 clips of surv-fight.

    Raises:
        UserError: the data is not under `shared`.
    """
    folder = shared / "data" / "surv-fight"
    return [
        Clip(
            folder / row["file"],
            FIGHT if row["label"] == "fight" else CALM,
            "fight" if row["label"] == "fight" else "calm",
            row["label"] == "fight",
            row["source"],
        )
        for row in _rows(folder / "labels.csv")
    ]


def footage_clips(shared: Path) -> list[Clip]:
    """The three CCTV-like videos, all normal."""
    folder = shared / "data" / "footage-cctv"
    return [Clip(folder / name, said, name, False, name) for name, said in FOOTAGE.items()]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)
    except FileNotFoundError:
        raise UserError(
            f"{path} is missing: name the folder that holds data/ with --shared"
        ) from None
