"""Labelled clips in a library: what is normal becomes files, and curves become scores of frames."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.datasets.frame_labels import open_ped2
from benchmarks.local_patterns.library import at_frames, labelled_videos
from benchmarks.local_patterns.library_run import (
    FITTED,
    SIGMAS,
    UNFITTED,
    LibraryArguments,
    run_library,
)
from benchmarks.local_patterns.report import library_table
from segments.reading import iter_frames, probe
from segments.scores import AnomalyTrack
from tests.support.footage import MovingScene, write_video

FPS = 12.5


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clips of a card that moves slowly for 16 pictures, and then four times as fast, which
    is labelled abnormal; all but three pictures of the last one are."""
    folder = tmp_path_factory.mktemp("shared") / "data" / "ucsd-ped2"
    folder.mkdir(parents=True)
    rows = ["file,first_abnormal_frame,last_abnormal_frame"]
    for clip, first in enumerate((16, 16, 3)):
        scene = {"height": 120, "width": 160, "card_px": (30, 30), "seed": clip}
        slow = MovingScene(velocity_px=(20.0, 0.0), start_px=(10, 30), **scene)
        fast = MovingScene(velocity_px=(80.0, 0.0), start_px=(-67, 30), **scene)
        pictures = [*slow.pictures(16, fps=FPS), *fast.pictures(32, fps=FPS)[16:]]
        write_video(folder / f"Test{clip}.mp4", pictures, fps=FPS)
        rows.append(f"Test{clip}.mp4,{first},31")
    (folder / "labels.csv").write_text("\n".join(rows))
    return folder.parent.parent


def test_what_is_normal_is_cut_into_files(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data" / "ucsd-ped2"
    first, second, last = labelled_videos(folder, open_ped2(folder), tmp_path)
    assert [path.name for path in first.normal] == ["Test0-0.mp4"]
    assert last.normal == ()  # too few
    assert np.flatnonzero(~first.truth).tolist() == list(range(16))
    cut, whole = (
        np.concatenate([batch.pixels for batch in iter_frames(probe(path), size=(120, 160))])
        for path in (second.normal[0], second.path)
    )
    assert len(cut) == 16
    assert np.abs(cut.astype(int) - whole[:16]).mean() < 2
    assert probe(second.normal[0]).duration_s == pytest.approx(16 / FPS, abs=0.02)


def test_frames_have_the_score_that_speaks_for_their_time() -> None:
    curve = AnomalyTrack("local_patterns", np.float32([1, 2, 3]), np.array([0, 0.64, 1.28]), 1.6)
    frames = at_frames(curve, np.array([0.0, 0.5, 0.64 - 1e-9, 0.7, 1.3, 1.59]))
    assert frames.tolist() == [1, 1, 2, 2, 3, 3]


def test_a_camera_learns_and_its_curves_are_counted(shared: Path, tmp_path: Path) -> None:
    arguments = LibraryArguments(shared=shared, work=tmp_path, rounds=10)
    record = run_library(arguments)
    rows = {(row["name"], row["sigma_frames"]): row for row in record.scores["rows"]}
    assert set(rows) == {(name, sigma) for name in (UNFITTED, FITTED) for sigma in SIGMAS}
    assert rows[UNFITTED, 0.0]["micro_auc"][0] > 80
    assert rows[FITTED, 0.0]["micro_auc"][0] > 80
    again = run_library(arguments)
    assert again.scores == record.scores
    table = library_table(record)
    assert f"| {FITTED} | 3 frames | " in table
    assert f"| {UNFITTED} | nothing | " in table
