"""Draws scenes from a seed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict, TypeVar, Unpack

import numpy as np

from benchmarks.simulator.colours import COACHWORK, COATS, JACKETS, TROUSERS
from benchmarks.simulator.event_spec import EventSpec
from benchmarks.simulator.events import ANOMALOUS, EVENTS, NORMAL
from benchmarks.simulator.places import PLACES, Place
from benchmarks.simulator.scenes import (
    Actor,
    Direction,
    Event,
    Scene,
    SoundCue,
    SoundTrack,
    Split,
    Time,
    View,
    Weather,
)

T = TypeVar("T")
ANOMALOUS_SHARE = 0.6
"""There are more kinds of anomalous than of normal events."""
SILENT_SHARE = 0.15
OUTDOOR_HOURS: tuple[Time, ...] = ("day", "day", "dusk", "night")
INDOOR_HOURS: tuple[Time, ...] = ("lit", "lit", "dark")
WEATHERS: tuple[Weather, ...] = ("clear", "rain", "snow", "fog")


def split_seeds(split: Split, count: int, *, start: int = 0) -> range:
    """Seeds of a split: even ones train, odd ones test."""
    first = 2 * start + (split == "test")
    return range(first, first + 2 * count, 2)


class Choice(TypedDict, total=False):
    """What of a scene is not left to chance."""

    anomalous: bool
    kind: str
    place: str
    time: Time
    weather: Weather
    view: View
    has_sound: bool


def sample_scene(seed: int, *, duration_s: float = 6.0, **choice: Unpack[Choice]) -> Scene:
    """A short scene with one event; what is not chosen is drawn.

    Raises:
        ValueError: the event cannot be in that place.
    """
    rng = np.random.default_rng([seed, 1])
    spec = _choose_spec(rng, choice)
    place = choose_place(rng, spec, choice)
    start_s = float(rng.uniform(0.08, 0.18)) * duration_s
    end_s = duration_s * float(rng.uniform(0.9, 1.0))
    event = sample_event(rng, spec, place, start_s=start_s, end_s=end_s)
    background = _bystanders(rng, place, event) if rng.random() < 0.3 else ()
    return _sample_frame(rng, place, choice, seed, event, background, duration_s)


def sample_long_scene(seed: int, *, duration_s: float = 60.0, **choice: Unpack[Choice]) -> Scene:
    """A scene of 40 s or more: one event of 8 to 12 s amid normal things.

    Raises:
        ValueError: `duration_s` is under 40 s, or the event cannot be in that place.
    """
    if duration_s < 40:
        raise ValueError(f"{duration_s = }: a long scene has at least 40 s; use sample_scene")
    rng = np.random.default_rng([seed, 2])
    spec = _choose_spec(rng, choice)
    place = choose_place(rng, spec, choice)
    start_s = float(rng.uniform(0.25, 0.65)) * duration_s
    end_s = start_s + float(rng.uniform(8.0, 12.0))
    event = sample_event(rng, spec, place, start_s=start_s, end_s=end_s)
    background = _daily_life(rng, place, event, duration_s)
    return _sample_frame(rng, place, choice, seed, event, background, duration_s)


def _choose_spec(rng: np.random.Generator, choice: Choice) -> EventSpec:
    anomalous = choice.get("anomalous", bool(rng.random() < ANOMALOUS_SHARE))
    specs = ANOMALOUS if anomalous else NORMAL
    drawn = specs[int(rng.integers(len(specs)))]
    return EVENTS[choice["kind"]] if "kind" in choice else drawn


def choose_place(rng: np.random.Generator, spec: EventSpec, choice: Choice | None = None) -> Place:
    """A place that the event can be in.

    Raises:
        ValueError: the chosen one is none.
    """
    names = [name for name, place in PLACES.items() if fits(spec, place)]
    name = (choice or Choice()).get("place", pick(rng, names))
    if name not in names:
        raise ValueError(f"no {spec.kind} in {name!r}: it can be in {', '.join(names)}")
    return PLACES[name]


def fits(spec: EventSpec, place: Place) -> bool:
    """Whether an event can be in a place."""
    match spec.where:
        case "lane":
            return place.lane_z_m is not None
        case "outdoors":
            return not (place.is_indoor or place.is_narrow)
        case "open":
            return not place.is_narrow
        case "shop":
            return place.name == "shop"
        case _:
            return True


def _sample_frame(
    rng: np.random.Generator,
    place: Place,
    choice: Choice,
    seed: int,
    event: Event,
    background: tuple[Event, ...],
    duration_s: float,
) -> Scene:
    """All around the events: hour, weather, camera and sound."""
    weather = "indoor" if place.is_indoor else _sample_weather(rng)
    weather = choice.get("weather", weather)
    is_silent = bool(rng.random() < SILENT_SHARE)
    sound = draw_sound(rng, place, weather, (event, *background))
    return Scene(
        seed=seed,
        place=place.name,
        time=choice.get("time", pick(rng, INDOOR_HOURS if place.is_indoor else OUTDOOR_HOURS)),
        weather=weather,
        view=choice.get("view", _sample_view(rng, seed)),
        event=event,
        background=background,
        sound=sound if choice.get("has_sound", not is_silent) else None,
        duration_s=duration_s,
    )


def _sample_weather(rng: np.random.Generator) -> Weather:
    return pick(rng, WEATHERS) if rng.random() < 0.5 else "clear"


def _sample_view(rng: np.random.Generator, seed: int) -> View:
    return View(
        height=float(rng.uniform(0.92, 1.1)),
        tilt_deg=float(rng.uniform(-1.5, 1.5)),
        pan_deg=float(rng.uniform(-3.0, 3.0)),
        is_mirrored=bool(rng.random() < 0.5),
        backdrop=seed,
        shake_px=float(rng.uniform(0.5, 2.0)) if rng.random() < 0.15 else 0.0,
        noise=float(rng.uniform(1.5, 5.0)),
    )


def sample_event(
    rng: np.random.Generator, spec: EventSpec, place: Place, *, start_s: float, end_s: float
) -> Event:
    """An event with its cast and its spot on the stage."""
    room_m = 0.2 * place.half_width_m
    return Event(
        kind=spec.kind,
        start_s=round(start_s, 2),
        end_s=round(end_s, 2),
        is_anomalous=spec.is_anomalous,
        cast=_sample_cast(rng, spec),
        direction=pick(rng, spec.directions),
        x_m=float(rng.uniform(-room_m, room_m)),
        z_m=float(rng.uniform(-0.5, 0.4)),
    )


def _sample_cast(rng: np.random.Generator, spec: EventSpec) -> tuple[Actor, ...]:
    jackets = [JACKETS[k] for k in rng.permutation(len(JACKETS))]
    return tuple(_sample_actor(rng, role, jackets.pop()) for role in spec.cast)


def _sample_actor(rng: np.random.Generator, role: str, jacket: str) -> Actor:
    looks = int(rng.integers(64))
    match role:
        case "car" | "vehicle":
            kind = "car" if role == "car" else pick(rng, ("car", "car", "van", "bus"))
            colour = jacket if jacket in COACHWORK else pick(rng, COACHWORK)
            return Actor(kind, colour, looks=looks)
        case "dog":
            return Actor("dog", pick(rng, COATS), looks=looks)
        case "officer":
            return Actor("officer", "blue", "black", looks)
        case _:
            is_named = role in ("cyclist", "child")
            kind = role if is_named else pick(rng, ("man", "man", "woman"))
            legs = pick(rng, [c for c in TROUSERS if c != jacket])
            return Actor(kind, jacket, legs, looks)


def _bystanders(rng: np.random.Generator, place: Place, event: Event) -> tuple[Event, ...]:
    """Someone who passes in the background and has nothing to do with it."""
    if place.is_narrow:
        return ()
    passer = sample_event(rng, EVENTS["walk"], place, start_s=event.start_s, end_s=event.end_s)
    side: Direction = "left" if passer.direction in ("left", "away") else "right"
    return (replace(passer, direction=side, x_m=float(rng.uniform(-2, 2)), z_m=2.6),)


def _daily_life(
    rng: np.random.Generator, place: Place, event: Event, duration_s: float
) -> tuple[Event, ...]:
    """Normal events before and after the one that the scene is about."""
    specs = [s for s in NORMAL if fits(s, place) and s.kind not in ("sit", event.kind)]
    events: list[Event] = []
    clock_s = float(rng.uniform(0, 3))
    while clock_s < duration_s - 4:
        end_s = clock_s + float(rng.uniform(5, 8))
        if end_s + CLEAR_S < event.start_s or clock_s > event.end_s + CLEAR_S:
            spec = specs[int(rng.integers(len(specs)))]
            events.append(sample_event(rng, spec, place, start_s=clock_s, end_s=end_s))
        clock_s = end_s + float(rng.uniform(1, 6))
    return tuple(events)


CLEAR_S = 4.0
"""The stage is empty for this long before and after the event of a long scene."""


def draw_sound(
    rng: np.random.Generator, place: Place, weather: Weather, events: Sequence[Event]
) -> SoundTrack:
    """What is heard of the events over the ambience."""
    cues = [
        SoundCue(
            kind,
            round(e.start_s + a * (e.end_s - e.start_s), 2),
            round(e.start_s + b * (e.end_s - e.start_s), 2),
        )
        for e in events
        for kind, a, b in EVENTS[e.kind].cues
    ]
    ambience = "rain" if weather == "rain" else place.ambience
    return SoundTrack(ambience, float(rng.uniform(3, 24)), tuple(cues))


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """One of them."""
    return options[int(rng.integers(len(options)))]
