"""What a profile is: the models that turn clips, words and sounds into one space of vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float32, UInt8

from segments.manifest import SpaceManifest
from segments.media import AUDIO_RATE_HZ, AudioClip, ClipBatch
from segments.vectors import ClipFeatures, DualQuery, SoundQuery, VectorSpec


@dataclass(frozen=True)
class ProfileSpec:
    """The facts of a profile that reading, indexing and searching depend on."""

    name: str
    streams: tuple[str, ...]
    """Visual streams, in the order of the vector's blocks."""
    vectors: tuple[VectorSpec, ...]
    """"alan" (blocks cls.STREAM then avg.STREAM) and "audio"."""
    frame_size: tuple[int, int]
    """Height and width in pixels that pictures are scaled to; the aspect ratio is not kept."""
    frames_per_clip: int
    fields_per_clip: int
    """Motion fields per clip."""
    detector_halo: int
    """Clips on either side that the score of a clip depends on."""
    default_alpha: float = 0.5
    audio_rate_hz: int = AUDIO_RATE_HZ
    """Samples per second of the sounds it hears."""


class Profile(Protocol):
    """The models of a profile, loaded."""

    @property
    def spec(self) -> ProfileSpec: ...

    @property
    def manifest(self) -> SpaceManifest:
        """What a vector space made by this profile is opened with."""
        ...

    def encode_clips(self, batch: ClipBatch) -> ClipFeatures:
        """Features of each clip on its own, or within its batch."""
        ...

    def score_clips(self, features: ClipFeatures) -> Float32[np.ndarray, " t"]:
        """ALAN's MIL confidence of each clip, in [0, 1]."""
        ...

    def embed_segments(
        self, segments: Sequence[tuple[ClipFeatures, Float32[np.ndarray, " t"]]]
    ) -> list[dict[str, Float32[np.ndarray, " d"]]]:
        """The stored vectors of segments, each given as its clips' features and MIL scores.

        "audio" is absent from the result of a segment without sound, and of every segment where
        the profile has no model of sounds.
        """
        ...

    def encode_text(self, text: str) -> DualQuery: ...

    def encode_sentences(self, texts: Sequence[str]) -> Float32[np.ndarray, "n d"]:
        """Unit vectors of whole sentences, in the space of the stream "appearance"."""
        ...

    def encode_sound(self, sound: AudioClip) -> SoundQuery: ...

    def encode_image(self, pixels: UInt8[np.ndarray, "h w 3"]) -> DualQuery:
        """A query from a picture of any size, RGB; its streams count alike.

        Raises:
            UserError: the profile has no model that brings pictures and words together.
        """
        ...
