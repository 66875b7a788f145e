"""Features that a pretrained profile made: the words that belong to them, and where ALAN starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float32

from benchmarks.datasets.base import FeatureReader
from benchmarks.datasets.feature_files import FolderFeatures
from benchmarks.datasets.feature_folders import Layout
from benchmarks.retrieval.experiment import Texts
from encoders.alan import Alan, AlanConfig
from encoders.alan.phrases import Engine
from encoders.alan.start import start_as_identity
from encoders.alan.training import Sentences
from encoders.models.library import ModelLibrary
from encoders.models.specs import ProfileRecipe, profile_recipes
from encoders.pretrained.start import score_by_words, untrained_alan, untrained_config
from encoders.pretrained.towers import TowerSet
from encoders.pretrained.words import TowerWords
from encoders.towers.precision import best_dtype
from encoders.towers.tower import TextHalf
from segments.errors import UserError

EXTRACT = "run `retrace features extract FOOTAGE --profile {} --out NEW`"


@dataclass(frozen=True)
class TowerTexts(Texts):
    """The text tower of the profile that made some features, frozen."""

    towers: TowerSet = field(kw_only=True, repr=False)
    weights: Mapping[str, str] = field(kw_only=True)
    """SHA-256 by name of the model that the text tower is a half of."""

    @property
    def digests(self) -> Mapping[str, str]:
        return self.weights

    @cached_property
    def frozen(self) -> Sentences:
        return _Whole(self.backbone())

    @cached_property
    def dim(self) -> int:
        return self.towers.looks.dim

    def backbone(self) -> TowerWords:
        """One run's own, which numbers the pieces of that run's sentences."""
        words = self.towers.words
        assert isinstance(words, TextHalf)
        return TowerWords(words)

    @property
    def config(self) -> AlanConfig:
        """The network that the profile has untrained; with ears where the profile has ears."""
        follows, hears = self.towers.follows, self.towers.hears
        return untrained_config(
            appearance=self.dim,
            motion=None if follows is None else follows.dim,
            audio=None if hears is None else hears.dim,
        )

    def start(self, alan: Alan) -> None:
        """Lets a network start as the untrained profile: zero-shot, its detector led by words."""
        start_as_identity(alan)
        score_by_words(alan, self.towers.words)

    def untrained(self) -> Alan:
        """The profile's network before any training."""
        alan = untrained_alan(self.config)
        score_by_words(alan, self.towers.words)
        return alan


class _Whole(Sentences):
    """Asks as the profile does, by the whole sentence, which stands for its words as well."""

    def outputs(
        self, text: str
    ) -> tuple[Float32[np.ndarray, "1 c"], Bool[np.ndarray, " 1"], Float32[np.ndarray, " c"]]:
        sentence = self([text])[0]
        return sentence[None], np.ones(1, bool), sentence


def tower_texts(
    features: FeatureReader, *, device: str = "cpu", phrases: Engine = "auto"
) -> TowerTexts:
    """The words that belong to features, from this user's library of models.

    Raises:
        UserError: no pretrained profile made them, or one of other weights than are here.
        WeightsMissing: a model of that profile is not in the library.
    """
    library = ModelLibrary.default()
    layout = features.layout if isinstance(features, FolderFeatures) else None
    recipe = _recipe_of(layout, library)
    if layout is None or recipe is None:
        by = "" if layout is None or layout.profile is None else f", but by {layout.profile!r}"
        raise UserError(
            f"these features were not made by a pretrained profile of this machine{by}, as "
            f"--profile clip needs them: {EXTRACT.format('clip')}, or take --profile compact"
        )
    if other := _different(layout, recipe, library):
        raise UserError(
            f"these features of the profile {recipe.name} were made by other weights than those "
            f"in {library.root} ({', '.join(other)}): {EXTRACT.format(recipe.name)}"
        )
    towers = TowerSet(recipe, library, device, best_dtype(device))
    return TowerTexts(phrases=phrases, towers=towers, weights=library.digests(recipe.appearance))


def _recipe_of(layout: Layout | None, library: ModelLibrary) -> ProfileRecipe | None:
    name = None if layout is None else layout.profile
    return None if name is None else profile_recipes(library).get(name)


def _different(layout: Layout, recipe: ProfileRecipe, library: ModelLibrary) -> list[str]:
    """Files of the towers by which features and library differ; which ALAN there was is all one."""
    models = [name for name in recipe.models if name != recipe.alan]
    here = {file: digest for name in models for file, digest in library.digests(name).items()}
    return sorted(file for file, digest in here.items() if layout.digests.get(file) != digest)
