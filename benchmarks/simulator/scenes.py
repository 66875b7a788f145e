"""What a scene is: a description that fits in a line of JSON."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Float64
from pydantic import TypeAdapter

Split = Literal["train", "test"]
Time = Literal["day", "dusk", "night", "lit", "dark"]
"""Outdoors by the sun, indoors by the lamps."""
Weather = Literal["clear", "rain", "snow", "fog", "indoor"]
Direction = Literal["left", "right", "toward", "away"]
"""As the camera sees it."""


@dataclass(frozen=True)
class Actor:
    """Someone or something that takes part."""

    kind: str
    """man, woman, child, officer, cyclist, car, van, bus or dog."""
    colour: str
    """Of the jacket, the coachwork or the coat."""
    legs: str = ""
    """Of the trousers; empty for what wears none."""
    looks: int = 0
    """Chooses skin, hair and size."""


@dataclass(frozen=True)
class Event:
    """Something that happens from `start_s` until `end_s`; its actors come before and go after."""

    kind: str
    start_s: float
    end_s: float
    is_anomalous: bool
    cast: tuple[Actor, ...]
    direction: Direction
    x_m: float = 0.0
    """Shift of the action to the right."""
    z_m: float = 0.0
    """Shift of the action away from the camera."""


@dataclass(frozen=True)
class View:
    """How this camera differs from the place's usual one."""

    height: float = 1.0
    """Factor of the mounting height."""
    tilt_deg: float = 0.0
    pan_deg: float = 0.0
    is_mirrored: bool = False
    """The place is seen the other way round; directions of the actors are not."""
    backdrop: int = 0
    """Seed of what the place is painted like."""
    shake_px: float = 0.0
    noise: float = 3.0
    """Standard deviation of the sensor's noise, of 255."""
    compression: int = 25
    """What the recorder loses: x264's constant rate factor, 0 (nothing) to 51."""


@dataclass(frozen=True)
class SoundCue:
    """One sound within the track."""

    kind: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class SoundTrack:
    """What a microphone at the camera hears."""

    ambience: str
    snr_db: float
    """Loudest cue over the ambience."""
    cues: tuple[SoundCue, ...]


@dataclass(frozen=True)
class Scene:
    """One clip, or one long video of a camera."""

    seed: int
    place: str
    time: Time
    weather: Weather
    view: View
    event: Event
    """The main one."""
    background: tuple[Event, ...] = ()
    """What happens as well: normal things, and in a long video perhaps a second anomalous one."""
    sound: SoundTrack | None = None
    duration_s: float = 6.0
    fps: float = 12.5
    width: int = 320
    height: int = 240

    @property
    def num_frames(self) -> int:
        return round(self.duration_s * self.fps)

    @property
    def events(self) -> tuple[Event, ...]:
        """All of them, the main one first."""
        return (self.event, *self.background)

    @property
    def anomalies(self) -> tuple[Event, ...]:
        """The anomalous events, by time."""
        return tuple(
            sorted((e for e in self.events if e.is_anomalous), key=lambda event: event.start_s)
        )

    @property
    def attributes(self) -> tuple[str, str, str, str]:
        """Event, place, time and main colour: what every caption says."""
        return (self.event.kind, self.place, self.time, self.event.cast[0].colour)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Scene":
        """Reads what `to_dict` gave, also after a trip through JSON.

        Raises:
            pydantic.ValidationError: a field is missing or of another type.
        """
        return SCENE.validate_python(values)


def frame_labels(scene: Scene, pts_s: Float64[np.ndarray, " t"]) -> Bool[np.ndarray, " t"]:
    """True at the times when something anomalous goes on."""
    inside = [(event.start_s <= pts_s) & (pts_s < event.end_s) for event in scene.anomalies]
    return np.any([np.zeros(len(pts_s), bool), *inside], axis=0)


SCENE: TypeAdapter[Scene] = TypeAdapter(Scene)
