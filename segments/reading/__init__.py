"""Reading media files: what they are, their pictures, sound, motion and clips (PyAV, OpenCV).

Everything here needs FFmpeg's libraries: no other module of `segments` imports it.
"""

from segments.reading.clips import iter_clip_batches
from segments.reading.fields import read_motion
from segments.reading.frames import iter_frames, picture_at
from segments.reading.probing import probe
from segments.reading.sound import iter_audio, read_audio, read_sound

__all__ = [
    "iter_audio",
    "iter_clip_batches",
    "iter_frames",
    "picture_at",
    "probe",
    "read_audio",
    "read_motion",
    "read_sound",
]
