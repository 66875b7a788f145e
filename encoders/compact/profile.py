"""The compact profile, loaded: clips, words and sounds to vectors on one device."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32, UInt8

from encoders import minilm
from encoders.alan import AlanPredictor
from encoders.base import ProfileSpec
from encoders.bert import BertText
from encoders.compact.models import CompactModels, read_digests
from encoders.compact.sound import CLIP_SAMPLES
from encoders.compact.spec import COMPACT, WEIGHTS
from segments.levels import LEVELS
from segments.manifest import SpaceManifest, VectorRecord
from segments.media import AudioClip, ClipBatch
from segments.vectors import ClipFeatures, DualQuery, SoundQuery

SENTENCE_BATCH = 64


class CompactProfile:
    """Small networks that ship with retrace; see their MODEL_CARD.md for what they can do."""

    def __init__(
        self, models: CompactModels, digests: dict[str, str], *, device: torch.device | str = "cpu"
    ) -> None:
        self.digests = digests
        self.encoders = models.encoders.to(device)
        self.alan = AlanPredictor(models.alan, device=device)

    @classmethod
    def load(
        cls, folder: Path = WEIGHTS, *, device: torch.device | str = "cpu"
    ) -> "CompactProfile":
        """Loads the shipped weights, or those of a folder that a recipe wrote.

        Raises:
            WeightsMissing: they are not there, or are not the ones that were written.
        """
        return cls(CompactModels.load(folder), read_digests(folder), device=device)

    @property
    def spec(self) -> ProfileSpec:
        return COMPACT

    @property
    def manifest(self) -> SpaceManifest:
        return SpaceManifest(
            profile=COMPACT.name,
            vectors=tuple(map(VectorRecord.of, COMPACT.vectors)),
            levels=LEVELS,
            digests=self.digests | {"minilm/model.safetensors": minilm.SHA256},
            default_alpha=COMPACT.default_alpha,
        )

    def encode_clips(self, batch: ClipBatch) -> ClipFeatures:
        return self.encoders.encode(batch)

    def score_clips(self, features: ClipFeatures) -> Float32[np.ndarray, " t"]:
        return self.alan.score_clips(features)

    def embed_segments(
        self, segments: Sequence[tuple[ClipFeatures, Float32[np.ndarray, " t"]]]
    ) -> list[dict[str, Float32[np.ndarray, " d"]]]:
        return self.alan.embed_segments(segments)

    def encode_text(self, text: str) -> DualQuery:
        return self.encode_texts([text])[0]

    def encode_texts(self, texts: Sequence[str]) -> list[DualQuery]:
        """A query of each text, in one pass of the language model."""
        outputs = self.words(texts)
        parts = (part.numpy() for part in (outputs.tokens, outputs.words, outputs.sentence))
        return [
            self.alan.encode_text(tokens, words, sentence=sentence)
            for tokens, words, sentence in zip(*parts, strict=True)
        ]

    def encode_image(self, pixels: UInt8[np.ndarray, "h w 3"]) -> DualQuery:
        """A query from a picture: its appearance lives among sentences and is read as one.

        As a clip that stands still it would find stillness: see docs/LOG.md.
        """
        seen = self.encoders.look_once(pixels)
        return self.alan.encode_text(seen[None], np.ones(1, bool), sentence=seen).uniform()

    def encode_sentences(self, texts: Sequence[str]) -> Float32[np.ndarray, "n d"]:
        batches = [texts[at : at + SENTENCE_BATCH] for at in range(0, len(texts), SENTENCE_BATCH)]
        vectors = [self.words(batch).sentence.numpy() for batch in batches]
        return np.concatenate([np.zeros((0, minilm.DIM), np.float32), *vectors])

    def encode_sound(self, sound: AudioClip) -> SoundQuery:
        """A query from a sound of any length; its last clip is filled up with silence."""
        missing = -len(sound.samples) % CLIP_SAMPLES
        clips = np.pad(sound.samples, (0, missing)).reshape(-1, CLIP_SAMPLES)
        return self.alan.encode_sound(self.encoders.hear(clips))

    @cached_property
    def words(self) -> BertText:
        """MiniLM."""
        return minilm.load_minilm()  # 90 MB that indexing does not need
