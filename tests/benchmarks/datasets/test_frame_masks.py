"""Avenue, Ubnormal and NWPU Campus on made-up files in their published layouts."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from benchmarks.datasets.base import DatasetMissing
from benchmarks.datasets.frame_labels import FrameSpan
from benchmarks.datasets.frame_masks import open_avenue, open_nwpu_campus, open_ubnormal
from segments.errors import UserError


def write_volume(path: Path, abnormal: list[int], *, frames: int = 6) -> None:
    """MATLAB's 1 x frames cell of 4 x 5 masks, one pixel of the abnormal ones set."""
    volume = np.empty((1, frames), object)
    for frame in range(frames):
        volume[0, frame] = np.zeros((4, 5), np.uint8)
        volume[0, frame][3, 2] = frame in abnormal
    path.parent.mkdir(parents=True, exist_ok=True)
    savemat(path, {"volLabel": volume})


@pytest.mark.parametrize("parent", ["", "ground_truth_demo"])
def test_a_pixel_makes_a_frame_of_avenue_abnormal(tmp_path: Path, parent: str) -> None:
    masks = tmp_path / parent / "testing_label_mask"
    write_volume(masks / "10_label.mat", [])
    write_volume(masks / "2_label.mat", [1, 2, 5])
    labels = open_avenue(tmp_path)
    assert labels.videos == ("02", "10")
    assert labels.num_frames == {"02": 6, "10": 6}
    assert labels.spans["02"] == (FrameSpan(1, 3), FrameSpan(5, 6))
    assert not labels.truth("10").any()


def test_other_files_are_not_taken_for_avenues(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="testing_label_mask"):
        open_avenue(tmp_path)
    path = tmp_path / "testing_label_mask" / "1_label.mat"
    path.parent.mkdir()
    savemat(path, {"other": np.zeros(3)})
    with pytest.raises(UserError, match="volLabel"):
        open_avenue(tmp_path)
    path.rename(path.with_name("first_label.mat"))
    with pytest.raises(UserError, match="1_label.mat"):
        open_avenue(tmp_path)


def write_ubnormal(folder: Path, lists: Path, tracks: str) -> None:
    lists.mkdir(parents=True, exist_ok=True)
    abnormal = ["abnormal_scene_1_scenario_2", "abnormal_scene_13_scenario_1_fog"]
    (lists / "abnormal_test_video_names.txt").write_text("\n".join(abnormal))
    (lists / "normal_test_video_names.txt").write_text("normal_scene_7_scenario_3\n")
    for video, scene in zip(abnormal, ("Scene1", "Scene13"), strict=True):
        path = folder / scene / f"{video}_annotations" / f"{video}_tracks.txt"
        path.parent.mkdir(parents=True)
        path.write_text(tracks)


@pytest.mark.parametrize("lists", ["", "scripts"])
def test_objects_of_ubnormal_last_to_their_last_frame(tmp_path: Path, lists: str) -> None:
    write_ubnormal(tmp_path, tmp_path / lists, "1,2,4\n2.0,3.0,6.0\n")
    labels = open_ubnormal(tmp_path)
    assert labels.videos == (
        "abnormal_scene_1_scenario_2",
        "abnormal_scene_13_scenario_1_fog",
        "normal_scene_7_scenario_3",
    )
    truth = labels.truth("abnormal_scene_13_scenario_1_fog", 9)
    assert np.flatnonzero(truth).tolist() == [2, 3, 4, 5, 6]
    assert not labels.truth("normal_scene_7_scenario_3", 9).any()


def test_what_ubnormal_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="abnormal_test_video_names"):
        open_ubnormal(tmp_path)
    write_ubnormal(tmp_path, tmp_path, "1,2\n")
    with pytest.raises(UserError, match="first and last frame"):
        open_ubnormal(tmp_path)
    (next((tmp_path / "Scene1").rglob("*_tracks.txt"))).unlink()
    with pytest.raises(DatasetMissing, match="Scene1"):
        open_ubnormal(tmp_path)


@pytest.mark.parametrize("parent", ["", "groundtruth"])
def test_nwpu_campus_tells_every_frame(tmp_path: Path, parent: str) -> None:
    (tmp_path / parent).mkdir(exist_ok=True)
    truth = {"D002_01": np.zeros(3, int), "D001_03": np.array([0, 1, 1, 0, 1])}
    np.savez(tmp_path / parent / "NWPU_Campus_gt.npz", **truth)
    labels = open_nwpu_campus(tmp_path)
    assert labels.videos == ("D001_03", "D002_01")
    assert labels.truth("D001_03").astype(int).tolist() == [0, 1, 1, 0, 1]
    assert labels.num_frames == {"D001_03": 5, "D002_01": 3}


def test_other_files_are_not_taken_for_nwpus(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="NWPU_Campus_gt"):
        open_nwpu_campus(tmp_path)
    np.savez(tmp_path / "NWPU_Campus_gt.npz", D001_01=np.zeros((2, 3)))
    with pytest.raises(UserError, match=r"\(2, 3\)"):
        open_nwpu_campus(tmp_path)
