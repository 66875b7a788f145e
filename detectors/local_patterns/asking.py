"""Asks a trained State Machine Module whether a caption still holds (`caption_memory.SayYes`)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float32
from pydantic import TypeAdapter, ValidationError

from detectors.local_patterns.base import RegionEncoder
from detectors.local_patterns.judging import Judge, comparable, judge_for
from detectors.local_patterns.smm_training import RECIPE_FILE, SmmRecipe
from detectors.local_patterns.state_machine import COMMAND, StateMachineModule
from segments.errors import WeightsMissing

WEIGHTS = Path(__file__).parent / "weights"
"""A folder per profile that has trained networks."""
PART = "smm"
_RECIPE = TypeAdapter(SmmRecipe)


class Asking:
    """Questions about regions, each answered by an SMM: a `SayYes`.

    Args:
        module: in evaluation mode, for tokens and words of the encoder's width.
        threshold: least probability of a yes.
    """

    def __init__(
        self,
        module: StateMachineModule,
        judge: Judge,
        encoder: RegionEncoder,
        *,
        threshold: float = 0.5,
    ) -> None:
        self._module, self._judge, self._encoder = module, judge, encoder
        self._threshold = threshold

    def __call__(
        self, questions: Sequence[str], tokens: Float32[np.ndarray, "k n d"]
    ) -> Bool[np.ndarray, " k"]:
        """True where what the question asks is to be seen in its region's image tokens."""
        return self.probability(questions, tokens) > self._threshold

    @torch.inference_mode()
    def probability(
        self, questions: Sequence[str], tokens: Float32[np.ndarray, "k n d"]
    ) -> Float32[np.ndarray, " k"]:
        """How likely each answer is yes."""
        if not questions:
            return np.zeros(0, np.float32)
        words, mask = self._encoder.encode_questions(questions)
        most = self._module.config.words
        image, asked = (comparable(torch.from_numpy(part)) for part in (tokens, words[:, :most]))
        answer = self._module(asked, image, torch.from_numpy(mask[:, :most]))
        return self._judge.probability(answer).numpy()


def load_asking(folder: Path, encoder: RegionEncoder) -> Asking:
    """The network that `retrace train local-patterns --part smm` wrote to a folder.

    Raises:
        WeightsMissing: a file is absent or damaged, or the network is for another encoder.
    """
    module = StateMachineModule.from_pretrained(folder)
    config, recipe = module.config, _read_recipe(folder)
    if (config.dim, config.image_tokens) != (encoder.dim, encoder.num_tokens):
        raise WeightsMissing(
            f"the State Machine Module in {folder} reads {config.image_tokens} image tokens of "
            f"{config.dim} numbers, and the encoder gives {encoder.num_tokens} of {encoder.dim}: "
            f"train another with `{COMMAND}`"
        )
    judge = judge_for(recipe.reading, encoder, temperature=recipe.temperature)
    return Asking(module, judge, encoder, threshold=recipe.threshold)


def shipped_asking(profile: str, encoder: RegionEncoder) -> Asking | None:
    """The network that comes with retrace for a profile's region encoder; None where none does.

    Raises:
        WeightsMissing: it is damaged, or for another encoder.
    """
    folder = WEIGHTS / profile / PART
    return load_asking(folder, encoder) if folder.is_dir() else None


def _read_recipe(folder: Path) -> SmmRecipe:
    try:
        return _RECIPE.validate_json((folder / RECIPE_FILE).read_bytes())
    except (FileNotFoundError, ValidationError) as error:
        raise WeightsMissing(
            f"{folder / RECIPE_FILE} says how the State Machine Module's answers are read, and "
            f"cannot be used: {error}; train it again with `{COMMAND}`"
        ) from error
