"""How often null queries find as much: worked out by hand, kept, and made anew."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from search_api.queries import background, null_queries
from search_api.queries.confidence import Confidence, Judge, NullScores
from segments.library import Library
from segments.media import AudioClip
from segments.spans import TimeSpan
from segments.store.base import VectorStore
from segments.store.opening import open_store
from segments.vectors import DualQuery, SoundQuery
from tests.support.candidates import candidate
from tests.support.small_library import MANIFEST, TinyProfile, make_library, point

NULLS = NullScores(count=40, scores=[0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize(
    ("salience", "share"), [(0.5, 1 / 5), (0.4, 2 / 5), (0.35, 2 / 5), (0.0, 1.0)]
)
def test_a_share_counts_the_query_itself(salience: float, share: float) -> None:
    assert NULLS.share_above(salience) == pytest.approx(share)


def test_several_probes_have_several_chances() -> None:
    judge = Judge({"text": NULLS, "image": NULLS})
    assert judge.confidence(candidate(0, 0.5)) == pytest.approx(2 / 5)
    assert judge.confidence(candidate(0, 0.0)) == 1.0


def test_of_a_sequence_the_less_sure_moment_counts() -> None:
    pair = candidate(0, 0.5, followed=candidate(20, 0.25))
    assert Judge({"text": NULLS}).confidence(pair) == pytest.approx(3 / 5)


def test_nothing_is_known_without_null_queries() -> None:
    assert Judge({}).confidence(candidate(0, 9.0)) is None


class Compass(TinyProfile):
    """Puts every sentence somewhere on the circle, and the same one always there."""

    def encode_text(self, text: str) -> DualQuery:
        angle = sum(map(ord, text)) % 360 / 360 * 2 * np.pi
        direction = np.array([[np.cos(angle), np.sin(angle)]], np.float32)
        whole = np.ones(1, np.float32)
        return DualQuery(g=direction, h=direction, w_g=whole, w_h=whole)

    def encode_sound(self, sound: AudioClip) -> SoundQuery:
        return SoundQuery(self.encode_text(str(len(sound.samples))), np.array([0, 1], np.float32))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    angles = np.linspace(0, np.pi / 2, 32)
    points = [
        point("a" * 64, TimeSpan(5.12 * k, 5.12 * k + 10.24), [x, y, x, y], None, anomaly=0)
        for k, (x, y) in enumerate(zip(np.cos(angles), np.sin(angles), strict=True))
    ]
    return make_library(tmp_path / "library", points=points)


@pytest.fixture
def store(library: Library) -> Iterator[VectorStore]:
    opened = open_store(library)
    yield opened
    opened.close()


def test_null_queries_are_searched_once_and_kept(library: Library, store: VectorStore) -> None:
    judge = Confidence(library, store, Compass()).judge({"text"}, "moment")
    found = judge.nulls["text"]
    assert (found.count, len(found.scores)) == (32, len(null_queries.SENTENCES))
    query = Compass().encode_text(null_queries.SENTENCES[0]).vector(MANIFEST.default_alpha)
    stored = np.stack([p.vectors["alan"] for p in store.iter_points()]) @ query
    salience = (stored.max() - stored.mean()) / stored.std() ** 0.5
    assert min(abs(score - salience) for score in found.scores) < 1e-6
    kept = json.loads((library.vectors.path / "confidence.json").read_text())
    assert kept["found"]["text.moment"]["scores"] == found.scores == sorted(found.scores)


def test_they_are_searched_again_once_the_library_has_grown_by_a_tenth(
    library: Library, store: VectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "COUNT_EVERY_S", -1.0)
    confidence = Confidence(library, store, Compass())

    def count_after(num_points: int) -> int:
        start_s = 1000.0 + num_points
        span = TimeSpan(start_s, start_s + 10.24)
        store.upsert([point("b" * 64, span, [1, 0, 1, 0], None, anomaly=0)])
        return confidence.judge({"text"}, "moment").nulls["text"].count

    assert confidence.judge({"text"}, "moment").nulls["text"].count == 32
    assert [count_after(n) for n in range(33, 37)] == [32, 32, 32, 36]


def test_too_small_a_library_says_nothing(tmp_path: Path) -> None:
    small = make_library(tmp_path / "library")
    store = open_store(small)
    assert Confidence(small, store, TinyProfile()).judge({"text"}, "moment").nulls == {}
    store.close()


def test_null_sounds_and_pictures_are_what_they_say() -> None:
    sounds, images = list(null_queries.sounds(8000)), list(null_queries.images())
    assert (len(sounds), len(images)) == (null_queries.NUM_SOUNDS, null_queries.NUM_IMAGES)
    assert all(0.05 < np.abs(sound).max() <= 0.5 for sound in sounds)
    assert {image.shape for image in images} == {(96, 96, 3)}
    assert len({image.tobytes() for image in images}) == len(images)
    assert len(set(null_queries.SENTENCES)) == len(null_queries.SENTENCES) == 64
