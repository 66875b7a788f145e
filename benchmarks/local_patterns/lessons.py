"""What the State Machine Module learns from: simulated regions with true and false sentences.

A thing's sentence says what it is and what it wears ("a man in a red jacket"), an anomalous event's
says what happens ("a man fights with a woman"). Half of the pictures are blurred as if seen from
farther away, since the module is asked whether an earlier, sharper view's caption still holds.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float16, UInt8

from benchmarks.simulator.events import EVENTS
from benchmarks.simulator.regions import event_boxes, regions
from benchmarks.simulator.render import Renderer
from benchmarks.simulator.sampling import sample_scene, split_seeds
from benchmarks.simulator.scenes import Scene, Split
from benchmarks.trace.lessons import plain_wordings
from detectors.local_patterns.base import RegionEncoder
from detectors.local_patterns.smm_training import SmmLessons
from detectors.local_patterns.tracks import expanded
from encoders.compact.spec import COMPACT
from segments.files import write_atomically

FIRST_SEED = 20_000
"""Beyond the seeds of everything else that is trained."""
PICTURES_PER_SCENE = 6
FARTHEST = 3.0
"""Times as far away, at most, as blurred pictures look."""
_FORM = frozenset("a an and in of with the jacket top trousers".split())
"""Words that say nothing of a sentence's matter."""


@dataclass(frozen=True, eq=False)
class ToldRegions:
    """Regions with a true sentence each."""

    tokens: Float16[np.ndarray, "n q d"]
    sentences: tuple[str, ...]
    is_event: tuple[bool, ...]
    """Whether the sentence says what happens, not what is there."""


def simulated_regions(encoder: RegionEncoder, work: Path, split: Split, scenes: int) -> ToldRegions:
    """Regions of the first scenes of a split, in training wordings; drawn once and kept in `work`.

    Args:
        encoder: the compact profile's: what is kept is not told apart by encoder.
    """
    path = work / f"regions-{split}-{scenes}-{encoder.num_tokens}x{encoder.dim}.npz"
    if not path.exists():
        write_atomically(path, _packed(told_regions(encoder, drawn_scenes(split, scenes))))
    with np.load(path, allow_pickle=False) as kept:
        sentences, is_event = kept["sentences"].tolist(), kept["is_event"].tolist()
        return ToldRegions(kept["tokens"], tuple(sentences), tuple(is_event))


def drawn_scenes(split: Split, count: int) -> Iterator[Scene]:
    """Short scenes with one event each, of every kind in turn."""
    kinds = sorted(EVENTS)
    for k, seed in enumerate(split_seeds(split, count, start=FIRST_SEED)):
        yield sample_scene(seed, kind=kinds[k % len(kinds)])


def told_regions(encoder: RegionEncoder, scenes: Iterable[Scene]) -> ToldRegions:
    """The regions of a few moments of each scene."""
    tokens, sentences, is_event = list[np.ndarray](), list[str](), list[bool]()
    for scene in scenes:
        rng = np.random.default_rng([scene.seed, 21])
        times_s = rng.uniform(0, scene.duration_s, PICTURES_PER_SCENE).tolist()
        told = [_told(scene, time_s, rng) for time_s in times_s]
        boxes = [np.array([box for box, _, _ in moment]).reshape(-1, 4) for moment in told]
        wide = [expanded(found).astype(np.float32) for found in boxes]
        tokens += encoder.encode(_pictures(scene, times_s, rng), wide)
        sentences += [sentence for moment in told for _, sentence, _ in moment]
        is_event += [happens for moment in told for _, _, happens in moment]
    return ToldRegions(np.concatenate(tokens).astype(np.float16), tuple(sentences), tuple(is_event))


def smm_lessons(told: ToldRegions) -> SmmLessons:
    """Lessons of regions; a false sentence is one of the same sort that cannot also be true.

    Regions whose sentence nothing contradicts are left out.
    """
    distinct = sorted(set(zip(told.sentences, told.is_event, strict=True)))
    row_of = {pair: row for row, pair in enumerate(distinct)}
    false = [_false_rows(pair, distinct) for pair in distinct]
    pairs = zip(told.sentences, told.is_event, strict=True)
    true = np.array([row_of[pair] for pair in pairs], np.int64)
    kept = np.array([len(false[row]) > 0 for row in true], bool)
    return SmmLessons(
        tokens=told.tokens[kept],
        sentences=tuple(sentence for sentence, _ in distinct),
        true=true[kept],
        false=tuple(false[row] for row in true[kept]),
    )


def contradict(one: str, other: str) -> bool:
    """Whether two sentences of one sort cannot both be true of a region.

    They say different things, and neither says only more: "a man in red" and "a man in a red jacket
    and grey trousers" go together, and "a man in red" and "a woman in red" do not.
    """
    mine, others = _matter(one), _matter(other)
    return not (mine <= others or others <= mine)


def _matter(sentence: str) -> frozenset[str]:
    return frozenset(sentence.lower().split()) - _FORM


def _false_rows(pair: tuple[str, bool], distinct: Sequence[tuple[str, bool]]) -> np.ndarray:
    sentence, is_event = pair
    rows = [
        row
        for row, (other, happens) in enumerate(distinct)
        if happens == is_event and contradict(sentence, other)
    ]
    return np.array(rows, np.int64)


def _told(
    scene: Scene, time_s: float, rng: np.random.Generator
) -> list[tuple[np.ndarray, str, bool]]:
    """The boxes of a moment as shares, with what is said of each and whether it says an event."""
    size = np.tile([scene.width, scene.height], 2)
    things = [(np.array(r.box) / size, r.caption, False) for r in regions(scene, time_s)]
    happening = [
        (np.array(box) / size, str(rng.choice(plain_wordings(event))), True)
        for event, box in event_boxes(scene, time_s)
    ]
    return things + happening


def _pictures(
    scene: Scene, times_s: Sequence[float], rng: np.random.Generator
) -> UInt8[np.ndarray, "f h w 3"]:
    """What the camera shows, every second one as if from farther away."""
    height, width = COMPACT.frame_size
    renderer = Renderer(replace(scene, width=width, height=height))
    pictures = []
    for k, time_s in enumerate(times_s):
        picture = renderer.draw(renderer.visible(time_s), time_s)
        renderer.atmosphere.sense(picture)
        pictures.append(_blurred(picture, float(rng.uniform(1, FARTHEST))) if k % 2 else picture)
    return np.stack(pictures)


def _blurred(picture: UInt8[np.ndarray, "h w 3"], factor: float) -> UInt8[np.ndarray, "h w 3"]:
    height, width = picture.shape[:2]
    few = (round(width / factor), round(height / factor))
    small = cv2.resize(picture, few, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _packed(told: ToldRegions) -> bytes:
    content = io.BytesIO()
    arrays = {"sentences": np.array(told.sentences), "is_event": np.array(told.is_event)}
    np.savez(content, allow_pickle=False, tokens=told.tokens, **arrays)
    return content.getvalue()
