"""TRACE in a library: scores and reasons by hand, whatever the chunks, and for known videos."""

from pathlib import Path

import numpy as np
import pytest

import indexer.chunks
from detectors.trace.index import open_index
from detectors.trace.scoring import score
from detectors.trace.traces import Context, Trace, load_bank, save_context
from indexer.choosing import contexts_in_use
from indexer.discovery import discover
from indexer.pipeline import IndexSettings, index_files
from search_api.explaining import FORGOTTEN, Explainer
from segments.camera_contexts import CameraContexts
from segments.catalog import Catalog
from segments.errors import UserError
from segments.findings import load_windows
from segments.library import Library
from segments.reading import iter_clip_batches, probe
from segments.reasons import ReasonStore
from segments.sources import SourceRules
from segments.spans import TimeSpan
from segments.store.opening import open_store
from segments.timed import TimedStore
from segments.tracks import TrackStore
from tests.support.profiles import FakeProfile
from tests.support.tiny_footage import write_video

BOTH = IndexSettings(detectors=("alan", "trace"))


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "footage" / "gate.mp4", seconds=45.0, seed=3)


def index(root: Path, video: Path, settings: IndexSettings = BOTH) -> Library:
    index_files(root, discover([video]), FakeProfile(), settings)
    return Library.open(root)


def only_video(library: Library) -> str:
    with Catalog(library) as catalog:
        (found,) = catalog.videos()
    return found.video_id


def appearance(video: Path) -> np.ndarray:
    """Unit vectors of all clips, as the fake profile sees them."""
    profile = FakeProfile()
    spec = profile.spec
    batches = iter_clip_batches(
        probe(video),
        frame_size=spec.frame_size,
        frames_per_clip=spec.frames_per_clip,
        fields_per_clip=spec.fields_per_clip,
    )
    rows = [profile.encode_clips(batch).streams["appearance"] for batch in batches]
    stacked = np.concatenate(rows)
    return stacked / np.linalg.norm(stacked, axis=1, keepdims=True)


def test_untrained_it_is_retrieval_by_appearance(video: Path, tmp_path: Path):
    library = index(tmp_path / "library", video)
    video_id, z = only_video(library), appearance(video)
    with open_index(library, FakeProfile(), load_bank()) as bank:
        normal, anomalous = bank.load_sets()
    expected = score(z, normal, anomalous)
    track = TrackStore(library.tracks).load(video_id, "trace")
    np.testing.assert_allclose(track.scores, expected.scores, atol=2e-3)  # of float16 windows
    reasons = ReasonStore(library.tracks).load(video_id, "trace")
    assert reasons is not None
    assert [f"{i:016x}" for i in reasons.anomalous.ids[0].tolist()] == list(
        expected.anomalous_ids[0]
    )
    assert [f"{i:016x}" for i in reasons.normal.ids[-1].tolist()] == list(expected.normal_ids[-1])
    np.testing.assert_allclose(reasons.normal.similarities, expected.normal_sims, atol=2e-3)
    windows = load_windows(TimedStore(library.tracks), video_id, "trace")
    assert windows is not None
    np.testing.assert_allclose(windows.rows["windows"], z, atol=2e-3)


def test_the_payload_has_the_highest_score_of_each_span(video: Path, tmp_path: Path):
    library = index(tmp_path / "library", video)
    track = TrackStore(library.tracks).load(only_video(library), "trace")
    store = open_store(library)
    points = list(store.iter_points())
    store.close()
    assert len(points) > 3
    for point in points:
        span = TimeSpan(point.payload.start_s, point.payload.end_s)
        assert point.payload.anomaly["trace"] == pytest.approx(track.pooled(span), abs=2e-3)


def test_chunks_change_nothing(video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    settings = IndexSettings(rules=SourceRules(camera="gate"), detectors=("trace",))
    parts = []
    for chunk_clips, num_files in ((928, 1), (32, 3)):
        root = tmp_path / str(chunk_clips)
        with CameraContexts(Library.create(root, "fake")) as contexts:
            contexts.pin("gate", ["street by day", "park"])
        monkeypatch.setattr(indexer.chunks, "CHUNK_CLIPS", chunk_clips)
        library = index(root, video, settings)
        store, video_id = TimedStore(library.tracks), only_video(library)
        assert len([n for n in store.names(video_id) if "windows" in n]) == num_files
        windows = load_windows(store, video_id, "trace")
        reasons = store.load(video_id, "trace.reasons")
        assert windows is not None
        assert reasons is not None
        parts.append([windows.pts_s, windows.rows["windows"], *reasons.rows.values()])
    for one, other in zip(*parts, strict=True):
        np.testing.assert_array_equal(one, other)


def test_pinned_contexts_are_the_only_ones(video: Path, tmp_path: Path):
    root = tmp_path / "library"
    with CameraContexts(Library.create(root, "fake")) as contexts:
        contexts.pin("gate", ["prison block"])
    settings = IndexSettings(rules=SourceRules(camera="gate"), detectors=("trace",))
    library = index(root, video, settings)
    explainer = Explainer(library)
    found = explainer.at(only_video(library), "trace", 3.0)
    assert found is not None
    assert {r.context for r in (*found.anomalous, *found.normal)} == {"prison block"}
    assert len(found.anomalous) == len(found.normal) == 5
    assert all(reason.kind for reason in found.anomalous)
    assert (found.start_s, found.end_s) == (pytest.approx(2.56), pytest.approx(3.2))


def test_a_known_video_gets_the_scores_that_it_lacks(video: Path, tmp_path: Path):
    root = tmp_path / "library"
    index(root, video, IndexSettings())
    again = index_files(root, discover([video]), FakeProfile(), BOTH)
    assert [outcome.status for outcome in again.outcomes] == ["indexed"]
    library = Library.open(root)
    assert TrackStore(library.tracks).detectors(only_video(library)) == ["alan", "trace"]
    third = index_files(root, discover([video]), FakeProfile(), BOTH)
    fewer = index_files(root, discover([video]), FakeProfile(), IndexSettings())
    assert [o.status for r in (third, fewer) for o in r.outcomes] == ["known", "known"]


def test_a_sentence_that_left_the_bank_is_said_to_be_forgotten(video: Path, tmp_path: Path):
    root = tmp_path / "library"
    own = Library.create(root, "fake").own_traces
    traces = tuple(
        Trace(
            f"a wholly new thing of number {n} happens here",
            "lift",
            n > 4,
            "other" if n > 4 else None,
        )
        for n in range(10)
    )
    save_context(own, Context("lift", (), traces))
    with CameraContexts(Library.open(root)) as contexts:
        contexts.pin("gate", ["lift"])
    settings = IndexSettings(rules=SourceRules(camera="gate"), detectors=("trace",))
    library = index(root, video, settings)
    (path,) = own.glob("*.yaml")
    path.unlink()
    found = Explainer(library).at(only_video(library), "trace", 0.0)
    assert found is not None
    texts = {reason.text for reason in (*found.anomalous, *found.normal)}
    assert texts & {FORGOTTEN}


def test_a_pin_to_a_place_that_left_the_bank_names_camera_and_remedy(video: Path, tmp_path: Path):
    root = tmp_path / "library"
    with CameraContexts(Library.create(root, "fake")) as contexts:
        contexts.pin("gate", ["park", "old mill"])
    with pytest.raises(UserError, match=r"camera gate is pinned to 'old mill'.*pin gate .*unpin"):
        index(root, video)
    with CameraContexts(Library.open(root)) as contexts:
        contexts.unpin("gate")
        contexts.choose("gate", {"old mill": 0.9, "park": 0.8}, footage_s=60.0)
        contexts.choose("yard", {"old mill": 0.9}, footage_s=60.0)
    assert contexts_in_use(Library.open(root), load_bank()) == {"gate": ("park",)}


def test_a_place_with_one_sort_of_sentences_names_camera_and_remedy(video: Path, tmp_path: Path):
    root = tmp_path / "library"
    own = Library.create(root, "fake").own_traces
    save_context(
        own, Context("windmill", (), (Trace("the sails turn slowly", "windmill", False, None),))
    )
    with CameraContexts(Library.open(root)) as contexts:
        contexts.pin("gate", ["windmill"])
    settings = IndexSettings(rules=SourceRules(camera="gate"), detectors=("trace",))
    with pytest.raises(
        UserError, match=r"'windmill'.*camera gate.*no anomalous.*retrace traces add"
    ):
        index(root, video, settings)
