"""A profile of pretrained models: towers, and ALAN on top, zero-shot until trained."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from jaxtyping import Float32, UInt8

from encoders.alan import Alan, AlanConfig, AlanPredictor
from encoders.alan.model import CONFIG_FILE
from encoders.base import ProfileSpec
from encoders.models.library import ModelLibrary
from encoders.models.specs import ProfileRecipe
from encoders.pretrained.clips import clips_heard_together, hear
from encoders.pretrained.hearing import picture_of, put_into_words
from encoders.pretrained.start import (
    score_by_words,
    untrained_alan,
    untrained_config,
    untrained_digest,
)
from encoders.pretrained.towers import TowerSet
from encoders.towers.precision import best_dtype
from segments.errors import WeightsMissing
from segments.levels import CLIP_S, LEVELS
from segments.manifest import SpaceManifest, VectorRecord
from segments.media import AUDIO_RATE_HZ, AudioClip, ClipBatch
from segments.vectors import ClipFeatures, DualQuery, SoundQuery, VectorSpec


class PretrainedProfile:
    """The models of a recipe; each is loaded when something first needs it."""

    def __init__(
        self,
        recipe: ProfileRecipe,
        library: ModelLibrary,
        *,
        device: str = "cpu",
        compile: bool = False,
    ) -> None:
        """
        Args:
            compile: whether the towers go through `torch.compile`.

        Raises:
            WeightsMissing: a model is not here, or is not the one that was pulled, or the trained
                ALAN is for other models.
        """
        self.recipe = recipe
        self._library = library
        self._device = device
        self.towers = TowerSet(recipe, library, device, best_dtype(device), compile)
        self._config = self._choose_config()
        self._spec = self._make_spec()

    @property
    def spec(self) -> ProfileSpec:
        return self._spec

    def _make_spec(self) -> ProfileSpec:
        config, looks, hears = self._config, self.towers.looks, self.towers.hears
        streams = tuple(config.streams)
        blocks = tuple(f"{alignment}.{s}" for alignment in ("cls", "avg") for s in streams)
        vectors = [VectorSpec("alan", blocks, config.d)]
        if hears is not None:
            vectors.append(VectorSpec("audio", ("audio",), len(blocks) * config.d))
        return ProfileSpec(
            name=self.recipe.name,
            streams=streams,
            vectors=tuple(vectors),
            frame_size=looks.frame_size,
            frames_per_clip=1,
            fields_per_clip=0,
            detector_halo=config.detector_halo,
            default_alpha=config.alpha,
            audio_rate_hz=AUDIO_RATE_HZ if hears is None else hears.rate_hz,
        )

    @property
    def manifest(self) -> SpaceManifest:
        digests = [self._library.digests(name) for name in self.recipe.models]
        own = {} if self.is_trained else {"alan (untrained)": untrained_digest(self._config)}
        return SpaceManifest(
            profile=self.recipe.name,
            vectors=tuple(map(VectorRecord.of, self.spec.vectors)),
            levels=LEVELS,
            digests={name: sha256 for part in digests for name, sha256 in part.items()} | own,
            default_alpha=self._config.alpha,
        )

    @property
    def is_trained(self) -> bool:
        """Whether its ALAN was trained; else it is an identity start."""
        return self.recipe.alan is not None

    @property
    def hears_directly(self) -> bool:
        """Whether sounds were trained to find pictures; else they are put into words first."""
        audio = self._alan.model.audio
        return audio is not None and self.is_trained and bool(audio.opening.share)

    def encode_clips(self, batch: ClipBatch) -> ClipFeatures:
        return self.towers.clips.encode(batch)

    def score_clips(self, features: ClipFeatures) -> Float32[np.ndarray, " t"]:
        return self._scoring.score_clips(features)

    def embed_segments(
        self, segments: Sequence[tuple[ClipFeatures, Float32[np.ndarray, " t"]]]
    ) -> list[dict[str, Float32[np.ndarray, " d"]]]:
        return self._alan.embed_segments(segments)

    def encode_text(self, text: str) -> DualQuery:
        return self.encode_texts([text])[0]

    def encode_texts(self, texts: Sequence[str]) -> list[DualQuery]:
        """A query of each text, in one pass of the language model."""
        return [self._query(sentence) for sentence in self.towers.words.encode(texts)]

    def encode_image(self, pixels: UInt8[np.ndarray, "h w 3"]) -> DualQuery:
        """A query from a picture, which stands where a sentence about it would."""
        tower = self.towers.pictures
        window = np.repeat(pixels[None, None], tower.num_frames, axis=1)
        return self._query(tower.encode(window)[0]).uniform()

    def encode_sentences(self, texts: Sequence[str]) -> Float32[np.ndarray, "n d"]:
        return self.towers.sentences.encode(texts)

    def encode_sound(self, sound: AudioClip) -> SoundQuery:
        """A query from a sound of any length at `spec.audio_rate_hz`.

        Raises:
            UserError: the profile has no model of sounds.
        """
        features = self._hear(sound)
        query = self._alan.encode_sound(features)
        if self.hears_directly:
            return query
        mean = features.mean(axis=0)
        heard = put_into_words(mean / np.linalg.norm(mean), self.towers.sound_sentences)
        return SoundQuery(
            self._query(picture_of(heard, self.towers.sentences)),
            query.audio,
            {one.phrase.heard: one.share for one in heard},
        )

    def _query(self, sentence: Float32[np.ndarray, " d"]) -> DualQuery:
        """The sentence stands for its words as well: only whole texts live in pictures' space."""
        return self._alan.encode_text(sentence[None], np.ones(1, bool), sentence=sentence)

    def _hear(self, sound: AudioClip) -> Float32[np.ndarray, "t d"]:
        tower = self.towers.sounds
        if sound.rate_hz != tower.rate_hz:
            raise ValueError(f"a sound at {sound.rate_hz} Hz: expected {tower.rate_hz}")
        size = round(CLIP_S * tower.rate_hz)
        samples = sound.samples
        if len(samples) < clips_heard_together(tower) * size:
            return tower.encode(samples[None])
        return hear(tower, samples[: len(samples) // size * size].reshape(-1, size))

    @cached_property
    def _alan(self) -> AlanPredictor:
        return AlanPredictor(self._load_alan(), device=self._device)

    @cached_property
    def _scoring(self) -> AlanPredictor:
        """ALAN with its detector ready; only scoring needs the words that start it."""
        if not self.is_trained:
            score_by_words(self._alan.model, self.towers.sentences)
        return self._alan

    def _load_alan(self) -> Alan:
        if self.recipe.alan is None:
            return untrained_alan(self._config)
        return Alan.from_pretrained(self._library.folder(self.recipe.alan))

    def _choose_config(self) -> AlanConfig:
        towers = self.towers
        fitting = untrained_config(
            appearance=towers.looks.dim,
            motion=None if towers.follows is None else towers.follows.dim,
            audio=None if towers.hears is None else towers.hears.dim,
        )
        if self.recipe.alan is None:
            return fitting
        folder = self._library.folder(self.recipe.alan)
        found = AlanConfig.from_json((folder / CONFIG_FILE).read_bytes())
        _require_fit(self.recipe, found, fitting)
        return found


def _require_fit(recipe: ProfileRecipe, found: AlanConfig, fitting: AlanConfig) -> None:
    inputs = [(c.streams, c.text_dim, c.audio_dim or fitting.audio_dim) for c in (found, fitting)]
    if inputs[0] != inputs[1]:
        raise WeightsMissing(
            f"the ALAN of the profile {recipe.name} was trained on features of widths {inputs[0]} "
            f"(streams, words, sounds), and its models give {inputs[1]}: train it on features that "
            "`retrace features extract` wrote with the same models"
        )
