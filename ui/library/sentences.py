"""Trace sentences in words."""

from collections.abc import Sequence
from typing import get_args

from search_api.answers.traces import (
    CameraPlaces,
    ContextAnswer,
    Kind,
    Rescoring,
    SentenceAnswer,
    Trial,
    TriedMoment,
)
from ui import words

NORMAL = "normal"
KINDS: tuple[str, ...] = (NORMAL, *get_args(Kind))
"""What a sentence may say of its place."""


def cells(sentences: Sequence[SentenceAnswer]) -> dict[str, list[str]]:
    """One row a sentence."""
    return {
        "Sentence": [one.text for one in sentences],
        "Says": [one.kind or NORMAL for one in sentences],
        "From": ["this library" if one.is_own else "retrace" for one in sentences],
    }


def counted(context: ContextAnswer) -> str:
    """ "24 sentences, 2 of this library"."""
    own = sum(one.is_own for one in context.sentences)
    said = words.count(len(context.sentences), "sentence")
    return f"{said}, {own} of this library" if own else said


def stands_for(place: CameraPlaces) -> str:
    """What a camera's footage is compared with, and why."""
    if place.lost:
        return f"Pinned to {', '.join(place.lost)}, which is no longer there: unpin it"
    names = ", ".join(place.contexts)
    return {
        "pin": f"Pinned to {names}",
        "footage": f"Its footage looks like {names}",
        "whole-bank": "Compared with every sentence",
    }[place.because]


def footage_of(place: CameraPlaces) -> str:
    """ "3 videos, 2 scored by sentences, 1 of before"."""
    told = [words.count(place.videos, "video"), f"{place.seen:,} scored by sentences"]
    return ", ".join([*told, *([f"{place.outdated:,} of before"] if place.outdated else [])])


def before(places: Sequence[CameraPlaces]) -> str:
    """That scores are older than what they are to rest on; empty where none are."""
    old = [place for place in places if place.outdated]
    if not old:
        return ""
    names = ", ".join(place.camera or "no camera" for place in old)
    return (
        f"Scores of footage of {names} are from before the sentences changed. "
        "Rescore to have them follow; no footage is read for it."
    )


def rescored(rescoring: Rescoring) -> str:
    """What the last rescoring came to; empty where there was none."""
    if rescoring.state in ("idle", "running"):
        return ""
    if rescoring.state == "failed":
        return f"The last rescoring failed: {rescoring.reason}"
    what = "was stopped" if rescoring.state == "stopped" else "is done"
    changed = words.count(rescoring.changed, "video")
    told = f"The last rescoring {what}: {changed} changed, {rescoring.same:,} stayed the same."
    if rescoring.to_calibrate:
        told += f" Calibrate {', '.join(rescoring.to_calibrate)} anew."
    return told


def tried(trial: Trial) -> str:
    """What a sentence was compared with."""
    if not trial.num_clips:
        return "No footage here was scored by sentences: index some with the detector trace."
    part = "" if trial.is_all else ", which is as much as one trial reads"
    videos = words.count(trial.num_videos, "video")
    return f"Compared with {words.duration(trial.footage_s)} of {videos}{part}."


def moment(found: TriedMoment) -> str:
    """ "gate · a.mp4 · nearer than 97 % of the bank's sentences"."""
    near = f"nearer than {found.percentile:.0f} % of the bank's sentences"
    return " · ".join(filter(None, (found.camera, found.name, near)))


def beaten(trial: Trial, *, is_normal: bool) -> list[str]:
    """The sentences whose place it would take, most clips first."""
    found = trial.beaten_normal if is_normal else trial.beaten_anomalous
    return [f"{one.num_clips:,} × {one.text} ({one.context})" for one in found[:5]]
