"""Regions and patterns of a video as named arrays, one row per region."""

import json
from collections.abc import Mapping, Sequence

import numpy as np

from detectors.local_patterns.base import PatternFrame, Regions

Arrays = Mapping[str, np.ndarray]


def packed_regions(found: Sequence[Regions]) -> Arrays:
    """The regions of successive pictures."""
    return {
        "counts": np.array([len(one) for one in found], np.int64),
        "boxes": np.concatenate([one.boxes for one in found]).astype(np.float32),
        "confidences": np.concatenate([one.confidences for one in found]).astype(np.float32),
        "labels": _packed_words([one.labels for one in found]),
    }


def unpacked_regions(arrays: Arrays) -> list[Regions]:
    """What `packed_regions` packed."""
    boxes, sure = (_split(arrays[name], arrays["counts"]) for name in ("boxes", "confidences"))
    labels = _unpacked_words(arrays["labels"])
    return [Regions(*row) for row in zip(boxes, sure, labels, strict=True)]


_BY_REGION = ("boxes", "tracks", "motion", "speeds", "patterns", "weights", "is_carried")


def packed_frames(frames: Sequence[PatternFrame]) -> Arrays:
    """The patterns of successive pictures."""
    arrays = {name: np.concatenate([getattr(f, name) for f in frames]) for name in _BY_REGION}
    return arrays | {
        "counts": np.array([len(frame) for frame in frames], np.int64),
        "pts_s": np.array([frame.pts_s for frame in frames]),
        "captions": _packed_words([frame.captions for frame in frames]),
        "labels": _packed_words([frame.labels for frame in frames]),
    }


def unpacked_frames(arrays: Arrays) -> list[PatternFrame]:
    """What `packed_frames` packed."""
    rows = {name: _split(arrays[name], arrays["counts"]) for name in _BY_REGION}
    words = {name: _unpacked_words(arrays[name]) for name in ("captions", "labels")}
    columns = {**rows, **words}
    return [
        PatternFrame(pts_s=pts_s, **{name: column[i] for name, column in columns.items()})
        for i, pts_s in enumerate(arrays["pts_s"].tolist())
    ]


def _split(rows: np.ndarray, counts: np.ndarray) -> list[np.ndarray]:
    return np.split(rows, np.cumsum(counts)[:-1])


def _packed_words(words: Sequence[Sequence[str]]) -> np.ndarray:
    return np.frombuffer(json.dumps([list(row) for row in words]).encode(), np.uint8)


def _unpacked_words(packed: np.ndarray) -> list[tuple[str, ...]]:
    return [tuple(row) for row in json.loads(packed.tobytes())]
