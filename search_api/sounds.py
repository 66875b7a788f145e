"""Sounds to search by."""

from dataclasses import dataclass
from pathlib import Path

from segments.errors import UserError
from segments.media import AUDIO_RATE_HZ, AudioClip

MAX_SOUND_S = 60.0
"""What comes later in the file is not listened to."""


@dataclass(frozen=True)
class Sound:
    """A sound to search by."""

    name: str
    clip: AudioClip


def load_sound(path: Path, *, rate_hz: int = AUDIO_RATE_HZ) -> Sound:
    """Reads the first MAX_SOUND_S of a sound or video file.

    Args:
        rate_hz: samples per second that the profile listens at.

    Raises:
        MediaError: the file is missing, or there is no sound in it that can be read.
        UserError: it is silent.
    """
    from segments.reading import read_sound

    sound = Sound(path.name, read_sound(path, max_s=MAX_SOUND_S, rate_hz=rate_hz))
    check_sound(sound)
    return sound


def check_sound(sound: Sound) -> None:
    """Raises:
    UserError: the sound is empty or silent.
    """
    if not sound.clip.samples.any():
        raise UserError(f"{sound.name} is silent: there is no sound in it to search by")
