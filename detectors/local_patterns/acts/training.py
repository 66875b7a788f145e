"""Label-free training of an act network: regions against timed captions of their footage.

Nobody says which region a sentence is about. A clip is as near to a sentence as its regions are
together (a soft maximum over them), so that those which show it come to say it.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int
from torch import Tensor

from detectors.local_patterns.acts.batches import ActLesson, Strip, make_strip
from detectors.local_patterns.acts.config import ActConfig
from detectors.local_patterns.acts.network import ActNetwork
from detectors.trace.objective import contrast_clips, or_alike
from detectors.words_training import WordsRecipe, WordsTrainer, noisy

RECIPE = WordsRecipe(epochs=10, batch_size=32, word_noise=1.0, averaging=0.995)


class ActTrainer(WordsTrainer[ActNetwork, Strip]):
    """One run of an act network."""

    def __init__(
        self,
        config: ActConfig,
        lessons: Sequence[ActLesson],
        words: Float32[np.ndarray, "n d"],
        recipe: WordsRecipe = RECIPE,
    ) -> None:
        """
        Args:
            words: the embedding of every sentence, of any length; `Said.wordings` has its rows.
        """
        super().__init__(lambda: ActNetwork(config), config, len(lessons), words, recipe)
        self.lessons = lessons

    def batch_of(self, rows: Int[np.ndarray, " b"], rng: np.random.Generator) -> Strip:
        recipe = self.recipe
        return make_strip(
            [self.lessons[row] for row in rows],
            every=recipe.every,
            max_clips=recipe.max_clips,
            gap=self.config.window,
            rng=rng,
        )

    def loss_of(self, batch: Strip) -> Float[Tensor, ""]:
        z = self.network(batch.motion, batch.mask, batch.patterns, batch.traits, batch.clips)
        words = self.words[batch.rows]
        alike = words @ words.T >= self.recipe.same
        logits = z @ noisy(words, self.recipe.word_noise).T / self.recipe.tau
        return contrast_regions(logits, batch.clips, batch.inside, alike=alike)


def contrast_regions(
    logits: Float[Tensor, "r s"],
    clips: Int[Tensor, " r"],
    inside: Bool[Tensor, "t s"],
    *,
    alike: Bool[Tensor, "s s"],
) -> Float[Tensor, ""]:
    """Clips with regions find their sentences among others, and sentences their clips.

    Args:
        clips: the row of `inside` of each region.
        alike: which sentences say the same: they count neither way.
    """
    seen, place = clips.unique(return_inverse=True)
    pooled = soft_maximum(logits, place, len(seen))[None]
    said = inside[seen][None]
    return contrast_clips(pooled, said, ~or_alike(said, alike))


def soft_maximum(
    logits: Float[Tensor, "r s"], place: Int[Tensor, " r"], count: int
) -> Float[Tensor, "n s"]:
    """Log of the sum of exponentials over the regions of each of `count` clips, none empty."""
    rows = place[:, None].expand_as(logits)
    least = logits.new_full((count, logits.shape[1]), -torch.inf)
    most = least.scatter_reduce(0, rows, logits.detach(), "amax")
    sums = torch.zeros_like(most).index_add(0, place, (logits - most[place]).exp())
    return sums.log() + most
