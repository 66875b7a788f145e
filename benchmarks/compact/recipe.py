"""How the weights of the compact profile are made, stage by stage.

1. Simulated clips are rendered and, with the real ones, decoded as the indexer would.
2. `AppearanceEncoder`: simulated pictures and regions, and footage-cctv, against their captions.
3. `SoundEncoder`: kinds of recorded sounds.
4. `MotionEncoder`: the scale of its descriptors.
5. `Alan` over their features: words to video, sound to video, sound to sound, the MIL detector.

Stages 1 and 2 see nothing that the benchmark asks about and are made once. Stages 3 to 5 are made
again for every fold, so that no number rests on a clip that a weight has seen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, UInt8

from benchmarks.compact.decoded import DecodedVideo
from benchmarks.compact.material import Clip
from benchmarks.compact.simulated import CAPTIONS, SimulatedClip, picture_times, shown_regions
from encoders.alan.training import Sentences, SoundExample, TrainingSet, VideoExample, held
from encoders.compact.train_appearance import PictureSet
from segments.levels import MOMENT_CLIPS
from segments.vectors import ClipFeatures

PICTURES_PER_CLIP = 3
REGIONS_PER_PICTURE = 4


def picture_set(
    simulated: Iterable[tuple[SimulatedClip, DecodedVideo]],
    real: Iterable[tuple[Clip, DecodedVideo]],
    sentences: Sentences,
    *,
    seed: int = 0,
) -> PictureSet:
    """A few pictures of every simulated clip, and one of each second clip of the real ones."""
    rng = np.random.default_rng(seed)
    rows: list[_Picture] = []
    for clip, video in simulated:
        times = picture_times(video)
        for t in rng.choice(len(times), PICTURES_PER_CLIP, replace=len(times) < PICTURES_PER_CLIP):
            f = int(rng.integers(times.shape[1]))
            shown = shown_regions(clip.scene, times[t, f], most=REGIONS_PER_PICTURE)
            rows.append(_Picture(video.frames[t, f].copy(), clip.captions, *shown))
    for clip, video in real:
        wordings = tuple(clip.captions[i % len(clip.captions)] for i in range(CAPTIONS["train"]))
        rows += [
            _Picture(frames[0], wordings, np.zeros((0, 4)), []) for frames in video.frames[::2]
        ]
    boxes = np.zeros((len(rows), REGIONS_PER_PICTURE, 4), np.float32)
    box_captions = np.zeros((len(rows), REGIONS_PER_PICTURE, 384), np.float32)
    for row, picture in enumerate(rows):
        boxes[row, : len(picture.boxes)] = picture.boxes
        if picture.names:
            box_captions[row, : len(picture.names)] = sentences(picture.names)
    return PictureSet(
        pixels=np.stack([picture.pixels for picture in rows]),
        captions=np.stack([sentences(picture.captions) for picture in rows]),
        boxes=boxes,
        box_captions=box_captions,
    )


@dataclass(frozen=True)
class Lesson:
    """A video's features with everything that is said of it."""

    features: ClipFeatures
    captions: tuple[str, ...]
    meaning: str
    is_anomalous: bool
    is_real: bool
    borrows_appearance: bool = False


def in_moments(features: ClipFeatures) -> list[ClipFeatures]:
    """A video in pieces no longer than a moment; one long video would pad a whole batch."""
    starts = range(0, len(features), MOMENT_CLIPS)
    return [features[start : start + MOMENT_CLIPS] for start in starts]


def training_set(
    lessons: Sequence[Lesson],
    sounds: Sequence[SoundExample],
    sentences: Sentences,
    *,
    real_share: float,
) -> TrainingSet:
    """What ALAN is trained on.

    Args:
        real_share: of the videos of a batch, on average, that are real.
    """
    is_real = np.array([lesson.is_real for lesson in lessons])
    weights = np.where(
        is_real, real_share / max(1, is_real.sum()), (1 - real_share) / max(1, (~is_real).sum())
    )
    said = [(text, lesson.meaning) for lesson in lessons for text in lesson.captions]
    distinct = sorted(set(said))
    row_of = {pair: row for row, pair in enumerate(distinct)}
    return TrainingSet(
        texts=sentences.table(distinct),
        videos=tuple(
            VideoExample(
                held(lesson.features),
                tuple(sorted({row_of[text, lesson.meaning] for text in lesson.captions})),
                frozenset({lesson.meaning}),
                lesson.is_anomalous,
                borrows=frozenset({"appearance"} if lesson.borrows_appearance else ()),
            )
            for lesson in lessons
        ),
        weights=weights.astype(np.float32),
        sounds=tuple(sounds),
    )


@dataclass(frozen=True)
class _Picture:
    pixels: UInt8[np.ndarray, "h w 3"]
    captions: tuple[str, ...]
    boxes: Float64[np.ndarray, "k 4"]
    names: list[str]
