"""What is normal at a camera: learnt from what was kept, and everything scored anew by it."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import indexer.patterns
from cli.main import app
from detectors.files import WEIGHTS_FILE
from detectors.local_patterns.cameras import camera_folder, digests_for, find_record
from detectors.local_patterns.reconstruction import ReconstructionModule
from detectors.local_patterns.scoring import clip_scores, region_errors
from detectors.local_patterns.stored import StoredRegions
from detectors.local_patterns.ways import THINGS
from indexer.discovery import discover
from indexer.pipeline import IndexSettings, index_files
from indexer.region_fitting import FitSettings, fit_camera, rescore_camera
from segments.catalog import Catalog, VideoRecord
from segments.errors import LibraryError, UserError
from segments.findings import iter_kept
from segments.library import Library
from segments.region_reasons import RegionReasonStore
from segments.sources import SourceRules
from segments.spans import TimeSpan
from segments.store.opening import open_store
from segments.timed import TimedStore
from segments.tracks import TrackStore
from tests.support.profiles import FakeProfile
from tests.support.regions import BrightEngine, bright_parts
from tests.support.tiny_footage import write_video

NAME = "local_patterns"


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("footage")
    return {
        "gate": write_video(folder / "gate.mp4", seconds=20.0, seed=3),
        "yard": write_video(folder / "yard.mp4", seconds=5.0, seed=5),
    }


def index(root: Path, footage: dict[str, Path]) -> Library:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexer.patterns, "open_parts", lambda *_: bright_parts(BrightEngine()))
        for camera, path in footage.items():
            rules = SourceRules(camera=camera)
            settings = IndexSettings(rules=rules, detectors=("alan", NAME), workers=1)
            index_files(root, discover([path]), FakeProfile(), settings)
    return Library.open(root)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, footage: dict[str, Path]) -> Path:
    return index(tmp_path_factory.mktemp("indexed") / "library", footage).root


@pytest.fixture
def library(indexed: Path, tmp_path: Path) -> Library:
    return Library.open(Path(shutil.copytree(indexed, tmp_path / "library")))


def videos(library: Library, camera: str) -> list[VideoRecord]:
    with Catalog(library) as catalog:
        return catalog.videos(camera=camera)


def regions(library: Library, video: VideoRecord) -> StoredRegions:
    (part,) = iter_kept(TimedStore(library.tracks), video.video_id, NAME, "regions")
    return StoredRegions.of_rows(part.rows)


def test_a_camera_is_fitted_on_its_own_regions_and_scored_anew(library: Library):
    (gate,), (yard,) = videos(library, "gate"), videos(library, "yard")
    tracks = TrackStore(library.tracks)
    before = tracks.load(yard.video_id, NAME)
    record = fit_camera(library, "gate", [gate], FitSettings())
    rows = regions(library, gate).features()
    expected = ReconstructionModule.fit(rows, replace(THINGS.recipe, appearance_dim=3), seed=0)
    assert (record.num_regions, record.left_out) == (len(rows), 0)
    assert record.footage_s == pytest.approx(gate.duration_s)
    assert record.score_range[2] == pytest.approx(float(expected.score(rows).max()), rel=1e-5)
    report = rescore_camera(library, "gate")
    assert list(report.outcomes.values()) == ["changed"]
    errors = region_errors(regions(library, gate), expected)
    track = tracks.load(gate.video_id, NAME)
    np.testing.assert_allclose(track.scores, clip_scores(errors), rtol=1e-5)
    reasons = RegionReasonStore(library.tracks).load(gate.video_id, NAME)
    assert reasons is not None
    np.testing.assert_allclose(reasons.things.errors[:, 0].sum(axis=1), track.scores, rtol=1e-5)
    assert (reasons.things.errors[:, 0, 0] > 0).all()  # by now looks count as well
    store = open_store(library)
    payloads = [p.payload for p in store.iter_points() if p.payload.video_id == gate.video_id]
    store.close()
    for payload in payloads:
        span = TimeSpan(payload.start_s, payload.end_s)
        assert payload.anomaly[NAME] == pytest.approx(track.pooled(span))
    assert tracks.load(yard.video_id, NAME).scores.tolist() == before.scores.tolist()

    again = fit_camera(library, "gate", [gate], FitSettings())
    assert again.digest == record.digest
    assert list(rescore_camera(library, "gate").outcomes.values()) == ["same"]


def test_what_comes_later_is_scored_by_what_is_normal(library: Library, tmp_path: Path):
    (gate,) = videos(library, "gate")
    fit_camera(library, "gate", [gate], FitSettings())
    later = write_video(tmp_path / "later.mp4", seconds=3.0, seed=9)
    index(library.root, {"gate": later})
    with Catalog(library) as catalog:
        video = catalog.find(str(later))
    module = ReconstructionModule.from_pretrained(camera_folder(library, "gate"))
    expected = clip_scores(region_errors(regions(library, video), module))
    found = TrackStore(library.tracks).load(video.video_id, NAME)
    np.testing.assert_allclose(found.scores, expected, rtol=1e-5)
    assert set(rescore_camera(library, "gate").outcomes.values()) == {"changed", "same"}


def test_a_part_of_the_footage_and_without_the_oddest(library: Library):
    (gate,) = videos(library, "gate")
    part = fit_camera(library, "gate", [gate], FitSettings(span=TimeSpan(0.0, 6.4)))
    assert (part.footage_s, part.from_s, part.to_s) == (pytest.approx(6.4), 0.0, 6.4)
    assert part.num_regions == int(regions(library, gate).counts[:10].sum())
    whole = fit_camera(library, "gate", [gate], FitSettings(trim=0.1))
    total = int(regions(library, gate).counts.sum())
    assert whole.left_out == pytest.approx(0.1 * total, abs=1)
    assert whole.num_regions + whole.left_out == total


def test_too_few_regions_are_said(library: Library):
    (gate,) = videos(library, "gate")
    with pytest.raises(UserError, match="0 regions in 1 videos to learn from"):
        fit_camera(library, "gate", [gate], FitSettings(span=TimeSpan(99.0, 100.0)))


def test_an_interrupted_fit_is_noticed(library: Library):
    (gate,) = videos(library, "gate")
    record = fit_camera(library, "gate", [gate], FitSettings())
    assert digests_for(library, ["gate"]) == {"reconstruction module": record.digest}
    assert find_record(library, ["yard"]) is None
    assert find_record(library, ["yard", "gate"]) == record
    weights = camera_folder(library, "gate") / WEIGHTS_FILE
    weights.write_bytes(weights.read_bytes() + b" ")
    with pytest.raises(LibraryError, match="--part rm --camera gate` again"):
        rescore_camera(library, "gate")


def test_cameras_may_be_called_anything(tmp_path: Path):
    library = Library(tmp_path, "tiny")
    folders = {camera_folder(library, name) for name in ("..", "a/b", "a b", "a%2Fb", "Tür")}
    assert {folder.parent for folder in folders} == {library.local_patterns / "cameras"}
    assert len(folders) == 5
    assert all(folder.name not in (".", "..") for folder in folders)


def test_the_command_fits_and_scores(library: Library, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RETRACE_LIBRARY", str(library.root))

    def train(*words: str):
        return CliRunner().invoke(app, ["train", "local-patterns", "--part", "rm", *words])

    done = train("--camera", "gate", "--trim", "0.05", "--pool", "top3")
    assert done.exit_code == 0
    first, second = done.stdout.splitlines()
    # 31 clips of two pictures with a region each; 5 % of 62, rounded up, is left out
    assert first.startswith("camera gate: 0 min of footage, 58 regions, 4 oddest left out; ")
    assert second == "1 videos scored anew, 0 stayed as they were"
    assert "retrace calibrate --camera gate --detector local_patterns" in done.stderr
    record = find_record(library, ["gate"])
    assert record is not None
    assert (record.pooling, record.left_out) == ("top3", 4)
    assert "no camera 'hall'; there are: gate, yard" in train("--camera", "hall").stderr
    assert "name the camera with --camera" in train().stderr
    assert (
        "--to 1 does not come after" in train("--camera", "gate", "--from", "2", "--to", "1").stderr
    )
    assert "did not see" in train("--camera", "gate", "--video", "yard.mp4").stderr
    assert "choose max, top3, mean" in train("--camera", "gate", "--pool", "all").stderr
