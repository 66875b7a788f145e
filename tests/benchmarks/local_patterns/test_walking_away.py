"""Caption memory end to end: somebody walks away from a drawn camera, and gets smaller."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from jaxtyping import Bool, Float32, UInt8

from benchmarks.simulator.regions import regions
from benchmarks.simulator.render import Renderer
from benchmarks.simulator.sampling import sample_scene
from benchmarks.simulator.scenes import Scene
from detectors.local_patterns.asking import shipped_asking
from detectors.local_patterns.base import PatternFrame, Regions
from detectors.local_patterns.caption_memory import SayYes
from detectors.local_patterns.captions import region_captions
from detectors.local_patterns.pipeline import LocalPatterns
from detectors.local_patterns.questions import to_question
from detectors.local_patterns.tracks import expanded
from encoders.compact.profile import CompactProfile
from encoders.regions.compact import CompactRegionEncoder

TIMES_S = np.arange(1.5, 7.5, 0.5)


class Truth:
    """An engine that knows where everybody is."""

    name = "truth"

    def __init__(self, scene: Scene) -> None:
        size = np.tile([scene.width, scene.height], 2)
        self._found = [
            np.array([r.box for r in regions(scene, time_s)]) / size for time_s in TIMES_S.tolist()
        ]

    def follow(self) -> "Truth":
        return self

    def find(self, pictures: np.ndarray, velocity: np.ndarray) -> list[Regions]:
        ones = (np.ones(len(boxes), np.float32) for boxes in self._found)
        labels = (("",) * len(boxes) for boxes in self._found)
        return [
            Regions(boxes.astype(np.float32), *rest)
            for boxes, *rest in zip(self._found, ones, labels, strict=True)
        ]


@pytest.fixture(scope="module")
def scene() -> Scene:
    scene = sample_scene(1047, kind="walk", duration_s=8.0, time="day", weather="clear")
    assert scene.event.direction == "away"
    return replace(scene, background=())


@pytest.fixture(scope="module")
def pictures(scene: Scene) -> UInt8[np.ndarray, "f h w 3"]:
    renderer = Renderer(replace(scene, width=192, height=144))
    return np.stack([renderer.draw(renderer.visible(t), t) for t in TIMES_S.tolist()])


@pytest.fixture(scope="module")
def encoder() -> CompactRegionEncoder:
    return CompactRegionEncoder.of(CompactProfile.load(), tuple(region_captions()))


def read(
    scene: Scene,
    pictures: UInt8[np.ndarray, "f h w 3"],
    encoder: CompactRegionEncoder,
    says_yes: SayYes | None,
) -> list[PatternFrame]:
    velocity = np.zeros((len(pictures), 2, 24, 32, 2), np.float32)
    reader = LocalPatterns(Truth(scene), encoder, says_yes=says_yes).follow()
    return reader.read(pictures, velocity, TIMES_S)


class Believer:
    """Says yes to everything, up to the sixth question."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(
        self, questions: Sequence[str], tokens: Float32[np.ndarray, "k n d"]
    ) -> Bool[np.ndarray, " k"]:
        self.asked += questions
        return np.array([len(self.asked) <= 6] * len(questions))


def test_the_sharpest_caption_is_carried_while_it_is_believed(scene, pictures, encoder) -> None:
    believer = Believer()
    frames = read(scene, pictures, encoder, believer)
    fresh = read(scene, pictures, encoder, None)
    sizes = [float(np.prod(f.boxes[0, 2:] - f.boxes[0, :2])) for f in frames]
    sharpest = int(np.argmax(sizes))
    assert sizes[sharpest:] == sorted(sizes[sharpest:], reverse=True)
    assert {int(track) for frame in frames for track in frame.tracks} == {0}
    carried = [bool(frame.is_carried[0]) for frame in frames]
    believed = range(sharpest + 1, sharpest + 7)
    assert [k for k in range(sharpest + 7) if carried[k]] == list(believed)
    assert {frames[k].captions[0] for k in believed} == {fresh[sharpest].captions[0]}
    assert believer.asked[:6] == [to_question(fresh[sharpest].captions[0])] * 6
    last = sharpest + 7  # the seventh answer is no: this view speaks for itself
    assert frames[last].captions == fresh[last].captions


def test_a_carried_caption_has_its_own_pattern(scene, pictures, encoder) -> None:
    """G is made of the view's own tokens, by their cosines to the carried caption."""
    frames = read(scene, pictures, encoder, Believer())
    fresh = read(scene, pictures, encoder, None)
    changed = [
        k
        for k, (now, own) in enumerate(zip(frames, fresh, strict=True))
        if now.captions != own.captions
    ]
    assert changed
    for now, own in ((frames[k], fresh[k]) for k in changed):
        assert now.is_carried[0]
        assert np.abs(now.patterns - own.patterns).max() > 1e-3
        assert np.abs(now.weights - own.weights).max() > 1e-3


def test_the_shipped_network_believes_the_right_jacket_more(scene, pictures, encoder) -> None:
    """A man in white: least 0.89 for white and most 0.85 for red over the views when written."""
    asking = shipped_asking("compact", encoder)
    assert asking is not None
    boxes = [
        expanded(found.boxes).astype(np.float32) for found in Truth(scene).find(*[pictures] * 2)
    ]
    tokens = np.concatenate(encoder.encode(pictures, boxes))
    white, red = (
        asking.probability([f"is there a man in a {what}?"] * len(tokens), tokens)
        for what in ("white shirt", "red jacket")
    )
    assert white.min() > red.max()


def test_the_shipped_network_carries_captions(scene, pictures, encoder) -> None:
    """Fewer than whoever believes everything, and more than none."""
    carried = [
        sum(bool(frame.is_carried[0]) for frame in read(scene, pictures, encoder, says_yes))
        for says_yes in (shipped_asking("compact", encoder), None)
    ]
    assert 1 <= carried[0] <= len(TIMES_S) - 2
    assert carried[1] == 0
