"""What is read of videos: fields around pictures, and what is kept is what was found."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.local_patterns.footage import Fields, read_fields
from benchmarks.local_patterns.store import PatternStore, Reading
from detectors.local_patterns.base import RegionEncoder, RegionEngine, Regions
from detectors.local_patterns.caption_memory import SayYes
from detectors.local_patterns.motion_histogram import motion_histograms
from detectors.local_patterns.pipeline import PatternConfig
from segments.media import VideoSource
from segments.reading import probe
from tests.support.footage import MovingScene, write_video

SCENE = MovingScene(velocity_px=(100.0, 0.0), height=120, width=160, card_px=(40, 40))


class Card:
    """Finds the card where it is, in the second picture and on."""

    name = "card"

    def __init__(self) -> None:
        self._seen = 0

    def follow(self) -> "Card":
        return Card()

    def find(self, pictures: np.ndarray, velocity: np.ndarray) -> list[Regions]:
        found = []
        for _ in pictures:
            left, top = SCENE.corner_px(self._seen / 25)
            box = np.array([[left / 160, top / 120, (left + 40) / 160, (top + 40) / 120]])
            count = min(self._seen, 1)
            found.append(
                Regions(
                    box[:count].astype(np.float32), np.ones(count, np.float32), ("card",) * count
                )
            )
            self._seen += 1
        return found


class Look:
    """Tokens are the mean colour inside each box, twice; it counts the pictures it is shown."""

    dim, num_tokens = 3, 2

    def __init__(self) -> None:
        self.shown = 0

    def encode(self, pictures: np.ndarray, boxes: list[np.ndarray]) -> list[np.ndarray]:
        self.shown += len(pictures)
        greys = [picture.mean(axis=(0, 1)) for picture in pictures]
        return [
            np.tile(grey, (len(row), 2, 1)).astype(np.float32)
            for grey, row in zip(greys, boxes, strict=True)
        ]

    def describe(self, tokens: np.ndarray) -> list[str]:
        return ["a card"] * len(tokens)

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        return np.tile(np.array([1.0, 0.0, 0.0], np.float32), (len(texts), 1))


class Parts:
    def __init__(self) -> None:
        self.look, self.opened = Look(), 0

    def engine(self, name: str) -> RegionEngine:
        self.opened += 1
        return Card()

    def encoder(self, name: str) -> RegionEncoder:
        return self.look  # pyright: ignore[reportReturnType]  # asks no questions, has no heat

    def says_yes(self, encoder: RegionEncoder, machines: int) -> SayYes:
        raise AssertionError("no caption is carried here")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> VideoSource:
    path = tmp_path_factory.mktemp("scene") / "a.mp4"
    return probe(write_video(path, SCENE.pictures(8)))


def test_a_picture_has_the_fields_before_and_after_it() -> None:
    velocity = np.arange(3, dtype=np.float32)[:, None, None, None] * np.ones((1, 1, 1, 2))
    around = Fields(velocity.astype(np.float32), np.arange(3.0)).around
    assert around[..., 0, 0, 0].tolist() == [[0, 1], [1, 2], [2, 2]]


@pytest.mark.parametrize("motion", ["flow", "vectors"])
def test_every_picture_has_the_motion_that_led_to_it(
    source: VideoSource, tmp_path: Path, motion: str
) -> None:
    fields = read_fields(source, motion, tmp_path)  # pyright: ignore[reportArgumentType]
    np.testing.assert_allclose(fields.pts_s, np.arange(8) / 25, atol=1e-3)
    assert len(fields.velocity) == 8
    left, top = SCENE.corner_px(3 / 25)
    inside = np.array([[(left + 10) / 160, (top + 10) / 120, (left + 30) / 160, (top + 30) / 120]])
    (histogram,) = motion_histograms(fields.velocity[4:5], inside)
    assert histogram.argmax() == 0
    assert histogram[0] == pytest.approx(100 / 120, rel=0.1)
    np.testing.assert_array_equal(fields.velocity[0], fields.velocity[1])


def test_what_is_kept_is_what_was_found(source: VideoSource, tmp_path: Path) -> None:
    parts = Parts()
    store = PatternStore(tmp_path, parts)
    first = store.regions(source, "card", "flow")
    again = PatternStore(tmp_path, parts).regions(source, "card", "flow")
    assert parts.opened == 1
    assert [len(one) for one in again] == [0, 1, 1, 1, 1, 1, 1, 1]
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.boxes, other.boxes)
        assert one.labels == other.labels


def test_readings_with_one_encoder_look_once(source: VideoSource, tmp_path: Path) -> None:
    parts = Parts()
    store = PatternStore(tmp_path, parts)
    cosine = Reading(engine="card", encoder="look")
    text = replace(cosine, config=PatternConfig(attention="text"))
    store.prepare(source, [cosine, text])
    assert parts.look.shown == 8
    by_text = store.patterns(source, text)
    assert by_text[3].patterns.tolist() == [[1.0, 0.0, 0.0]]
    assert by_text[3].captions == ("a card",)
    assert store.patterns(source, cosine)[3].patterns[0, 0] > 50  # a colour, twice its cosine
    assert parts.look.shown == 8


def test_motion_is_measured_as_the_reading_says(source: VideoSource, tmp_path: Path) -> None:
    parts = Parts()
    store = PatternStore(tmp_path, parts)
    seen = Reading(engine="card", encoder="look")
    box = replace(seen, config=PatternConfig(mean_over="box"))
    assert seen.key == box.key
    by_bin, by_box = (store.patterns(source, reading)[4].motion[0] for reading in (seen, box))
    assert by_bin[0] > by_box[0] > 0
    alone = store.patterns(source, replace(box, encoder=None))[4]
    np.testing.assert_array_equal(alone.motion[0], by_box)
    assert alone.patterns.shape == (1, 0)
    assert parts.look.shown == 8
