"""A profile in a few lines of numpy: fast, deterministic, and different for different footage."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

from encoders.base import ProfileSpec
from segments.levels import LEVELS
from segments.manifest import SpaceManifest, VectorRecord
from segments.media import AudioClip, ClipBatch
from segments.vectors import ClipFeatures, DualQuery, SoundQuery, VectorSpec

DIM = 8
VECTORS = (
    VectorSpec("alan", ("cls.appearance", "cls.motion", "avg.appearance", "avg.motion"), DIM),
    VectorSpec("audio", ("audio",), DIM),
)


class FakeProfile:
    """Features are projected cell means of pictures, motion and sound; a clip's score looks at
    `HALO` clips on either side; segments are means weighted by score."""

    HALO = 3

    def __init__(self, name: str = "fake") -> None:
        self.spec = ProfileSpec(
            name=name,
            streams=("appearance", "motion"),
            vectors=VECTORS,
            frame_size=(16, 24),
            frames_per_clip=2,
            fields_per_clip=1,
            detector_halo=self.HALO,
        )
        self.manifest = SpaceManifest(
            profile=name,
            vectors=tuple(map(VectorRecord.of, VECTORS)),
            levels=LEVELS,
            digests={f"{name}.safetensors": "0" * 64},
            default_alpha=0.5,
        )
        rng = np.random.default_rng(7)
        self._pictures = rng.standard_normal((2 * 16 * 24 * 3, DIM)).astype(np.float32)
        self._motion = rng.standard_normal((24 * 32 * 2, DIM)).astype(np.float32)
        self._sound = rng.standard_normal((40, DIM)).astype(np.float32)

    def encode_clips(self, batch: ClipBatch) -> ClipFeatures:
        count = len(batch)
        pictures = batch.frames.reshape(count, -1).astype(np.float32) / 255
        streams = {
            "appearance": _unit(pictures @ self._pictures),
            "motion": _unit(batch.motion.reshape(count, -1) @ self._motion + 1e-3),
        }
        return ClipFeatures(streams, None if batch.audio is None else self._hear(batch.audio))

    def score_clips(self, features: ClipFeatures) -> Float32[np.ndarray, " t"]:
        energy = np.abs(features.streams["appearance"]).max(axis=1)
        padded = np.pad(energy, self.HALO, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * self.HALO + 1)
        return windows.max(axis=1).astype(np.float32)

    def embed_segments(
        self, segments: Sequence[tuple[ClipFeatures, Float32[np.ndarray, " t"]]]
    ) -> list[dict[str, Float32[np.ndarray, " d"]]]:
        return [self._embed(features, scores) for features, scores in segments]

    def encode_text(self, text: str) -> DualQuery:
        rng = np.random.default_rng(list(text.encode()))
        unit = _unit(rng.standard_normal((2, DIM)).astype(np.float32))
        half = np.full(2, 0.5, np.float32)
        return DualQuery(unit, unit, half, half)

    def encode_sentences(self, texts: Sequence[str]) -> Float32[np.ndarray, "n d"]:
        rngs = [np.random.default_rng(list(text.encode())) for text in texts]
        return _unit(np.array([rng.standard_normal(DIM) for rng in rngs]).reshape(-1, DIM))

    def encode_sound(self, sound: AudioClip) -> SoundQuery:
        length = len(sound.samples) // 40 * 40
        return SoundQuery(self.encode_text("sound"), self._hear(sound.samples[None, :length])[0])

    def _hear(self, audio: Float32[np.ndarray, "t s"]) -> Float32[np.ndarray, "t d"]:
        loudness = np.abs(audio.reshape(len(audio), 40, -1)).mean(axis=2)
        return _unit(loudness @ self._sound + 1e-3)

    def _embed(
        self, features: ClipFeatures, scores: Float32[np.ndarray, " t"]
    ) -> dict[str, Float32[np.ndarray, " d"]]:
        streams = [features.streams[name] for name in self.spec.streams]
        weighted = [_unit((stream * scores[:, None]).mean(axis=0)) for stream in streams]
        plain = [_unit(stream.mean(axis=0)) for stream in streams]
        vectors = {"alan": np.concatenate(weighted + plain)}
        if features.audio is not None:
            vectors["audio"] = _unit(features.audio.mean(axis=0))
        return vectors


def _unit(vectors: Float32[np.ndarray, "*n d"]) -> Float32[np.ndarray, "*n d"]:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.maximum(norms, 1e-6)).astype(np.float32)
