"""A YOLOX network in an ONNX file, run by OpenCV."""

import re
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float32

from segments.errors import WeightsMissing

STRIDES = (8, 16, 32)
_INPUT = re.compile(r"// <Input> CV_32F\w* \[(.+) x 3 x (\d+) x (\d+)\]")
"""How OpenCV describes the network's pictures."""
_BATCH = 8
"""Pictures at once, where the file leaves their number open."""
_EXPECTED = "expected is YOLOX: pictures [b, 3, h, w] to [b, cells, 5 + classes], not yet decoded"


class YoloxFile:
    """Takes pictures [b, 3, h, w], BGR from 0 to 255, and answers [b, n, 5 + classes].

    Row by row that is, for each cell of the grids of stride 8, 16 and 32: the box's centre relative
    to the cell, and the logarithms of its width and height, both in strides; the chance that there
    is an object; and that it is of each class. A network exported so that it decodes its boxes
    itself cannot be told from others and is not for here.

    Args:
        path: the ONNX file.

    Raises:
        WeightsMissing: there is no such file, or it is of another kind.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._network = _read(path)
        described = _INPUT.search(self._network.dump())
        if described is None:
            raise WeightsMissing(f"{path} does not take pictures [b, 3, h, w]; {_EXPECTED}")
        self.size = int(described[2]), int(described[3])
        """Height and width of its pictures."""
        self._batch = 1 if described[1].isdigit() else _BATCH
        self._cells = sum((self.size[0] // s) * (self.size[1] // s) for s in STRIDES)
        blank = self._run(np.zeros((1, 3, *self.size), np.float32))
        self.num_classes = blank.shape[2] - 5

    def answer(
        self, pictures: Sequence[Float32[np.ndarray, "3 h w"]]
    ) -> list[Float32[np.ndarray, "n c"]]:
        """The answer to each picture."""
        starts = range(0, len(pictures), self._batch)
        batches = [np.stack(pictures[i : i + self._batch]) for i in starts]
        return [answer for batch in batches for answer in self._run(batch)]

    def _run(self, pictures: Float32[np.ndarray, "b 3 h w"]) -> Float32[np.ndarray, "b n c"]:
        self._network.setInput(pictures)
        outputs = self._network.forward(self._network.getUnconnectedOutLayersNames())
        shapes = [output.shape for output in outputs]
        if not self._fits(shapes, len(pictures)):
            raise WeightsMissing(
                f"{self._path} answers {shapes} to pictures of {list(pictures.shape)}, where"
                f" [{len(pictures)}, {self._cells}, 5 + classes] should be; {_EXPECTED}"
            )
        return np.asarray(outputs[0], np.float32)

    def _fits(self, shapes: Sequence[tuple[int, ...]], count: int) -> bool:
        if len(shapes) != 1 or len(shapes[0]) != 3:
            return False
        return shapes[0][:2] == (count, self._cells) and shapes[0][2] > 5


def _read(path: Path) -> cv2.dnn.Net:
    if not path.is_file():
        raise WeightsMissing(f"there is no network {path}: give the path of an ONNX file")
    try:
        return cv2.dnn.readNetFromONNX(str(path))
    except cv2.error as error:
        raise WeightsMissing(f"{path} cannot be read as ONNX ({error.err}); {_EXPECTED}") from error
