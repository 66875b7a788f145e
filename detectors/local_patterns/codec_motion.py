"""The paper's way to motion: encode the pictures anew and read the encoder's own vectors.

The paper writes H.265, from which FFmpeg exports none (METHODS C.5). H.264 with one reference and
no B-pictures gives one vector per block, each from the picture before its own.
"""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import PictureType, VideoFrame
from jaxtyping import Float32, Float64

from segments.media import MotionField, VideoSource
from segments.reading.pictures import VideoTrack
from segments.reading.references import vectors_of

BLOCK_PX = 8
"""A vector stands for each block of 8 x 8 pixels that it covers."""
_OPTIONS = {"refs": "1", "bf": "0", "g": "100000", "sc_threshold": "0", "crf": "18"}
_CLOCK = Fraction(1, 90_000)


def read_reencoded_motion(source: VideoSource, folder: Path) -> MotionField:
    """One field per picture of a video but the first, on a grid of its blocks.

    Unlike `segments.reading.read_motion` there is no median over neighbours and no rate: this is
    the paper's measure, noise included, to be compared with.

    Args:
        folder: the encoded copy is put here and taken away again.

    Returns:
        Fields of ceil(height / 8) x ceil(width / 8) cells as the file stores them; speeds in frame
        heights per second, right and down positive.

    Raises:
        MediaError: the file cannot be read.
    """
    copy = folder / f"{source.video_id}.vectors.mkv"
    try:
        encode_for_vectors(source, copy)
        return _read_vectors(copy)
    finally:
        copy.unlink(missing_ok=True)


def encode_for_vectors(source: VideoSource, path: Path) -> None:
    """Writes every picture of a video, at its own time, so that each refers to the one before.

    Raises:
        MediaError: the video cannot be read.
    """
    with VideoTrack(source.path) as track, av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=Fraction(1 / track.frame_s).limit_denominator(1001))
        stream.width, stream.height = track.first.width // 2 * 2, track.first.height // 2 * 2
        stream.pix_fmt, stream.options = "yuv420p", {**_OPTIONS}
        stream.codec_context.time_base = _CLOCK
        for picture in track.pictures():
            frame = picture.frame.reformat(stream.width, stream.height, "yuv420p")
            frame.pts, frame.time_base = round(picture.time_s / _CLOCK), _CLOCK
            frame.pict_type = PictureType.NONE  # as it was coded before is no rule for the copy
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def _read_vectors(path: Path) -> MotionField:
    velocity, pts_s, last_s = [], [], None
    with VideoTrack(path, with_vectors=True) as track:
        height, width = track.first.height, track.first.width
        for picture in track.pictures():
            if last_s is not None:
                moved_px = block_displacements(picture.frame)
                velocity.append(moved_px / (height * (picture.time_s - last_s)))
                pts_s.append(picture.time_s)
            last_s = picture.time_s
    grid = (-(-height // BLOCK_PX), -(-width // BLOCK_PX))
    fields = np.array(velocity, np.float32).reshape(-1, *grid, 2)
    return MotionField(fields, np.array(pts_s, np.float64), "codec")


def block_displacements(frame: VideoFrame) -> Float32[np.ndarray, "rows columns 2"]:
    """How far each block of 8 x 8 pixels has come since the picture before, in pixels.

    Blocks smaller than that are averaged by area; what is coded anew has not moved.
    """
    rows, columns = -(-frame.height // BLOCK_PX), -(-frame.width // BLOCK_PX)
    vectors = vectors_of(frame)
    if vectors is None:
        return np.zeros((rows, columns, 2), np.float32)
    blocks = vectors.to_ndarray()
    in_rows = _cover(blocks["dst_y"], blocks["h"], rows)
    in_columns = _cover(blocks["dst_x"], blocks["w"], columns)
    back_px = np.stack([blocks["motion_x"], blocks["motion_y"]]) / blocks["motion_scale"]
    moved = [in_rows.T @ (in_columns * -axis[:, None]) for axis in back_px]
    return np.stack(moved, axis=-1).astype(np.float32)


def _cover(
    centre_px: np.ndarray, extent_px: np.ndarray, cells: int
) -> Float64[np.ndarray, "blocks cells"]:
    """How much of each cell of an axis each block covers, from 0 to 1."""
    start = (centre_px - extent_px / 2)[:, None] / BLOCK_PX
    end = (centre_px + extent_px / 2)[:, None] / BLOCK_PX
    edges = np.arange(cells)
    return np.clip(np.minimum(end, edges + 1) - np.maximum(start, edges), 0.0, 1.0)
