"""What a query compares the stored vectors with: a vector for its words, its picture, its sound."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float32

from encoders.base import Profile
from search_api.images import Image, cropped
from search_api.requests import SearchRequest
from search_api.sounds import Sound
from segments.vectors import SoundQuery

ProbeKind = Literal["text", "image", "sound-to-video", "sound-to-sound"]
VIA_WORDS = "words."
"""Marks the parts of a sound's score that words stood for."""


@dataclass(frozen=True)
class Probe:
    """One vector to compare the stored ones with."""

    kind: ProbeKind
    vector_name: str
    vector: Float32[np.ndarray, " d"]
    weight: float = 1.0
    """Of its ranking among those of a mixed query."""
    heard: dict[str, float] = field(default_factory=dict[str, float])
    """The words that a sound was put into, by their share; empty where it was compared itself."""

    @property
    def name(self) -> str:
        """What its ranking is called."""
        return "sound-to-words-to-video" if self.heard else self.kind

    @property
    def label(self) -> str:
        """What its parts of a score are marked by: nothing, or that words stand for the sound."""
        return VIA_WORDS if self.heard else ""


@dataclass(frozen=True)
class Asked:
    """A request with what travels beside it."""

    request: SearchRequest
    sound: Sound | None = None
    image: Image | None = None

    def probes(self, profile: Profile, alpha: float) -> list[Probe]:
        """Encodes every part.

        Raises:
            UserError: the profile has no model for one of them.
        """
        return [*self._seen(profile, alpha), *self._heard(profile, alpha)]

    def _seen(self, profile: Profile, alpha: float) -> Iterator[Probe]:
        weights = self.request.weights
        if self.request.text is not None:
            query = profile.encode_text(self.request.text)
            yield Probe("text", "alan", query.vector(alpha), weights.text)
        if self.image is not None:
            pixels = cropped(self.image, self.request.crop)
            query = profile.encode_image(pixels)
            yield Probe("image", "alan", query.vector(alpha), weights.image)

    def _heard(self, profile: Profile, alpha: float) -> Iterator[Probe]:
        if self.sound is not None:
            query = profile.encode_sound(self.sound.clip)
            yield from sound_probes(query, self.request, alpha)


def sound_probes(query: SoundQuery, request: SearchRequest, alpha: float) -> Iterator[Probe]:
    """The one or two probes of a sound."""
    weight, mode = request.weights.audio, request.sound_mode
    if mode in ("sound-to-video", "both"):
        vector = query.video.vector(alpha)
        yield Probe("sound-to-video", "alan", vector, weight, query.heard)
    if mode in ("sound-to-sound", "both"):
        yield Probe("sound-to-sound", "audio", query.audio, weight)
