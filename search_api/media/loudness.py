"""How loud a recording is over time, as if a detector had listened; 0 dB is full scale."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float32

from search_api.media.errors import BeyondLimit
from segments.media import AUDIO_RATE_HZ, VideoSource
from segments.reading.pictures import VideoTrack
from segments.reading.sound import SoundTape

NAME = "loudness"
UNIT = "dBFS"
STEP_S = 0.1
PIECE_S = 600.0
"""Sound is read and remembered by pieces of this length."""
SILENCE_DB = -100.0
"""What nothing at all is called."""
_STEP_SAMPLES = round(STEP_S * AUDIO_RATE_HZ)
_STEPS_AT_ONCE = 600


def count_pieces(duration_s: float) -> int:
    """Pieces of a video."""
    return max(1, int(np.ceil(duration_s / PIECE_S)))


def read_levels(source: VideoSource, piece: int) -> Float32[np.ndarray, " t"]:
    """Mean power of each `STEP_S` of a piece in dBFS; constant memory.

    The last step of the video may be shorter than the others and is silent beyond its end.

    Raises:
        MediaError: the file cannot be read.
    """
    with VideoTrack(source.path, threads=1) as track:
        origin_s = track.origin_s
    from_s = piece * PIECE_S
    num_steps = int(np.ceil(min(PIECE_S, source.duration_s - from_s) / STEP_S - 1e-6))
    tape = SoundTape(source.path, origin_s=origin_s, from_s=from_s)
    first = round(from_s / STEP_S)
    return np.concatenate(list(_iter_levels(tape, first, first + num_steps)))


def _iter_levels(tape: SoundTape, start: int, stop: int) -> Iterator[Float32[np.ndarray, " t"]]:
    for first in range(start, stop, _STEPS_AT_ONCE):
        last = min(stop, first + _STEPS_AT_ONCE)
        samples = tape.read(first * _STEP_SAMPLES, last * _STEP_SAMPLES)
        power = np.square(samples.reshape(-1, _STEP_SAMPLES), dtype=np.float64).mean(axis=1)
        floor = 10 ** (SILENCE_DB / 10)
        yield (10 * np.log10(np.maximum(power, floor))).astype(np.float32)


def require_affordable(num_unread: int, *, max_s: float) -> None:
    """Raises:
    BeyondLimit: more pieces would have to be read than one request may ask for.
    """
    if num_unread * PIECE_S > max(max_s, PIECE_S):
        raise BeyondLimit(
            f"{num_unread * PIECE_S:.0f} s of sound would have to be read, and at most {max_s:.0f} "
            "s are at once: ask for a shorter span first; what was read is remembered"
        )
