"""Ground truth per frame: counts of the real files, and where each source's spans end."""

import av
import numpy as np
import pytest

from benchmarks.datasets.base import DatasetMissing
from benchmarks.datasets.frame_labels import (
    FrameSpan,
    open_ped2,
    open_shanghaitech,
    open_ucf_crime,
    open_xd_violence,
)
from segments.errors import UserError
from tests.support.feature_folders import write_audio_list


def write_masks(folder, masks):
    folder.mkdir(parents=True)
    for name, mask in masks.items():
        np.save(folder / f"{name}.npy", np.array(mask))


def test_ucf_crime_has_290_videos_140_abnormal_and_16_of_two_spans(shared_data):
    labels = open_ucf_crime(shared_data / "ucfcrime-ar")
    counts = [len(labels.spans[video]) for video in labels.videos]
    assert [counts.count(number) for number in range(4)] == [150, 124, 16, 0]
    assert labels.spans["Arson011_x264"] == (
        FrameSpan(150, 420, "Arson"),
        FrameSpan(680, 1267, "Arson"),
    )
    assert all((not labels.spans[video]) == video.startswith("Normal") for video in labels.videos)


def test_ucf_crime_spans_are_half_open_and_cut_to_16_frames_per_clip(shared_data):
    truth = open_ucf_crime(shared_data / "ucfcrime-ar").truth("Abuse028_x264", 16 * 14)
    assert (truth.shape, truth.dtype) == ((224,), bool)  # the span is 165 to 240
    assert np.flatnonzero(truth).tolist() == list(range(165, 224))
    longer = open_ucf_crime(shared_data / "ucfcrime-ar").truth("Abuse028_x264", 16 * 16)
    assert np.flatnonzero(longer).tolist() == list(range(165, 240))


def test_the_names_of_the_original_annotation_are_read_too(tmp_path):
    (tmp_path / "Temporal_Anomaly_Annotation.txt").write_text(
        "Abuse028_x264.mp4  Abuse  1  2  4  6  \n\nNormal_Videos_003_x264.mp4 Normal -1 -1 -1 -1\n"
    )
    labels = open_ucf_crime(tmp_path)
    assert labels.videos == ("Abuse028_x264", "Normal_Videos_003_x264")
    assert labels.truth("Abuse028_x264", 7).astype(int).tolist() == [0, 1, 0, 0, 1, 1, 0]
    assert not labels.truth("Normal_Videos_003_x264", 7).any()


def test_xd_violence_has_800_videos_500_of_them_violent(shared_data):
    labels = open_xd_violence(shared_data / "xdviolence-ar")
    assert len(labels.videos) == 800
    assert sum(bool(spans) for spans in labels.spans.values()) == 500
    assert sum(len(spans) for spans in labels.spans.values()) == 1238
    frames = sum(span.end - span.start for spans in labels.spans.values() for span in spans)
    assert frames == 538_324
    assert labels.spans["v=LJ0Pu5_Mefs__#1_label_G-0-0"]  # written with .mp4 in the annotations
    assert all(bool(spans) != ("label_A" in video) for video, spans in labels.spans.items())


def test_xd_violence_spans_are_half_open(shared_data):
    truth = open_xd_violence(shared_data / "xdviolence-ar").truth(
        "v=S-7rRLrxnVQ__#1_label_B4-0-0", 16 * 124
    )
    assert np.flatnonzero(~truth).tolist() == list(range(1517, 1970))  # 0 1517 1970 3038


def test_xd_violence_kinds_are_of_the_same_videos(shared_data):
    kinds = open_xd_violence(shared_data / "xdviolence-ar", kinds=True)
    assert kinds.spans["v=u5SF4SlqNDQ__#00-00-00_00-01-00_label_G-0-0"] == (
        FrameSpan(624, 912, "G"),
        FrameSpan(950, 1441, "G"),
    )
    assert {span.kind for spans in kinds.spans.values() for span in spans} == {
        *("B1", "B2", "B4", "B5", "B6", "G")
    }
    assert kinds.videos == open_xd_violence(shared_data / "xdviolence-ar").videos


def test_ped2_has_362_normal_of_2010_frames(shared_data):
    folder = shared_data / "ucsd-ped2"
    labels = open_ped2(folder)
    normal = []
    for video in labels.videos:
        with av.open(str(folder / f"{video}.mp4")) as container:
            normal.append(~labels.truth(video, container.streams.video[0].frames))
    assert [int(frames.sum()) for frames in normal] == [60, 94, 4, 30, 21, 21, 45, 0, 0, 0, 0, 87]
    assert sum(map(len, normal)) == 2010


def test_ped2_tells_its_last_abnormal_frame_inclusively(tmp_path):
    (tmp_path / "labels.csv").write_text(
        "file,first_abnormal_frame,last_abnormal_frame\nTest001.mp4,1,3\n"
    )
    truth = open_ped2(tmp_path).truth("Test001", 6)
    assert truth.astype(int).tolist() == [0, 1, 1, 1, 0, 0]


@pytest.mark.parametrize("place", ["", "testing"])
def test_shanghaitech_masks_are_told_back_as_they_are(tmp_path, place):
    masks = {"01_0014": [0, 1, 1, 0, 0, 1], "01_0015": [1, 1], "01_0016": [0, 0, 0]}
    write_masks(tmp_path / place / "test_frame_mask", masks)
    labels = open_shanghaitech(tmp_path)
    assert labels.videos == ("01_0014", "01_0015", "01_0016")
    assert labels.spans["01_0014"] == (FrameSpan(1, 3), FrameSpan(5, 6))
    for video, mask in masks.items():
        assert labels.truth(video).astype(int).tolist() == mask
    assert labels.truth("01_0014", 3).tolist() == [False, True, True]
    assert len(labels.truth("01_0015", 9)) == 2


def test_missing_files_are_named_with_where_to_get_them(tmp_path):
    with pytest.raises(DatasetMissing, match=r"Temporal_Anomaly_Annotation\.txt.*nwpu-zxr/VadCLIP"):
        open_ucf_crime(tmp_path)
    with pytest.raises(DatasetMissing, match=r"audio_test\.list is missing.*Roc-Ng/XDVioDet"):
        open_xd_violence(tmp_path)
    write_audio_list(tmp_path / "audio_test.list", ["a_label_A"])
    with pytest.raises(DatasetMissing, match=r"annotations\.txt is missing.*nwpu-zxr/VadCLIP"):
        open_xd_violence(tmp_path)
    with pytest.raises(DatasetMissing, match=r"annotations_multiclasses\.txt is missing"):
        open_xd_violence(tmp_path, kinds=True)
    with pytest.raises(DatasetMissing, match=r"test_frame_mask has no \.npy.*ShanghaiTech Campus"):
        open_shanghaitech(tmp_path)
    with pytest.raises(DatasetMissing, match=r"labels\.csv is missing.*UCSD"):
        open_ped2(tmp_path)


def test_wrong_contents_and_questions_are_refused(tmp_path):
    (tmp_path / "Temporal_Anomaly_Annotation.txt").write_text("Abuse028_x264 Abuse 165 240 3\n")
    with pytest.raises(UserError, match="'Abuse028_x264 Abuse 165 240 3' has a start without an"):
        open_ucf_crime(tmp_path)
    (tmp_path / "Temporal_Anomaly_Annotation.txt").write_text("A Abuse 1 2\n")
    labels = open_ucf_crime(tmp_path)
    with pytest.raises(DatasetMissing, match="ucf-crime has no labels of 'B'"):
        labels.truth("B", 16)
    with pytest.raises(ValueError, match="does not tell the length of A"):
        labels.truth("A")
    write_masks(tmp_path / "test_frame_mask", {"01_0014": [[0, 1]]})
    with pytest.raises(UserError, match=r"01_0014\.npy has the shape \(1, 2\)"):
        open_shanghaitech(tmp_path)
