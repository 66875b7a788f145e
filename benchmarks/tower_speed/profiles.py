"""A whole profile: how long it takes to load, and how fast it encodes a batch of clips."""

import gc
import time
from typing import Any

import numpy as np

from benchmarks.tower_speed.checkpoints import lock
from benchmarks.tower_speed.halves import indexing_halves, items_per_batch
from benchmarks.tower_speed.towers import Scores, seconds_of
from benchmarks.training_speed.measures import peak_memory
from encoders.base import ProfileSpec
from encoders.models.library import ModelLibrary
from encoders.models.specs import ProfileRecipe
from encoders.pretrained.profile import PretrainedProfile
from encoders.registry import COMPACT, load_profile
from indexer.chunks import BATCH_CLIPS
from segments.levels import CLIP_S
from segments.media import MOTION_GRID, ClipBatch

BATCH_S = BATCH_CLIPS * CLIP_S
"""20.48 s of footage: what `retrace index` decodes and encodes together."""


def measure_compact(device: str, *, seed: int) -> Scores:
    """The profile that ships, with its own weights."""
    started = time.perf_counter()
    profile = load_profile(COMPACT, device=device)
    load_s = time.perf_counter() - started
    return {"load_s": load_s} | _encoding(profile, device, seed=seed)


def measure_profile(
    recipe: ProfileRecipe, library: ModelLibrary, device: str, *, compile: bool, seed: int
) -> Scores:
    """A profile of pretrained models, opened as `retrace index` opens it.

    Loading has every file compared with the lock file. The first batch has the micro-batch sizes
    measured, and the models compiled where that is asked for.
    """
    for name in recipe.models:  # another entry: the process has compared no file with it yet
        lock(library, name, origin=f"random weights for {recipe.name}, compiled: {compile}")
    gc.collect()  # a tower refers to itself: those before still hold their memory
    started = time.perf_counter()
    profile = load_profile(recipe.name, device=device, models=library, compile=compile)
    assert isinstance(profile, PretrainedProfile)
    _ = profile.towers.clips  # opened when first asked for
    load_s = time.perf_counter() - started
    return {"load_s": load_s} | _encoding(profile, device, seed=seed)


def batch_flops(recipe: ProfileRecipe, towers: list[Scores]) -> int | None:
    """Operations of encoding one batch of clips with sound; None where a half was not counted.

    Args:
        towers: as `TowerMeasure.eager` gives them.
    """
    by_half = {(tower["model"], tower["half"]): tower for tower in towers}
    halves = [(half, by_half.get((half.model, half.kind))) for half in indexing_halves(recipe)]
    counted = [(half, tower) for half, tower in halves if tower is not None and "flops" in tower]
    if len(counted) < len(halves):
        return None
    return sum(
        tower["flops"] * items_per_batch(half, tower["num_frames"] or 1, BATCH_CLIPS)
        for half, tower in counted
    )


def random_batch(spec: ProfileSpec, *, seed: int) -> ClipBatch:
    """20.48 s of noise, with sound, as the reader hands them to a profile."""
    rng = np.random.default_rng(seed)
    clips, frames = BATCH_CLIPS, spec.frames_per_clip
    samples = round(CLIP_S * spec.audio_rate_hz)
    fields = (clips, spec.fields_per_clip, *MOTION_GRID, 2)
    return ClipBatch(
        video_id="0" * 64,
        clips=range(clips),
        frames=rng.integers(0, 256, (clips, frames, *spec.frame_size, 3), np.uint8),
        frame_pts_s=CLIP_S / frames * np.arange(clips * frames, dtype=float).reshape(clips, frames),
        motion=rng.normal(0, 0.1, fields).astype(np.float32),
        motion_origin="flow",
        audio=rng.uniform(-1, 1, (clips, samples)).astype(np.float32),
    )


def _encoding(profile: Any, device: str, *, seed: int) -> Scores:
    batch = random_batch(profile.spec, seed=seed)
    started = time.perf_counter()
    profile.encode_clips(batch)
    first_batch_s = time.perf_counter() - started
    with peak_memory(device) as peak:
        batch_s = seconds_of(lambda: profile.encode_clips(batch), warm=True)
    found: Scores = {
        "first_batch_s": first_batch_s,
        "batch_s": batch_s,
        "clips_per_s": BATCH_CLIPS / batch_s,
        "times_real_time": BATCH_S / batch_s,
    }
    return found | ({"peak_bytes": peak.bytes} if device == "cuda" else {})
