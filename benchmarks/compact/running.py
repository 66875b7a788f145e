"""`retrace bench compact`: three measurements, each on what its weights never saw."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from jaxtyping import Float32

from benchmarks.compact import words
from benchmarks.compact.decoded import decode_video
from benchmarks.compact.fights import (
    QUERIES,
    Scorer,
    baseline_scores,
    held_out_scores,
    measure_fights,
)
from benchmarks.compact.material import Clip
from benchmarks.compact.sounds import Embedder, evaluate_sounds, read_esc10, sound_files
from benchmarks.compact.unseen import require_unseen
from benchmarks.compact.workshop import Workshop
from benchmarks.records import RunRecord, digest_of, new_record
from encoders.compact.models import CompactModels, read_digests
from encoders.compact.profile import CompactProfile
from encoders.compact.spec import COMPACT, WEIGHTS
from encoders.compact.train_sound import Sound
from segments.media import AUDIO_RATE_HZ, AudioClip


@dataclass
class Timings:
    """Wall seconds by name of the part."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 1)


def run_compact(workshop: Workshop) -> RunRecord:
    """Parts 9a, 9b and 9c of the compact profile's measurement, with the shipped weights.

    Raises:
        UserError: the data is not there, or a weight has seen what it would be scored on.
    """
    shipped = CompactModels.load(WEIGHTS)
    timings = Timings()
    scores: dict[str, Any] = {}
    for name, measure in MEASUREMENTS.items():
        workshop.say(f"measuring: {name}")
        with timings.measure(name):
            scores[name] = measure(workshop, shipped)
    return new_record(
        "compact",
        command="retrace bench compact --shared ../shared -o benchmarks/results/compact.json",
        seed=workshop.seed,
        data={
            "surv-fight": digest_of(clip.path for clip in workshop.fights),
            "footage-cctv": digest_of(clip.path for clip in workshop.footage),
            "esc10 and gunshot": digest_of(sound_files(workshop.shared)),
            "simulated train": digest_of(clip.path for clip in workshop.simulated),
            "simulated test": digest_of(clip.path for clip in workshop.held_out),
        },
        weights=read_digests(WEIGHTS),
        timings_s=timings.seconds,
        scores=scores,
    )


def measure_held_out_fights(workshop: Workshop, shipped: CompactModels) -> dict[str, Any]:
    """9a: ALAN made again per fold, over shipped encoders that have not seen the clips."""
    clips = workshop.fights
    require_unseen(shipped, ("appearance", "sound"), (clip.path for clip in clips))

    def train(some: Sequence[Clip]) -> list[Scorer]:
        encoders = replace(shipped.encoders, motion=workshop.make_motion(some))
        alan = workshop.make_alan(encoders, some, workshop.sounds)
        profile = CompactProfile(CompactModels(encoders, alan, {}), {})
        return [_Asked(profile, query, workshop) for query in QUERIES]

    scores = held_out_scores(clips, train)
    ours = {
        query: asdict(measure_fights(row, clips))
        for query, row in zip(QUERIES, scores, strict=True)
    }
    return {
        "ours": ours,
        "frame differences": asdict(measure_fights(baseline_scores(clips), clips)),
    }


class _Asked:
    """Scores clips by one query, at video level, as search does."""

    def __init__(self, profile: CompactProfile, query: str, workshop: Workshop) -> None:
        self.profile, self.workshop = profile, workshop
        self.query = profile.encode_text(query).vector(COMPACT.default_alpha)

    def __call__(self, clip: Clip) -> float:
        video = decode_video(clip.path, self.workshop.decoded)
        return float(words.stored_videos(self.profile, [video])[0] @ self.query)


def measure_held_out_sounds(workshop: Workshop, shipped: CompactModels) -> dict[str, Any]:
    """9b: the sound encoder and ALAN made again per rotation; vectors as search compares them."""
    recordings = read_esc10(workshop.shared)
    require_unseen(shipped, ("appearance", "motion"), (r.path for r in recordings))

    def train(sounds: Sequence[Sound], seed: int) -> Embedder:
        encoders = replace(shipped.encoders, sound=workshop.make_sound(sounds))
        alan = workshop.make_alan(encoders, workshop.fights, sounds)
        profile = CompactProfile(CompactModels(encoders, alan, {}), {})

        def embed(samples: Float32[np.ndarray, " s"]) -> Float32[np.ndarray, " d"]:
            return profile.encode_sound(AudioClip(samples, 0.0, AUDIO_RATE_HZ)).audio

        return embed

    scores = evaluate_sounds(workshop.shared, seed=workshop.seed, train=train)
    return {
        name: asdict(part) | {"mean_of_folds": part.mean_of_folds}
        for name, part in (("ours", scores.ours), ("log-mel moments", scores.baseline))
    }


def measure_simulated(workshop: Workshop, shipped: CompactModels) -> dict[str, Any]:
    """9c: shipped weights on scenes of the held-out split, asked in the held-out wordings."""
    profile = CompactProfile(shipped, {})
    test = [
        words.Described(video, clip.captions[0])
        for clip, video in workshop.watched(workshop.held_out)
    ]
    audible = [item for item in test if item.video.audio is not None]
    baseline = words.fit_histograms(
        (
            words.Described(video, clip.captions[0])
            for clip, video in workshop.watched(workshop.simulated)
        ),
        workshop.sentences,
    )
    return {
        "words": words.report(words.evaluate_words(profile, test)),
        "words, histograms": words.report(baseline.words(test)),
        "sounds": words.report(words.evaluate_sounds(profile, audible)),
        "sounds, histograms": words.report(baseline.sounds(audible)),
    }


MEASUREMENTS: dict[str, Callable[[Workshop, CompactModels], dict[str, Any]]] = {
    "fights": measure_held_out_fights,
    "sounds": measure_held_out_sounds,
    "simulated": measure_simulated,
}
