"""Regions from any YOLOX-style ONNX file (Ge et al., arXiv 2107.08430), through OpenCV."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float32, Int64, UInt8

from detectors.local_patterns.base import Regions
from detectors.local_patterns.regions.classes import class_names, kept_classes
from detectors.local_patterns.regions.yolox_file import STRIDES, YoloxFile

_GREY = 114
"""What YOLOX fills the rest of its frame with."""


@dataclass(frozen=True)
class YoloxConfig:
    """Which of the network's boxes are regions."""

    least_confidence: float = 0.3
    """Of an object at all, times that of its class."""
    most_overlap: float = 0.45
    """Where two boxes of one class overlap more, the surer is kept."""
    classes: Collection[str] | None = None
    """Names to keep; None keeps all."""
    most: int = 100
    """Regions of a picture; of more, the surest are kept."""


class YoloxRegions:
    """Finds what the network of a file was trained to find, picture by picture.

    Args:
        path: the ONNX file; see `yolox_file.YoloxFile` for what it takes and answers.
        names: of its classes, in order; None takes COCO's where there are 80, else numbers.

    Raises:
        WeightsMissing: there is no such file, or it is of another kind.
        UserError: names or classes that do not fit the file.
    """

    name = "yolox"

    def __init__(
        self,
        path: Path,
        config: YoloxConfig | None = None,
        *,
        names: Sequence[str] | None = None,
    ) -> None:
        self.config = config or YoloxConfig()
        self._file = YoloxFile(path)
        self.names = class_names(self._file.num_classes, names)
        self._is_kept = kept_classes(self.names, self.config.classes)
        self._grid = _grid(self._file.size)

    def follow(self) -> "YoloxRegions":
        """Itself: nothing is remembered of a picture."""
        return self

    def find(
        self,
        pictures: UInt8[np.ndarray, "f h w 3"],
        velocity: Float32[np.ndarray, "f m gh gw 2"],
    ) -> list[Regions]:
        """The regions of each picture, the surest first; the velocity is not looked at."""
        framed = [letterboxed(picture, self._file.size) for picture in pictures]
        answers = self._file.answer(framed)
        scale = letterbox_scale(pictures.shape[1:3], self._file.size)
        height, width = pictures.shape[1:3]
        shares = scale * np.array([width, height, width, height], np.float32)
        return [self._regions(answer, shares) for answer in answers]

    def _regions(
        self, answer: Float32[np.ndarray, "n c"], shares: Float32[np.ndarray, " 4"]
    ) -> Regions:
        config = self.config
        classes = answer[:, 5:].argmax(axis=1)
        sure = answer[:, 4] * answer[:, 5:].max(axis=1)
        rows = np.flatnonzero((sure >= config.least_confidence) & self._is_kept[classes])
        boxes = _boxes(answer[rows, :4], self._grid[rows])
        kept = suppressed(boxes, sure[rows], classes[rows], most_overlap=config.most_overlap)
        kept = kept[: config.most]
        return Regions(
            np.clip(boxes[kept] / shares, 0, 1),
            sure[rows][kept],
            tuple(self.names[k] for k in classes[rows][kept]),
        )


def letterbox_scale(picture: tuple[int, int], frame: tuple[int, int]) -> float:
    """How many pixels of the frame a pixel of the picture takes; both sizes are (h, w)."""
    return min(frame[0] / picture[0], frame[1] / picture[1])


def letterboxed(
    picture: UInt8[np.ndarray, "h w 3"], size: tuple[int, int]
) -> Float32[np.ndarray, "3 fh fw"]:
    """An RGB picture as YOLOX takes it: BGR from 0 to 255, at the frame's top left, grey beside."""
    scale = letterbox_scale(picture.shape[:2], size)
    height, width = (round(side * scale) for side in picture.shape[:2])
    frame = np.full((*size, 3), _GREY, np.float32)
    frame[:height, :width] = cv2.resize(picture, (width, height))[..., ::-1]
    return frame.transpose(2, 0, 1)


def suppressed(
    boxes: Float32[np.ndarray, "n 4"],
    sure: Float32[np.ndarray, " n"],
    classes: Int64[np.ndarray, " n"],
    *,
    most_overlap: float,
) -> Int64[np.ndarray, " k"]:
    """The boxes that no surer one of their class overlaps by more, the surest first."""
    corners = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    rows = cv2.dnn.NMSBoxesBatched(
        corners.tolist(), sure.tolist(), classes.tolist(), 0.0, most_overlap
    )
    rows = np.asarray(rows, np.int64).reshape(-1)
    return rows[np.argsort(-sure[rows], kind="stable")]


def _boxes(
    answer: Float32[np.ndarray, "n 4"], grid: Float32[np.ndarray, "n 3"]
) -> Float32[np.ndarray, "n 4"]:
    """Left, top, right and bottom in pixels of the frame."""
    stride = grid[:, 2:]
    centre, half = (answer[:, :2] + grid[:, :2]) * stride, np.exp(answer[:, 2:]) * stride / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def _grid(size: tuple[int, int]) -> Float32[np.ndarray, "n 3"]:
    """Column, row and stride of each cell, in the network's order."""
    cells = []
    for stride in STRIDES:
        rows, columns = np.mgrid[: size[0] // stride, : size[1] // stride].reshape(2, -1)
        cells.append(np.stack([columns, rows, np.full_like(rows, stride)], axis=1))
    return np.concatenate(cells).astype(np.float32)
