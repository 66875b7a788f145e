"""What journeys look at, made through the service's own doors: a long library, a case, keys,
a sound."""

import wave
from pathlib import Path

import numpy as np

from search_api.access.keys import Keys
from search_api.access.opening import access_file
from search_api.access.roles import Role
from search_api.answers.cases import CaseFinding
from search_api.client import Client
from tests.support.service import index_footage
from tests.support.tiny_footage import write_video

CASE = "Glass at the gate"


def make_long_library(root: Path, *, minutes: int = 5) -> Path:
    """One camera, long enough to know what is usual, and to fill a page with moments."""
    for minute in range(minutes):
        path = root / f"footage/gate/20261101_10{minute:02d}00.mp4"
        write_video(path, seconds=60, seed=minute)
    index_footage(root / "library", root / "footage")
    return root / "library"


def open_a_case(service: str) -> None:
    """A case with a hit of each camera of the small library, of the same time."""
    with Client(service) as client:
        case = client.cases.create(CASE)
        for camera, start_s in (("gate", 4.0), ("yard", 6.0)):
            videos = client.videos.list(cameras=[camera]).videos
            first = min(videos, key=lambda video: str(video.places[0].recorded_at))
            found = CaseFinding(
                video_id=first.video_id,
                start_s=start_s,
                end_s=start_s + 3,
                query={"text": "somebody breaks a window"},
                score=0.25,
                note="",
            )
            client.cases.add_hits(case.case_id, [found])


def make_key(library: Path, name: str, role: Role, *, cameras: tuple[str, ...] = ()) -> str:
    """A new key's token."""
    with Keys(access_file(library)) as keys:
        return keys.create(name, role, cameras=cameras)[1]


def write_tone(path: Path) -> Path:
    """Two seconds of 440 Hz."""
    samples = 8000 * np.sin(2 * np.pi * 440 * np.arange(32_000) / 16_000)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.astype(np.int16).tobytes())
    return path
