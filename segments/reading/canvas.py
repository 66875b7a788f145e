"""Decoded pictures as arrays of one size."""

from typing import Literal

import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from jaxtyping import UInt8

_EXACT = Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND | Interpolation.BITEXACT
"""Without the first of these every grey comes out up to 3 levels too dark."""
_UNSPECIFIED = 2
"""AVCOL_SPC_UNSPECIFIED"""
_HD_HEIGHT = 720


class Canvas:
    """Converts pictures to one size and format, upright.

    Interlaced pictures give their first field only: half the lines, but no combs and no blend of
    two moments. Pictures that do not name their YUV matrix are taken as BT.709 from 720 lines up
    and as BT.601 below.

    Args:
        size: height and width in pixels; None leaves each picture's own.
        format: "rgb24" or "gray".
    """

    def __init__(
        self, size: tuple[int, int] | None, *, format: Literal["rgb24", "gray"] = "rgb24"
    ) -> None:
        self._size = size
        self._format = format
        self._scaler = VideoReformatter()
        self._fields: dict[tuple[int, int, str], Graph] = {}

    def draw(self, frame: VideoFrame) -> UInt8[np.ndarray, "h w *c"]:
        """The picture's pixels: [h w 3] for "rgb24", [h w] for "gray"."""
        quarter_turns = round(frame.rotation / 90) % 4
        height, width = self._size or upright_size(frame)
        if quarter_turns % 2:
            height, width = width, height
        scaled = self._scaler.reformat(
            self._one_field(frame) if frame.interlaced_frame else frame,
            width=width,
            height=height,
            format=self._format,
            src_colorspace=_matrix(frame),
            interpolation=Interpolation.AREA | _EXACT,
            threads=1,
        )
        return np.ascontiguousarray(np.rot90(scaled.to_ndarray(), quarter_turns))

    def _one_field(self, frame: VideoFrame) -> VideoFrame:
        key = (frame.width, frame.height, frame.format.name)
        if key not in self._fields:
            self._fields[key] = _field_graph(frame)
        self._fields[key].push(frame)
        return self._fields[key].vpull()


def upright_size(frame: VideoFrame) -> tuple[int, int]:
    """Height and width of a picture after its rotation."""
    is_on_its_side = round(frame.rotation / 90) % 2 == 1
    return (frame.width, frame.height) if is_on_its_side else (frame.height, frame.width)


def to_yuv(pixels: UInt8[np.ndarray, "h w 3"]) -> VideoFrame:
    """RGB pixels as a yuv420p picture in the matrix that `Canvas` expects of its size."""
    frame = VideoFrame.from_ndarray(pixels, format="rgb24")
    return frame.reformat(
        format="yuv420p",
        dst_colorspace=_usual_matrix(frame),
        interpolation=Interpolation.BILINEAR | _EXACT,
    )


def _matrix(frame: VideoFrame) -> Colorspace | None:
    return _usual_matrix(frame) if frame.colorspace == _UNSPECIFIED else None


def _usual_matrix(frame: VideoFrame) -> Colorspace:
    return Colorspace.ITU709 if frame.height >= _HD_HEIGHT else Colorspace.ITU601


def _field_graph(frame: VideoFrame) -> Graph:
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=frame.time_base,
    )
    field, sink = graph.add("field", "type=top"), graph.add("buffersink")
    source.link_to(field)
    field.link_to(sink)
    graph.configure()
    return graph
