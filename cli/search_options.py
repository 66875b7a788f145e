"""The options of `retrace search`, and how their texts are read."""

import re
from pathlib import Path
from typing import Annotated

import typer

from search_api.clock import parse_clock
from search_api.curves import DEFAULT_DETECTOR
from search_api.images import Image, load_frame, load_image
from segments.errors import UserError
from segments.media import Level

TextArgument = Annotated[
    str | None, typer.Argument(metavar="[TEXT]", help="What to look for, in words.")
]
AudioOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A sound to look for, from any sound or video file."),
]
ImageOption = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="A picture to look for: a picture file, or VIDEO@mm:ss.s for a frame."
    ),
]
CropOption = Annotated[
    str | None,
    typer.Option(metavar="L,T,R,B", help="The part of the picture, as shares of its size."),
]
WeightOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PART=W",
        help="Weight of text, image or audio in a mixed query; repeat. Default: 1.",
    ),
]
WithoutOption = Annotated[
    list[str] | None,
    typer.Option(metavar="TEXT", help="What the hits should not show; repeat for more."),
]
ThenOption = Annotated[
    str | None, typer.Option(metavar="TEXT", help="What must follow: finds pairs of moments.")
]
WithinOption = Annotated[
    float, typer.Option(metavar="S", help="With --then: most seconds in between.")
]
SameCameraOption = Annotated[
    bool,
    typer.Option("--same-camera/--any-camera", help="With --then: where it must follow."),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(help="Search the vectors of this profile. Default: the library's own."),
]
LimitOption = Annotated[int, typer.Option(metavar="N", help="Most hits to show, 1 to 1000.")]
LevelOption = Annotated[
    Level, typer.Option(help="Length of what is found: about 10 s, 1 min, or whole videos.")
]
CameraOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Only this camera; repeat for any of several."),
]
AfterOption = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Only what starts at or after this time (ISO 8601)."),
]
BeforeOption = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Only what starts before this time (ISO 8601)."),
]
HasSoundOption = Annotated[
    bool | None,
    typer.Option("--has-sound/--silent", help="Only footage with a sound track, or without."),
]
MinScoreOption = Annotated[
    float | None, typer.Option(metavar="X", help="Least similarity; not for fused rankings.")
]
MinAnomalyOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[DETECTOR:]X", help="Least raw anomaly score; repeat for other detectors."
    ),
]
AlphaOption = Annotated[
    float | None,
    typer.Option(
        metavar="A", help="Share of the CLS alignment, 0 to 1. Default: the library's own."
    ),
]
MergeOption = Annotated[
    bool, typer.Option("--merge/--no-merge", help="Show overlapping hits of one event as one.")
]
PerVideoOption = Annotated[
    int | None, typer.Option(metavar="N", help="Most hits of one video. Default: no limit.")
]
AllOption = Annotated[
    bool, typer.Option("--all", help="List hits even where none is better than chance.")
]
_FRAME = re.compile(r"(?P<path>.+)@(?P<time>[\d:.]+)")


def parse_min_anomaly(texts: list[str]) -> dict[str, float]:
    """Reads [DETECTOR:]X, each detector once.

    Raises:
        UserError: some text is something else.
    """
    floors: dict[str, float] = {}
    for text in texts:
        detector, _, number = text.rpartition(":")
        name = detector or DEFAULT_DETECTOR
        least = _number(number)
        if least is None:
            raise UserError(
                f"--min-anomaly {text!r}: write a score, like 0.5, or DETECTOR:SCORE, like alan:0.5"
            )
        if name in floors:
            raise UserError(f"--min-anomaly names {name!r} twice: give one score per detector")
        floors[name] = least
    return floors


def parse_weights(texts: list[str]) -> dict[str, float]:
    """Reads PART=W, each part once.

    Raises:
        UserError: some text is something else.
    """
    weights: dict[str, float] = {}
    for text in texts:
        part, _, number = text.partition("=")
        weight = _number(number)
        if weight is None or part in weights:
            raise UserError(
                f"--weight {text!r}: write text=W, image=W or audio=W, each once, like image=0.5"
            )
        weights[part] = weight
    return weights


def parse_crop(text: str | None) -> tuple[float, ...] | None:
    """Reads four shares.

    Raises:
        UserError: the text is something else.
    """
    if text is None:
        return None
    shares = [_number(part) for part in text.split(",")]
    known = tuple(share for share in shares if share is not None)
    if len(shares) != 4 or len(known) != 4:
        raise UserError(
            f"--crop {text!r}: write left,top,right,bottom as shares, like 0.1,0.2,0.6,0.9"
        )
    return known


def read_image(text: str) -> Image:
    """The picture of a file, or the frame of VIDEO@TIME.

    Raises:
        MediaError: it cannot be read.
        UserError: the video has no such time.
    """
    frame = None if Path(text).exists() else _FRAME.fullmatch(text)
    if frame is None:
        return load_image(Path(text))
    return load_frame(Path(frame["path"]), parse_clock(frame["time"]))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
