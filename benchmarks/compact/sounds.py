"""Part 9b: sounds find sounds of their kind, on ESC-10, beside log-mel statistics.

Three rotations: train on two upstream folds and the gunshot clips, then let every clip of the third
fold look for the nearest other clip of that fold. Clips cut from one recording (Freesound's number
in the name) are no neighbours of each other.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Bool, Float32

from benchmarks.metrics import clustered_bootstrap
from encoders.compact.mel import CLIP_SAMPLES, MelPower
from encoders.compact.sound_batches import Sound
from encoders.compact.train_sound import SoundRecipe, train_sound_encoder
from segments.errors import UserError
from segments.reading.sound import read_sound

FOLDS = (1, 2, 3)
GUNSHOT = "gunshot"

Key = TypeVar("Key", int, str)

Embedder = Callable[[Float32[np.ndarray, " s"]], Float32[np.ndarray, " d"]]
"""A whole sound to one vector; sounds are compared by the centred cosine of these."""
Trainer = Callable[[Sequence[Sound], int], Embedder]
"""Makes an embedder from training sounds and a seed."""


@dataclass(frozen=True)
class Recording:
    """One clip of ESC-10."""

    path: Path
    kind: str
    fold: int
    source: str
    """Freesound's number of the recording that the clip is cut from."""
    samples: Float32[np.ndarray, " s"]


@dataclass(frozen=True)
class RecallAtOne:
    """Share of queries whose nearest neighbour is of their kind."""

    pooled: float
    interval: tuple[float, float]
    """95 %, bootstrap over recordings."""
    by_fold: dict[int, float]
    by_kind: dict[str, float]
    num_queries: int

    @property
    def mean_of_folds(self) -> float:
        """The number that part 9b asks for."""
        return float(np.mean(list(self.by_fold.values())))


@dataclass(frozen=True)
class SoundScores:
    """Both systems on the same queries."""

    ours: RecallAtOne
    baseline: RecallAtOne


def evaluate_sounds(shared: Path, *, seed: int = 0, train: Trainer | None = None) -> SoundScores:
    """Runs the three rotations.

    Args:
        shared: the folder that holds data/.
        train: called once per rotation; None trains the sound encoder and takes its clips' mean.

    Raises:
        UserError: the data is not there.
    """
    recordings = read_esc10(shared)
    gunshots = read_gunshots(shared)
    ours, baseline = np.zeros(len(recordings), bool), np.zeros(len(recordings), bool)
    for fold in FOLDS:
        sounds = [(r.samples, r.kind) for r in recordings if r.fold != fold] + gunshots
        rows = np.array([r.fold == fold for r in recordings])
        held_out = [r for r in recordings if r.fold == fold]
        embed = (train or train_clip_means)(sounds, seed)
        ours[rows] = nearest_is_kin(_embedded(embed, held_out), held_out)
        baseline[rows] = nearest_is_kin(_embedded(log_mel_moments, held_out), held_out)
    return SoundScores(_recall(ours, recordings), _recall(baseline, recordings))


def train_clip_means(sounds: Sequence[Sound], seed: int) -> Embedder:
    """A sound encoder; a sound's vector is the mean of its clips', the silent ones being zero."""
    encoder = train_sound_encoder(sounds, SoundRecipe(seed=seed))

    @torch.inference_mode()
    def embed(samples: Float32[np.ndarray, " s"]) -> Float32[np.ndarray, " d"]:
        return encoder(torch.from_numpy(in_clips(samples))).mean(dim=0).numpy()

    return embed


def log_mel_moments(samples: Float32[np.ndarray, " s"]) -> Float32[np.ndarray, " d"]:
    """The baseline: mean and standard deviation over time of each log-mel band."""
    logs = (MelPower()(torch.from_numpy(samples)) + 1e-6).log()
    return torch.cat([logs.mean(dim=1), logs.std(dim=1)]).numpy()


def nearest_is_kin(
    vectors: Float32[np.ndarray, "n d"], recordings: Sequence[Recording]
) -> Bool[np.ndarray, " n"]:
    """Whether each row's nearest other by centred cosine, of another source, is of its kind.

    Equally near rows count in the order of `recordings`.
    """
    centred = vectors - vectors.mean(axis=0)
    units = centred / np.linalg.norm(centred, axis=1, keepdims=True).clip(min=1e-9)
    sources = np.array([recording.source for recording in recordings])
    kinds = np.array([recording.kind for recording in recordings])
    similarity = np.where(sources[:, None] == sources, -np.inf, units @ units.T)
    return kinds[similarity.argmax(axis=1)] == kinds


def read_esc10(shared: Path) -> list[Recording]:
    """The 150 clips, by name.

    Raises:
        UserError: they are not under `shared`.
    """
    return [_recording(path) for path in _files(shared / "data" / "audio" / "esc10")]


def read_gunshots(shared: Path) -> list[Sound]:
    """The 40 gunshot clips, for training only.

    Raises:
        UserError: they are not under `shared`.
    """
    paths = _files(shared / "data" / "audio" / "gunshot")
    return [(read_sound(path).samples, GUNSHOT) for path in paths]


def sound_files(shared: Path) -> list[Path]:
    """Every file that `read_esc10` and `read_gunshots` read."""
    folder = shared / "data" / "audio"
    return _files(folder / "esc10") + _files(folder / "gunshot")


def in_clips(samples: Float32[np.ndarray, " s"]) -> Float32[np.ndarray, "t s"]:
    """A sound cut into clips, the last one filled up with silence."""
    return np.pad(samples, (0, -len(samples) % CLIP_SAMPLES)).reshape(-1, CLIP_SAMPLES)


def _recording(path: Path) -> Recording:
    kind, fold, source, _ = path.stem.rsplit("-", 3)
    return Recording(path, kind, int(fold), source, read_sound(path).samples)


def _files(folder: Path) -> list[Path]:
    paths = sorted(folder.glob("*.ogg"))
    if not paths:
        raise UserError(f"no sounds in {folder}: name the folder that holds data/ with --shared")
    return paths


def _embedded(embed: Embedder, recordings: Sequence[Recording]) -> Float32[np.ndarray, "n d"]:
    return np.stack([embed(recording.samples) for recording in recordings])


def _recall(hits: Bool[np.ndarray, " n"], recordings: Sequence[Recording]) -> RecallAtOne:
    return RecallAtOne(
        pooled=float(hits.mean()),
        interval=clustered_bootstrap(
            lambda rows: float(hits[rows].mean()), [recording.source for recording in recordings]
        ),
        by_fold=_means(hits, [recording.fold for recording in recordings]),
        by_kind=_means(hits, [recording.kind for recording in recordings]),
        num_queries=len(hits),
    )


def _means(values: Bool[np.ndarray, " n"], keys: Sequence[Key]) -> dict[Key, float]:
    labels = np.array(keys)
    return {key: float(values[labels == key].mean()) for key in sorted(set(keys))}


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.compact.sounds", description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="the folder that holds data/")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    scores = evaluate_sounds(options.shared, seed=options.seed)
    sys.stdout.write(json.dumps(asdict(scores), indent=1) + "\n")


if __name__ == "__main__":
    main()
