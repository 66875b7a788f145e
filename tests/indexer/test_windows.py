"""Windows in a library: kept is what the benchmark measures, and their motion alone is learned."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.local_patterns.parts import BenchmarkParts
from benchmarks.local_patterns.settings import BOTH_WAYS
from benchmarks.local_patterns.store import PatternStore
from cli.main import app
from detectors.local_patterns.base import PatternFrame
from detectors.local_patterns.cameras import camera_folder
from detectors.local_patterns.reconstruction import ReconstructionModule
from detectors.local_patterns.region_source import load_source
from detectors.local_patterns.scoring import clip_scores, region_errors
from detectors.local_patterns.stored import StoredRegions
from detectors.local_patterns.tracks import overlaps
from detectors.local_patterns.ways import WINDOWS
from indexer.discovery import discover
from indexer.pipeline import IndexSettings, index_files
from indexer.region_choice import RegionChoice
from segments.catalog import Catalog
from segments.errors import IndexMismatch
from segments.findings import iter_kept
from segments.library import Library
from segments.reading import probe
from segments.sources import SourceRules
from segments.timed import TimedStore
from segments.tracks import TrackStore
from tests.support.footage import MovingScene, write_video
from tests.support.profiles import FakeProfile

NAME = "local_patterns"
FPS = 12.5
SCENE = MovingScene(
    height=144, width=216, card_px=(30, 30), start_px=(10, 50), velocity_px=(36.0, 0.0)
)
"""A card that goes right at a quarter of the picture's height per second."""


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("footage") / "gate.mp4"
    return write_video(path, SCENE.pictures(48, FPS), fps=FPS)


def index(root: Path, video: Path, *, regions: RegionChoice) -> Library:
    rules = SourceRules(camera="gate")
    settings = IndexSettings(rules=rules, detectors=("alan", NAME), regions=regions, workers=1)
    index_files(root, discover([video]), FakeProfile(), settings)
    return Library.open(root)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, video: Path) -> Path:
    root = tmp_path_factory.mktemp("indexed") / "library"
    return index(root, video, regions=RegionChoice("windows")).root


@pytest.fixture
def library(indexed: Path, tmp_path: Path) -> Library:
    return Library.open(Path(shutil.copytree(indexed, tmp_path / "library")))


def regions(library: Library) -> StoredRegions:
    (part,) = iter_kept(TimedStore(library.tracks), video_id(library), NAME, "regions")
    return StoredRegions.of_rows(part.rows)


def video_id(library: Library) -> str:
    with Catalog(library) as catalog:
        (found,) = catalog.videos()
    return found.video_id


def measured(video: Path, work: Path) -> list[PatternFrame]:
    """What the benchmark has of every picture in the setting that reaches the goal on Ped2."""
    return PatternStore(work, BenchmarkParts(work, work)).patterns(probe(video), BOTH_WAYS.reading)


def test_what_is_kept_is_what_the_benchmark_measures(library: Library, video: Path, tmp_path: Path):
    kept, frames = regions(library), measured(video, tmp_path)
    assert kept.counts.tolist() == [[8, 8]] * 6
    pictures = np.rint(kept.shown_s * FPS).astype(int)
    assert pictures[1:].ravel().tolist() == [10, 14, 18, 22, 26, 30, 34, 38, 42, 46]
    for clip, picture in np.ndindex(5, 2):  # the first clip begins with a picture without motion
        own, theirs = (clip + 1, picture), frames[pictures[clip + 1, picture]]
        overlap = overlaps(kept.boxes[own], theirs.boxes)
        assert (overlap.max(axis=1) > 0.99).sum() >= 6  # the same windows are the fastest
        same = overlap.argmax(axis=1)[overlap.max(axis=1) > 0.99]
        seen = kept.motion[own][overlap.max(axis=1) > 0.99]
        np.testing.assert_allclose(seen, theirs.motion[same], atol=0.03)
        assert seen[:, 0].max() == pytest.approx(36 / 144, rel=0.1)


def test_a_camera_learns_their_motion_alone(library: Library):
    command = ["train", "local-patterns", "--part", "rm", "--camera", "gate"]
    done = CliRunner().invoke(app, [*command, "--library", str(library.root)])
    assert done.exit_code == 0, done.stderr
    module = ReconstructionModule.from_pretrained(camera_folder(library, "gate"))
    assert module.config == WINDOWS.recipe
    kept = regions(library)
    assert kept.patterns.shape[-1] == 384  # looks are kept for their words
    expected = ReconstructionModule.fit(kept.motion[kept.is_there], WINDOWS.recipe, seed=0)
    scores = clip_scores(region_errors(kept, expected), pooling="mean")
    np.testing.assert_allclose(
        TrackStore(library.tracks).load(video_id(library), NAME).scores, scores, rtol=1e-4
    )
    assert scores[1:].min() > 0
    changed = replace(kept, patterns=kept.patterns * 0)
    again = clip_scores(region_errors(changed, expected), pooling="mean")
    np.testing.assert_array_equal(again, scores)


def test_windows_of_another_size_do_not_mix(library: Library, video: Path, tmp_path: Path):
    source = load_source(library)
    assert source is not None
    assert (source.engine, source.engine_digest, source.acts_digest) == ("windows", None, None)
    assert source.config["mean_over"] == "box"
    other = write_video(tmp_path / "other.mp4", SCENE.pictures(4, FPS), fps=FPS)
    for engine in ("windows:0.2x0.1", "motion"):
        with pytest.raises(IndexMismatch, match=r"regions of windows, read by compact.*do not"):
            index(library.root, other, regions=RegionChoice(engine))
    index(library.root, video, regions=RegionChoice())  # as before
    assert load_source(library) == source
