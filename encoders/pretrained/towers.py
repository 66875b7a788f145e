"""The towers of a profile, each opened when it is first needed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch

from encoders.models.library import ModelLibrary
from encoders.models.specs import ProfileRecipe
from encoders.pretrained.clips import ClipTowers
from encoders.pretrained.known_sentences import KnownSentences
from encoders.pretrained.phrases import digest
from encoders.towers import opening
from encoders.towers.base import PictureTower, Placement, SoundTower, TemporalTower, TextTower
from encoders.towers.facts import FrameFacts, SoundFacts, frame_facts, sound_facts
from segments.errors import UserError

SIZES_FILE = "batch-sizes.json"
"""In the library of models: micro-batch sizes that were measured on this machine."""

SENTENCES_FOLDER = "sentences"
"""In the library of models: what their text halves made of sentences."""


@dataclass(frozen=True)
class TowerSet:
    """The models that a recipe names. A search by words loads words only, indexing none of them."""

    recipe: ProfileRecipe
    library: ModelLibrary
    device: str
    dtype: torch.dtype
    compile: bool = False

    @cached_property
    def looks(self) -> FrameFacts:
        """Of the appearance model."""
        return frame_facts(self.library.settings(self.recipe.appearance))

    @cached_property
    def follows(self) -> FrameFacts | None:
        """Of the temporal model."""
        name = self.recipe.temporal
        return None if name is None else frame_facts(self.library.settings(name))

    @cached_property
    def hears(self) -> SoundFacts | None:
        """Of the sound model."""
        name = self.recipe.audio
        return None if name is None else sound_facts(self.library.settings(name))

    @cached_property
    def clips(self) -> ClipTowers:
        """Everything that looks at and hears footage."""
        return ClipTowers(self.pictures, self._temporal(), self.sounds if self.hears else None)

    @cached_property
    def words(self) -> TextTower:
        """Words in the pictures' space."""
        return opening.open_text(self._folder(self.recipe.appearance), self._place)

    @cached_property
    def sounds(self) -> SoundTower:
        return opening.open_sounds(self._folder(self._audio), self._place)

    @cached_property
    def sound_words(self) -> TextTower:
        """Words in the sounds' space."""
        return opening.open_sound_text(self._folder(self._audio), self._place)

    @cached_property
    def sentences(self) -> TextTower:
        """Words in the pictures' space, for sentences that come again: they are kept."""
        return self._known(self.recipe.appearance, lambda: self.words)

    @cached_property
    def sound_sentences(self) -> TextTower:
        """Words in the sounds' space, likewise."""
        return self._known(self._audio, lambda: self.sound_words)

    def _known(self, model: str, open_tower: Callable[[], TextTower]) -> KnownSentences:
        precision = str(self.dtype).removeprefix("torch.")
        file = self.library.root / SENTENCES_FOLDER / f"{model}-{precision}.safetensors"
        digests = [" ".join(pair) for pair in self.library.digests(model).items()]
        return KnownSentences(open_tower, file, tower=digest(digests))

    @cached_property
    def pictures(self) -> PictureTower:
        return opening.open_pictures(self._folder(self.recipe.appearance), self._place)

    def _temporal(self) -> TemporalTower | None:
        name = self.recipe.temporal
        return None if name is None else opening.open_temporal(self._folder(name), self._place)

    @property
    def _audio(self) -> str:
        if self.recipe.audio is None:
            raise UserError(
                f"the profile {self.recipe.name} has no model of sounds: search by words"
            )
        return self.recipe.audio

    def _folder(self, name: str) -> Path:
        return self.library.folder(name)

    @property
    def _place(self) -> Placement:
        return Placement(self.device, self.dtype, self.compile, self.library.root / SIZES_FILE)
