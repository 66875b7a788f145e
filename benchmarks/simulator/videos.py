"""Draws long, untrimmed videos from a seed: a camera, daily life, and up to two anomalous events.

A video is a `Scene` like any other. What is rare in it is made hard to guess from the side: several
videos share a camera's place and hour, daily life goes on during the events and is at times as
quick and as loud as they are, and sounds come from outside the picture.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.simulator.crimes import UCF_CRIME
from benchmarks.simulator.event_spec import EventSpec
from benchmarks.simulator.events import EVENTS, FURNISHED, NORMAL
from benchmarks.simulator.long_events import HABITS
from benchmarks.simulator.places import Place
from benchmarks.simulator.sampling import (
    INDOOR_HOURS,
    OUTDOOR_HOURS,
    choose_place,
    draw_sound,
    fits,
    pick,
    sample_event,
)
from benchmarks.simulator.scenes import (
    Event,
    Scene,
    SoundCue,
    SoundTrack,
    Split,
    Time,
    View,
    Weather,
)
from segments.levels import CLIP_S

FPS = 6.25
"""Pictures per second of every camera: four per clip, as many recorders keep."""
SHORTEST_S, LONGEST_S, MEAN_BEYOND_S = 60.0, 300.0, 26.0
NUM_EVENTS = (0.3, 0.58, 0.12)
"""Shares of the videos with no, one and two anomalous events."""
GAPS_S = (20.0, 9.0, 5.0)
"""Mean time between the beginnings of normal events, on a quiet, a usual and a busy camera."""
BUSY = (0.35, 0.4, 0.25)
ROWS_M = (-1.2, 0.0, 1.4, 2.4)
"""How far before or behind the middle of the stage daily life goes on."""
CAMERAS = 10
"""Of each place: how it is painted and built."""
WEATHERS: tuple[Weather, ...] = ("clear", "rain", "snow", "fog")
WEATHER_SHARES = (0.73, 0.08, 0.07, 0.12)
NOISES_OFF = ("horn", "barking", "door", "shouting", "rattle", "thud", "crowd", "tyres", "scream")
NOISES_OFF += ("engine", "glass", "alarm", "crash")
"""What is heard from outside the picture."""
NOISE_GAP_S = 8.0
HEARD = 0.8
"""Of the events, those that the microphone catches."""


def video_name(split: Split, index: int) -> str:
    """What captions, labels and features of a split's video are found by."""
    return f"simulated-{split}-{index:05d}"


def sample_video(seed: int) -> Scene:
    """An untrimmed video of 60 to 300 s with sound; even seeds train, odd ones test."""
    rng = np.random.default_rng([seed, 11])
    duration_s = _duration(rng)
    specs = _anomalous_specs(rng)
    main = specs[0] if specs else pick(rng, (*NORMAL, *HABITS))
    place = choose_place(rng, main)
    chosen = [main, *(spec for spec in specs[1:] if fits(spec, place))]
    events = [
        sample_event(rng, spec, place, start_s=start_s, end_s=end_s)
        for spec, (start_s, end_s) in zip(chosen, _spans(rng, len(chosen), duration_s), strict=True)
    ]
    everyone = (*events, *_daily_life(rng, place, events, duration_s))
    weather = _weather(rng, place)
    hours: Sequence[Time] = INDOOR_HOURS if place.is_indoor else OUTDOOR_HOURS
    return Scene(
        seed=seed,
        place=place.name,
        time=pick(rng, hours),
        weather=weather,
        view=_view(rng),
        event=everyone[0],
        background=everyone[1:],
        sound=_sound(rng, place, weather, everyone, duration_s),
        duration_s=duration_s,
        fps=FPS,
    )


def _duration(rng: np.random.Generator) -> float:
    wanted_s = min(LONGEST_S, SHORTEST_S + float(rng.exponential(MEAN_BEYOND_S)))
    return round(round(wanted_s / CLIP_S) * CLIP_S, 2)


def _anomalous_specs(rng: np.random.Generator) -> list[EventSpec]:
    names = list(UCF_CRIME)
    count = int(rng.choice(len(NUM_EVENTS), p=NUM_EVENTS))
    return [EVENTS[pick(rng, UCF_CRIME[pick(rng, names)])] for _ in range(count)]


def _spans(rng: np.random.Generator, count: int, duration_s: float) -> list[tuple[float, float]]:
    """Each event somewhere in its own part of the video."""
    part_s = (duration_s - 8.0) / count
    spans = []
    for index in range(count):
        length_s = float(rng.uniform(8.0, min(20.0, 0.55 * part_s)))
        start_s = 4.0 + index * part_s + float(rng.uniform(0.0, part_s - length_s))
        spans.append((start_s, start_s + length_s))
    return spans


def _daily_life(
    rng: np.random.Generator, place: Place, main: Sequence[Event], duration_s: float
) -> list[Event]:
    """Normal things, with pauses, and not where a main event goes on."""
    specs = [spec for spec in (*NORMAL, *HABITS) if fits(spec, place)]
    gap_s = float(rng.choice(GAPS_S, p=BUSY))
    clock_s, events = float(rng.exponential(gap_s)), list[Event]()
    while clock_s < duration_s - 4.0:
        spec, end_s = pick(rng, specs), clock_s + float(rng.uniform(5.0, 10.0))
        event = sample_event(rng, spec, place, start_s=clock_s, end_s=end_s)
        row_m = ROWS_M[-1] if spec.kind in FURNISHED else pick(rng, ROWS_M)
        event = replace(event, x_m=1.6 * event.x_m, z_m=event.z_m + row_m)
        if not any(_collide(event, other) for other in main) and not _crowds(event, events):
            events.append(event)
        clock_s += float(rng.exponential(gap_s))
    return events


def _collide(event: Event, other: Event) -> bool:
    """Whether one would stand where the other is, at the same time."""
    is_near = abs(event.z_m - other.z_m) < 0.9
    return is_near and event.start_s < other.end_s + 2 and other.start_s < event.end_s + 2


def _crowds(event: Event, others: Sequence[Event]) -> bool:
    """Whether it would bring one more thing that stands in the way: there is one at most."""
    return event.kind in FURNISHED and any(other.kind in FURNISHED for other in others)


def _weather(rng: np.random.Generator, place: Place) -> Weather:
    drawn = WEATHERS[int(rng.choice(len(WEATHERS), p=WEATHER_SHARES))]
    return "indoor" if place.is_indoor else drawn


def _view(rng: np.random.Generator) -> View:
    return View(
        height=float(rng.uniform(0.88, 1.25)),
        tilt_deg=float(rng.uniform(-2.0, 3.0)),
        pan_deg=float(rng.uniform(-8.0, 8.0)),
        is_mirrored=bool(rng.random() < 0.5),
        backdrop=int(rng.integers(CAMERAS)),
        noise=float(rng.uniform(1.0, 4.0)),
        compression=int(rng.integers(23, 34)),
    )


def _sound(
    rng: np.random.Generator,
    place: Place,
    weather: Weather,
    events: Sequence[Event],
    duration_s: float,
) -> SoundTrack:
    heard = [event for event in events if rng.random() < HEARD]
    track = draw_sound(rng, place, weather, heard)
    cues, clock_s = list(track.cues), float(rng.exponential(NOISE_GAP_S))
    while clock_s < duration_s - 1.0:
        end_s = min(duration_s, clock_s + float(rng.uniform(0.8, 6.0)))
        cues.append(SoundCue(pick(rng, NOISES_OFF), round(clock_s, 2), round(end_s, 2)))
        clock_s = end_s + float(rng.exponential(NOISE_GAP_S))
    return replace(track, cues=tuple(cues))
