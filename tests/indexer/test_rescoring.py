"""Known videos scored anew from what was kept: as if they were indexed with the new bank."""

import shutil
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import Float32
from typer.testing import CliRunner

from cli.main import app
from detectors.trace.index import open_index
from detectors.trace.origin import origin_of_bank
from detectors.trace.scoring import score
from detectors.trace.sentences import Trace
from detectors.trace.traces import add_trace, load_bank
from indexer.discovery import discover
from indexer.pipeline import IndexSettings, index_files
from indexer.rescoring import RescoringReport, rescore
from search_api.explaining import Explainer
from segments.calibrations import CalibrationRecord, CalibrationStore
from segments.camera_contexts import CameraContexts
from segments.catalog import Catalog
from segments.errors import LibraryError, UserError
from segments.findings import load_windows
from segments.library import Library
from segments.payload import SegmentPayload
from segments.score_origins import ScoreOrigins
from segments.sources import SourceRules
from segments.spans import TimeSpan
from segments.store.base import Filter
from segments.store.lock import OwnerLock
from segments.store.opening import open_store
from segments.timed import TimedArrays, TimedStore
from segments.tracks import TrackStore
from tests.support.calibrations import CALIBRATION
from tests.support.profiles import FakeProfile
from tests.support.tiny_footage import write_video

GOAT = Trace("a goat eats the paper from a desk", "prison block", True, "animal")
CLIP, CLIP_MIDDLE_S = 20, 20.5 * 0.64
PLACES = ["prison block", "street by day"]


class KnowingProfile(FakeProfile):
    """Some sentences are the very vectors of clips."""

    def __init__(self, known: dict[str, Float32[np.ndarray, " d"]]) -> None:
        super().__init__()
        self._known = known

    def encode_sentences(self, texts):
        encoded = super().encode_sentences(texts)
        for row, text in enumerate(texts):
            encoded[row] = self._known.get(text, encoded[row])
        return encoded


@dataclass(frozen=True)
class Footage:
    gate: Path
    yard: Path


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    folder = tmp_path_factory.mktemp("footage")
    gate = write_video(folder / "gate.mp4", seconds=30.0, seed=3)
    return Footage(gate, write_video(folder / "yard.mp4", seconds=20.0, seed=5))


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, footage: Footage) -> Path:
    """The gate's scores are of another place than `PLACES`."""
    root = tmp_path_factory.mktemp("indexed") / "library"
    pin(root, "park")
    index(root, footage, FakeProfile())
    return root


@pytest.fixture
def library(indexed: Path, tmp_path: Path) -> Library:
    return Library.open(Path(shutil.copytree(indexed, tmp_path / "library")))


def index(root: Path, footage: Footage, profile: FakeProfile, detectors=("alan", "trace")):
    for video, camera in ((footage.gate, "gate"), (footage.yard, None)):
        settings = IndexSettings(rules=SourceRules(camera=camera), detectors=detectors, workers=1)
        index_files(root, discover([video]), profile, settings)
    return Library.open(root)


def pin(root: Path, *names: str) -> None:
    with CameraContexts(Library.create(root, "fake")) as contexts:
        contexts.pin("gate", names)


def ids(library: Library, footage: Footage) -> tuple[str, str]:
    with Catalog(library) as catalog:
        gate, yard = (catalog.find(str(path)) for path in (footage.gate, footage.yard))
    return gate.video_id, yard.video_id


def windows_of(library: Library, video_id: str) -> Float32[np.ndarray, "t d"]:
    found = load_windows(TimedStore(library.tracks), video_id, "trace")
    assert found is not None
    return found.rows["windows"]


def state(library: Library) -> dict[str, object]:
    """All that scores show up in: tracks and reasons by file, payloads by point."""
    store, files = open_store(library), TimedStore(library.tracks)
    found: dict[str, object] = {p.id: p.payload for p in store.iter_points(with_vectors=False)}
    store.close()
    with Catalog(library) as catalog:
        for video in catalog.videos():
            for name in files.names(video.video_id):
                arrays = files.load(video.video_id, name)
                assert isinstance(arrays, TimedArrays)
                rows = {row: array.tolist() for row, array in arrays.rows.items()}
                found[f"{video.video_id} {name}"] = (arrays.pts_s.tolist(), arrays.end_s, rows)
    return found


def test_a_new_sentence_that_is_a_clip_makes_its_score_rise(footage: Footage, library: Library):
    gate, yard = ids(library, footage)
    pin(library.root, *PLACES)
    rescore(library, FakeProfile())
    before, payloads = TrackStore(library.tracks).load(gate, "trace"), state(library)
    clip = windows_of(library, gate)[CLIP]
    add_trace(library.own_traces, GOAT)
    knowing = KnowingProfile({GOAT.text: clip / np.linalg.norm(clip)})
    report = rescore(library, knowing, camera="gate")
    assert report.outcomes == {gate: "changed"}
    assert report.footage_s == pytest.approx(30.0, abs=0.1)
    reason = Explainer(library).at(gate, "trace", CLIP_MIDDLE_S)
    assert reason is not None
    assert reason.anomalous[0].model_dump() == {
        "text": GOAT.text,
        "context": "prison block",
        "kind": "animal",
        "similarity": pytest.approx(1.0, abs=2e-3),
    }
    after = TrackStore(library.tracks).load(gate, "trace")
    assert after.scores[CLIP] > before.scores[CLIP] + 0.05
    np.testing.assert_array_equal(after.pts_s, before.pts_s)
    store = open_store(library)
    points = list(store.iter_points(Filter(video_ids=(gate,)), with_vectors=False))
    store.close()
    over = [p for p in points if p.payload.start_s <= CLIP_MIDDLE_S < p.payload.end_s]
    assert len(over) >= 2
    for point in over:
        former = payloads[point.id]
        assert isinstance(former, SegmentPayload)
        assert point.payload.anomaly["trace"] > former.anomaly["trace"]
        assert point.payload.anomaly["alan"] == former.anomaly["alan"]
    for point in points:
        span = TimeSpan(point.payload.start_s, point.payload.end_s)
        assert point.payload.anomaly["trace"] == pytest.approx(after.pooled(span), abs=5e-4)
    untouched = {key: value for key, value in state(library).items() if yard in key}
    assert untouched
    assert untouched.items() <= payloads.items()


def test_it_is_as_if_indexed_with_the_new_bank(footage: Footage, library: Library, tmp_path: Path):
    new = tmp_path / "new"
    gate, yard = ids(library, footage)
    clip = windows_of(library, gate)[CLIP]
    knowing = KnowingProfile({GOAT.text: clip / np.linalg.norm(clip)})
    for root in (library.root, new):
        pin(root, *PLACES)
        add_trace(root / "traces", GOAT)
    before = state(library)
    report = rescore(library, knowing)
    assert report.outcomes == {gate: "changed", yard: "changed"}
    expected, found = state(index(new, footage, knowing)), state(library)
    assert found != before
    assert found.keys() == expected.keys()
    assert found == expected


def test_what_is_right_already_stays(library: Library):
    first = state(library)
    steps: list[tuple[int, int]] = []
    report = rescore(library, FakeProfile(), on_video=lambda *step: steps.append(step))
    assert set(report.outcomes.values()) == {"same"}
    assert steps == [(1, 2), (2, 2)]
    assert state(library) == first


def test_a_stopped_run_goes_on(library: Library) -> None:
    before = state(library)
    pin(library.root, *PLACES)
    stop = threading.Event()
    stop.set()
    assert rescore(library, FakeProfile(), stop=stop) == RescoringReport(interrupted=True)
    assert state(library) == before


def test_a_killed_run_goes_on(
    footage: Footage, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, _ = ids(library, footage)
    pin(library.root, *PLACES)
    undisturbed = Library.open(Path(shutil.copytree(library.root, tmp_path / "undisturbed")))
    rescore(undisturbed, FakeProfile())
    with monkeypatch.context() as patch:
        patch.setattr(TimedStore, "append", _killed)  # the points are written, no file is
        with pytest.raises(OSError, match="killed"):
            rescore(library, FakeProfile())
    assert state(library) != state(undisturbed)
    assert rescore(library, FakeProfile()).outcomes[gate] == "changed"
    assert state(library) == state(undisturbed)


def _killed(*_: object) -> None:
    raise OSError("killed")


def test_a_camera_without_pins_is_compared_with_the_whole_bank(footage: Footage, library: Library):
    gate, _ = ids(library, footage)
    pinned = TrackStore(library.tracks).load(gate, "trace")
    with CameraContexts(library) as contexts:
        contexts.unpin("gate")
    rescore(library, FakeProfile())
    with CameraContexts(library) as contexts:
        assert contexts.by_camera() == {}
    track = TrackStore(library.tracks).load(gate, "trace")
    with open_index(library, FakeProfile(), load_bank()) as bank:
        whole = score(windows_of(library, gate), *bank.load_sets())
    np.testing.assert_allclose(track.scores, whole.scores, atol=1e-6)
    assert np.abs(track.scores - pinned.scores).max() > 1e-4


def test_what_trace_has_not_seen_is_left_out(footage: Footage, tmp_path: Path):
    root = tmp_path / "library"
    library = index(root, footage, FakeProfile(), detectors=("alan",))
    with pytest.raises(UserError, match="TRACE has seen no video"):
        rescore(library, FakeProfile())
    settings = IndexSettings(detectors=("alan", "trace"))
    index_files(root, discover([footage.yard]), FakeProfile(), settings)
    gate, yard = ids(library, footage)
    half = TimedArrays(np.arange(5) * 0.64, 3.2, {"windows": np.ones((5, 8), np.float16)})
    TimedStore(library.tracks).append(gate, "trace.windows.000000", half)
    assert rescore(library, FakeProfile()).outcomes == {gate: "unseen", yard: "same"}
    with pytest.raises(UserError, match="no video of a camera 'roof'; there are: gate"):
        rescore(library, FakeProfile(), camera="roof")
    lock = OwnerLock.acquire(library.indexer_lock_file)
    with pytest.raises(LibraryError, match="is in use by"):
        rescore(library, FakeProfile())
    lock.release()


def origins(library: Library) -> dict[str, str]:
    with ScoreOrigins(library) as kept:
        return kept.of("trace")


def test_it_is_known_which_sentences_scores_rest_on(footage: Footage, library: Library) -> None:
    gate, yard = ids(library, footage)
    bank = load_bank()
    park, whole = origin_of_bank(bank, ["park"]), origin_of_bank(bank)
    assert origins(library) == {gate: park, yard: whole}
    add_trace(library.own_traces, GOAT)
    bank = load_bank(own=library.own_traces)
    assert origin_of_bank(bank, ["park"]) == park
    assert origin_of_bank(bank) != whole
    rescore(library, FakeProfile())
    assert origins(library) == {gate: park, yard: origin_of_bank(bank)}


def test_whoever_has_the_store_open_has_scores_made_anew(library: Library) -> None:
    pin(library.root, *PLACES)
    store = open_store(library)
    report = rescore(library, FakeProfile(), camera="gate", held=store)
    assert report.count("changed") == 1
    assert store.count() > 0
    store.close()
    assert rescore(library, FakeProfile()).count("changed") == 0


def test_chunks_that_nobody_takes_are_waited_for(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.rescoring.SPOOL_WAIT_S", 0.0)
    library.spool.mkdir(exist_ok=True)
    (library.spool / f"fake.{'a' * 64}.000000.npz").write_bytes(b"")
    store = open_store(library)
    with pytest.raises(LibraryError, match="finished chunks that nobody moves"):
        rescore(library, FakeProfile(), held=store)
    store.close()


def test_the_command_says_what_changed(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    pin(library.root, *PLACES)
    for camera, detector in (("gate", "trace"), ("gate", "alan")):
        CalibrationStore.of(library).save(calibration(camera, detector))
    monkeypatch.setattr("encoders.registry.load_profile", lambda name: FakeProfile())
    words = ["traces", "rescore", "--library", str(library.root)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert result.stdout == "1 videos changed, 1 stayed as they were (1 min of footage)\n"
    assert result.stderr.splitlines()[-1] == (
        "camera gate was calibrated on earlier scores: "
        "`retrace calibrate --camera gate --detector trace` does it anew"
    )
    assert "detector alan" not in result.stderr
    again = CliRunner().invoke(app, [*words, "--camera", "gate"])
    assert again.stdout == "0 videos changed, 1 stayed as they were (0 min of footage)\n"
    assert again.stderr == ""


def calibration(camera: str, detector: str) -> CalibrationRecord:
    known = CALIBRATION.model_copy(update={"detector": detector})
    return CalibrationRecord(
        camera=camera,
        videos=("a" * 64,),
        digests={},
        made_at=datetime(2026, 11, 1, 10, tzinfo=UTC),
        calibration=known,
    )
