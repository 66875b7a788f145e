"""Where an event is said to be at its highest score, against where it is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64

from benchmarks.local_patterns.simulated_footage import PICTURES, picture_times
from benchmarks.simulator.regions import event_boxes
from benchmarks.simulator.scenes import Event, Scene
from detectors.local_patterns.stored import StoredRegions
from detectors.local_patterns.tracks import overlaps

LEAST_IOU = 0.3
FALSE_SHARE = 0.05
"""Of the pictures of normal footage that nothing was fitted on: as many lie above the threshold."""
AS_ODD = 0.5
"""Regions of the peak's picture with at least this share of its score take part in the event."""


@dataclass(frozen=True)
class Peak:
    """An event's highest score."""

    kind: str
    score: float
    iou: float
    """Of the box that is reported with the event's own; 0 where one of the two is not there."""


def threshold(normal: Sequence[Float[np.ndarray, " p"]]) -> float:
    """The score that `FALSE_SHARE` of the pictures of normal footage lie above."""
    return float(np.quantile(np.concatenate(normal), 1 - FALSE_SHARE))


def peaks(
    scene: Scene,
    regions: StoredRegions,
    scores: Float[np.ndarray, "t f n"],
    curve: Float[np.ndarray, " p"],
) -> list[Peak]:
    """The peak of each anomalous event of a video.

    A peak is the picture with regions that has the highest smoothed score while the event goes on.

    Args:
        scores: of each region.
        curve: smoothed scores of the pictures, `PICTURES` to a clip.
    """
    times_s = picture_times(len(regions))
    is_empty = regions.counts.ravel() == 0
    found = []
    for event in scene.anomalies:
        is_now = (event.start_s <= times_s) & (times_s < event.end_s)
        top = int(np.argmax(np.where(is_now & ~is_empty, curve, -np.inf)))
        clip, picture = divmod(top, PICTURES)
        truth = _true_box(scene, event, times_s[top])
        iou = 0.0
        if truth is not None and is_now[top] and not is_empty[top]:
            said = reported(regions, scores, clip, picture)
            iou = float(overlaps(said[None], truth[None])[0, 0])
        found.append(Peak(event.kind, float(curve[is_now].max(initial=0.0)), iou))
    return found


def reported(
    regions: StoredRegions, scores: Float[np.ndarray, "t f n"], clip: int, picture: int
) -> Float64[np.ndarray, " 4"]:
    """The box around the oddest region of a picture and those that are nearly as odd.

    Who takes part in a fight or a robbery is odd together, and need not touch.
    """
    count = int(regions.counts[clip, picture])
    boxes = regions.boxes[clip, picture, :count].astype(np.float64)
    odd = scores[clip, picture, :count]
    part = boxes[odd >= AS_ODD * odd.max(initial=0.0)]
    if not len(part):
        return np.zeros(4)
    return np.concatenate([part[:, :2].min(axis=0), part[:, 2:].max(axis=0)])


def _true_box(scene: Scene, event: Event, time_s: float) -> Float64[np.ndarray, " 4"] | None:
    """As shares of the picture; None where the event is out of sight."""
    size = np.array([scene.width, scene.height] * 2, np.float64)
    boxes = [np.array(box) / size for each, box in event_boxes(scene, time_s) if each == event]
    return boxes[0] if boxes else None
