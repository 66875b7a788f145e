"""YOLOX: its arithmetic by hand, on files made by hand, and on real footage."""

from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

from detectors.local_patterns.base import Regions
from detectors.local_patterns.regions.classes import COCO
from detectors.local_patterns.regions.yolox import (
    YoloxConfig,
    YoloxRegions,
    letterboxed,
    suppressed,
)
from detectors.local_patterns.tracks import Tracker, overlaps
from segments.errors import UserError, WeightsMissing
from tests.detectors.local_patterns.regions.onnx_files import node, onnx_file, tensor

SIZE, CLASSES = 64, 2
CELLS = 8 * 8 + 4 * 4 + 2 * 2


def drawn_yolox(batch: int | str = 1, *, planned: int = CELLS) -> bytes:
    """A network that sees the brightness of red in each cell as the chance of class 1.

    Boxes are the cells' own, from half a stride left of and above their corner.
    """
    channels = 5 + CLASSES
    nodes, tensors = [], [tensor("shape", np.array([0, channels, -1], np.int64))]
    for stride in (8, 16, 32):
        weights = np.zeros((channels, 3, stride, stride))
        weights[6, 2] = 1 / (255 * stride**2)
        bias = np.array([0, 0, 0, 0, 1, 0, 0])
        tensors += [tensor(f"weights{stride}", weights), tensor(f"bias{stride}", bias)]
        inputs = ["images", f"weights{stride}", f"bias{stride}"]
        nodes.append(
            node("Conv", inputs, f"cells{stride}", kernel_shape=[stride] * 2, strides=[stride] * 2)
        )
        nodes.append(node("Reshape", [f"cells{stride}", "shape"], f"flat{stride}"))
    nodes.append(node("Concat", ["flat8", "flat16", "flat32"], "all", axis=2))
    nodes.append(node("Transpose", ["all"], "output", perm=[0, 2, 1]))
    shapes = {"takes": [batch, 3, SIZE, SIZE], "answers": [batch, planned, channels]}
    return onnx_file(nodes, tensors, **shapes)


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    path = tmp_path / "drawn.onnx"
    path.write_bytes(drawn_yolox())
    return path


def fields(count: int) -> np.ndarray:
    return np.zeros((count, 1, 24, 32, 2), np.float32)


def test_a_picture_is_put_into_the_top_left_as_bgr() -> None:
    frame = letterboxed(np.full((10, 20, 3), (10, 20, 30), np.uint8), (8, 8))
    assert frame.shape == (3, 8, 8)
    assert frame[:, 0, 0].tolist() == frame[:, 3, 7].tolist() == [30, 20, 10]
    assert frame[:, 4, 0].tolist() == [114, 114, 114]


def test_of_a_class_the_surer_stays() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [1, 0, 11, 10], [8, 0, 18, 10]], np.float32)
    sure = np.array([0.6, 0.8, 0.5, 0.9], np.float32)
    classes = np.array([0, 0, 1, 0])
    assert suppressed(boxes, sure, classes, most_overlap=0.45).tolist() == [3, 1, 2]
    assert suppressed(boxes, sure, classes, most_overlap=0.9).tolist() == [3, 1, 0, 2]
    assert suppressed(boxes[:0], sure[:0], classes[:0], most_overlap=0.5).tolist() == []


def test_boxes_are_decoded_by_cell_and_stride(drawn: Path) -> None:
    """Column 2, row 1 of stride 8, in a picture twice as wide as high at a scale of 1/2."""
    picture = np.full((64, 128, 3), 0, np.uint8)
    picture[16:32, 32:48, 0] = 255
    (regions,) = YoloxRegions(drawn, names=("left", "right")).find(picture[None], fields(1))
    # centre (2, 1), size (1, 1), times 8: 12 to 20 and 4 to 12 of a frame of 64 x 32
    cell = np.array([12 / 64, 4 / 32, 20 / 64, 12 / 32])
    np.testing.assert_allclose(regions.boxes[0], cell, atol=1e-6)
    assert regions.confidences[0] == pytest.approx(1.0, abs=1e-5)
    assert set(regions.labels) == {"right"}


@pytest.mark.parametrize("batch", [1, "batch"])
def test_pictures_are_told_apart_whatever_the_batch(tmp_path: Path, batch: int | str) -> None:
    path = tmp_path / "drawn.onnx"
    path.write_bytes(drawn_yolox(batch))
    pictures = np.zeros((11, 64, 64, 3), np.uint8)
    for k in range(11):
        pictures[k, 8:16, 8 * (k % 8) : 8 * (k % 8) + 8, 0] = 255
    found = YoloxRegions(path, YoloxConfig(least_confidence=0.9)).find(pictures, fields(11))
    assert [len(regions) for regions in found] == [1] * 11
    lefts = [regions.boxes[0, 0] for regions in found]
    np.testing.assert_allclose(lefts, [max(0, k % 8 - 0.5) / 8 for k in range(11)], atol=1e-6)


def test_classes_and_most(drawn: Path) -> None:
    picture = np.full((1, 64, 64, 3), 255, np.uint8)
    config = YoloxConfig(classes={"1"}, most=7)
    assert len(YoloxRegions(drawn, config).find(picture, fields(1))[0]) == 7
    nothing = YoloxRegions(drawn, YoloxConfig(classes={"0"})).find(picture, fields(1))[0]
    assert len(nothing) == 0
    with pytest.raises(UserError, match="knows no dog"):
        YoloxRegions(drawn, YoloxConfig(classes={"dog"}))
    with pytest.raises(UserError, match="3 names for a network of 2"):
        YoloxRegions(drawn, names=("a", "b", "c"))


def test_a_network_of_another_kind_is_refused_with_its_outputs(tmp_path: Path) -> None:
    path = tmp_path / "other.onnx"
    same = node("Identity", ["images"], "output")
    path.write_bytes(onnx_file([same], [], takes=[1, 3, 64, 64], answers=[1, 3, 64, 64]))
    with pytest.raises(WeightsMissing, match=r"answers \[\(1, 3, 64, 64\)\].*\[1, 84, 5 \+ cla"):
        YoloxRegions(path)
    path.write_bytes(onnx_file([same], [], takes=[1, 7], answers=[1, 7]))
    with pytest.raises(WeightsMissing, match="does not take pictures"):
        YoloxRegions(path)


@pytest.mark.parametrize("content", [b"", b"no network"])
def test_a_file_that_is_no_network_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(WeightsMissing, match="cannot be read as ONNX"):
        YoloxRegions(path)
    with pytest.raises(WeightsMissing, match="there is no network"):
        YoloxRegions(tmp_path / "absent.onnx")


@pytest.fixture(scope="module")
def nano(shared_data: Path) -> YoloxRegions:
    return YoloxRegions(shared_data.parent / "models/yolox-nano/yolox_nano.onnx")


def read(path: Path, *frames: int) -> np.ndarray:
    with av.open(path) as container:
        pictures = enumerate(islice(container.decode(video=0), max(frames) + 1))
        chosen = [p.to_ndarray(format="rgb24") for k, p in pictures if k in frames]
    return np.stack(chosen)


def find(engine: YoloxRegions, pictures: np.ndarray) -> list[Regions]:
    return engine.find(pictures, fields(len(pictures)))


def test_people_and_things_where_they_were_seen_to_be(
    nano: YoloxRegions, shared_data: Path
) -> None:
    """Boxes that were looked at, drawn on these pictures."""
    seen = [
        ("footage-cctv/one-by-one-person-detection.mp4", 300, "person", (0.50, 0.02, 0.71, 0.87)),
        ("footage-cctv/bottle-detection.mp4", 300, "bottle", (0.79, 0.30, 0.89, 0.88)),
        ("ucsd-ped2/Test004.mp4", 140, "person", (0.64, 0.82, 0.69, 0.98)),
        ("surv-fight/fi001.mp4", 40, "person", (0.72, 0.33, 0.87, 0.95)),
    ]
    for name, frame, label, box in seen:
        (regions,) = find(nano, read(shared_data / name, frame))
        overlap = overlaps(np.array([box]), regions.boxes)[0]
        assert regions.labels[overlap.argmax()] == label, name
        assert overlap.max() >= 0.85, name


def test_counts_of_people(shared_data: Path) -> None:
    """Frame 80 of Ped2's fourth clip shows ten on foot, frame 140 seven and a cyclist."""
    people = YoloxConfig(classes={"person"})
    engine = YoloxRegions(shared_data.parent / "models/yolox-nano/yolox_nano.onnx", people)
    found = find(engine, read(shared_data / "ucsd-ped2/Test004.mp4", 80, 140))
    assert [len(regions) for regions in found] == [10, 8]
    assert {label for regions in found for label in regions.labels} == {"person"}


def test_cars_from_above_have_boxes_whatever_they_are_called(
    nano: YoloxRegions, shared_data: Path
) -> None:
    """COCO has no cars from above: nano says cell phone and suitcase, with the right boxes."""
    cars = read(shared_data / "footage-cctv/car-detection.mp4", 60, 80, 200)
    none, one, two = find(nano, cars)
    assert (len(none), len(one), len(two)) == (0, 1, 2)
    assert overlaps(np.array([[0.35, 0.16, 0.57, 0.78]]), one.boxes).item() >= 0.85
    assert not {*one.labels, *two.labels} & {"car", "truck", "bus"}


def test_ids_last_on_a_real_clip(nano: YoloxRegions, shared_data: Path) -> None:
    """Nine people over three seconds: who is seen throughout keeps one id throughout."""
    tracker = Tracker()
    pictures = read(shared_data / "ucsd-ped2/Test004.mp4", *range(120, 150))
    ids = [tracker.update(regions.boxes).tolist() for regions in find(nano, pictures)]
    throughout = set(ids[0]).intersection(*ids[1:])
    assert len(throughout) >= 3
    assert len(set(ids[0]) & set(ids[-1])) == 4
    assert len({i for row in ids for i in row}) <= 25  # of 290 boxes


def test_coco_has_80_names() -> None:
    assert (len(set(COCO)), COCO[0], COCO[2], COCO[79]) == (80, "person", "car", "toothbrush")
