"""Local Patterns in a library: regions, scores and reasons, whatever the chunks and the crashes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import indexer.chunks
import indexer.patterns
from detectors.local_patterns.region_source import load_source
from indexer.discovery import discover
from indexer.ledger import Ledger
from indexer.pipeline import IndexSettings, index_files
from indexer.region_parts import RegionParts
from segments.catalog import Catalog
from segments.errors import IndexMismatch
from segments.findings import iter_kept
from segments.library import Library
from segments.reading import iter_clip_batches, probe
from segments.region_reasons import RegionReasonStore
from segments.sentences import SentenceTable
from segments.spans import TimeSpan
from segments.store.opening import open_store
from segments.timed import TimedStore
from segments.tracks import TrackStore
from tests.support.profiles import FakeProfile
from tests.support.regions import SENTENCES, BrightEngine, bright_parts
from tests.support.tiny_footage import write_video

SETTINGS = IndexSettings(detectors=("alan", "local_patterns"), workers=1)
NAME = "local_patterns"


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("footage") / "gate.mp4", seconds=45.0, seed=3)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[RegionParts], None]:
    """Lets indexing look at footage with these parts."""
    return lambda parts: monkeypatch.setattr(indexer.patterns, "open_parts", lambda *_: parts)


def index(root: Path, video: Path) -> tuple[Library, str]:
    index_files(root, discover([video]), FakeProfile(), SETTINGS)
    library = Library.open(root)
    with Catalog(library) as catalog:
        (found,) = catalog.videos()
    return library, found.video_id


def kept(library: Library, video_id: str) -> list[dict[str, np.ndarray]]:
    parts = iter_kept(TimedStore(library.tracks), video_id, NAME, "regions")
    return [dict(part.rows) for part in parts]


def contents(library: Library, video_id: str) -> dict[str, list]:
    """All files of the detector, by name and row."""
    files = TimedStore(library.tracks)
    loaded = {name: files.load(video_id, name) for name in files.names(video_id) if NAME in name}
    return {
        f"{name} {row}": array.tolist()
        for name, arrays in loaded.items()
        if arrays is not None
        for row, array in [("pts_s", arrays.pts_s), *arrays.rows.items()]
    }


def test_what_is_kept_is_what_was_seen(video: Path, tmp_path: Path, use):
    engine = BrightEngine()
    parts = bright_parts(engine)
    use(parts)
    library, video_id = index(tmp_path / "library", video)
    (rows,) = kept(library, video_id)
    spec = FakeProfile().spec
    batches = iter_clip_batches(
        probe(video),
        frame_size=spec.frame_size,
        frames_per_clip=spec.frames_per_clip,
        fields_per_clip=spec.fields_per_clip,
        second=parts.second,
    )
    looks = [batch.second for batch in batches if batch.second]
    pictures = np.concatenate([look.frames for look in looks])
    assert pictures.shape == (70, 2, 48, 64, 3)
    boxes = [engine.find(clip, None)[1].boxes for clip in pictures]
    assert rows["counts"].tolist() == [[1, 1]] * 70  # the bright box is in every picture
    np.testing.assert_array_equal(rows["boxes"][:, 1], np.stack(boxes))
    times = np.concatenate([look.frame_pts_s for look in looks])
    np.testing.assert_array_equal(rows["shown_s"], times)
    (tokens,) = parts.patterns.encoder.encode(pictures[4, :1], [rows["boxes"][4, 0]])
    (said,) = parts.patterns.encoder.describe(tokens)
    colour = SENTENCES.index(said)
    cosines = tokens[0, :, colour] / np.linalg.norm(tokens[0], axis=1)
    np.testing.assert_allclose(rows["patterns"][4, 0, 0], cosines @ tokens[0], rtol=1e-3)
    np.testing.assert_allclose(rows["heat"][4, 0, 0, 0, [0, 7]], cosines * 255, atol=0.51)
    with SentenceTable(library) as table:
        assert table.by_number()[int(rows["captions"][4, 0, 0])] == said


def test_unfitted_a_clip_is_as_odd_as_its_fastest_thing(video: Path, tmp_path: Path, use):
    use(bright_parts())
    library, video_id = index(tmp_path / "library", video)
    track = TrackStore(library.tracks).load(video_id, NAME)
    (rows,) = kept(library, video_id)
    np.testing.assert_array_equal(track.scores, rows["speeds"].max(axis=(1, 2)))
    assert 0 < track.scores.max() < 5
    reasons = RegionReasonStore(library.tracks).load(video_id, NAME)
    assert reasons is not None
    assert set(reasons.things.counts.tolist()) <= {1, 2}  # one thing, or one that jumped
    np.testing.assert_array_equal(reasons.things.errors[:, 0, 1], track.scores)
    assert reasons.things.errors[..., 0].max() == 0
    store = open_store(library)
    for point in store.iter_points():
        span = TimeSpan(point.payload.start_s, point.payload.end_s)
        assert point.payload.anomaly[NAME] == pytest.approx(track.pooled(span))
    store.close()


class Killed(BaseException):
    """Stands for the end of the process."""


def test_killed_and_run_again_it_is_the_same(
    video: Path, tmp_path: Path, use, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(indexer.chunks, "CHUNK_CLIPS", 32)
    engine = BrightEngine()
    use(bright_parts(engine))
    undisturbed = contents(*index(tmp_path / "undisturbed", video))
    assert engine.runs == 4  # once for the video, once for each of three chunks
    assert sum(name.endswith(" counts") and "regions" in name for name in undisturbed) == 3
    mark = Ledger.mark_chunk

    def dies_after_two(ledger: Ledger, video_id: str, chunk: int) -> None:
        mark(ledger, video_id, chunk)
        if chunk == 1:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "mark_chunk", dies_after_two)
        with pytest.raises(Killed):
            index(tmp_path / "killed", video)
    (work,) = Library.open(tmp_path / "killed").work.glob("*")
    assert (work / f"rows.{NAME}.patterns.npy").stat().st_size > 0
    assert contents(*index(tmp_path / "killed", video)) == undisturbed
    assert engine.runs == 4 + 3 + 2  # the third chunk alone was read again


def test_lost_regions_start_a_video_anew(
    video: Path, tmp_path: Path, use, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(indexer.chunks, "CHUNK_CLIPS", 32)
    use(bright_parts())
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "finish", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            index(tmp_path / "library", video)
    (lost,) = Library.open(tmp_path / "library").work.glob(f"*/rows.{NAME}.boxes.npy")
    lost.unlink()
    engine = BrightEngine()
    use(bright_parts(engine))
    assert len(kept(*index(tmp_path / "library", video))) == 3
    assert engine.runs == 4


def test_regions_of_two_kinds_do_not_mix(video: Path, tmp_path: Path, use):
    use(bright_parts())
    library, _ = index(tmp_path / "library", video)
    known = load_source(library)
    use(bright_parts(most=4))
    other = write_video(tmp_path / "b.mp4", seconds=1.0)
    with pytest.raises(IndexMismatch, match=r"holds regions of motion, read by compact"):
        index_files(tmp_path / "library", discover([other]), FakeProfile(), SETTINGS)
    assert load_source(library) == known
    assert known is not None
    assert known.config["most"] == 8


def test_a_crowd_costs_no_more_than_the_most(tmp_path: Path, use):
    use(bright_parts(BrightEngine(copies=300), most=4))
    video = write_video(tmp_path / "a.mp4", seconds=3.0)
    (rows,) = kept(*index(tmp_path / "library", video))
    assert rows["counts"].tolist() == [[4, 4]] * 5
    assert rows["patterns"].shape == (5, 2, 4, 3)


def test_what_the_engine_calls_a_thing_comes_before_its_caption(tmp_path: Path, use):
    video = write_video(tmp_path / "a.mp4", seconds=3.0)

    def said(engine: BrightEngine, root: Path) -> tuple[list[str], np.ndarray]:
        use(bright_parts(engine))
        library, video_id = index(root, video)
        (rows,) = kept(library, video_id)
        with SentenceTable(library) as table:
            sentences = table.by_number()
        return [sentences[number] for number in rows["captions"].ravel().tolist()], rows["patterns"]

    named, patterns = said(BrightEngine(label="person"), tmp_path / "named")
    plain, same = said(BrightEngine(), tmp_path / "plain")
    assert set(plain) <= set(SENTENCES)
    assert named == [f"person: {caption}" for caption in plain]
    np.testing.assert_array_equal(patterns, same)  # the encoder is asked of the caption alone


def test_a_video_without_regions_has_no_scores_above_zero(tmp_path: Path, use):
    use(bright_parts(BrightEngine(copies=0)))
    library, video_id = index(tmp_path / "library", write_video(tmp_path / "a.mp4", seconds=3.0))
    assert TrackStore(library.tracks).load(video_id, NAME).scores.tolist() == [0.0] * 5
    reasons = RegionReasonStore(library.tracks).load(video_id, NAME)
    assert reasons is not None
    assert reasons.things.counts.tolist() == [0] * 5


def test_a_video_of_one_picture(tmp_path: Path, use):
    use(bright_parts())
    library, video_id = index(tmp_path / "library", write_video(tmp_path / "a.mp4", seconds=0.2))
    (rows,) = kept(library, video_id)
    assert rows["counts"].tolist() == [[1, 1]]
    assert rows["shown_s"].tolist() == [[0.0, 0.0]]
    assert TrackStore(library.tracks).load(video_id, NAME).scores.tolist() == [0.0]  # stands still
