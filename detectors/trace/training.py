"""Label-free training of TRACE: clips of footage against the words of captions (METHODS B.5).

What a lesson is, `batches` says; what is minimised, `objective`. Features come from frozen encoders
as arrays, so nothing of the encoders can change.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float32, Int
from torch import Tensor

from detectors.trace.batches import Batch, Lesson, make_batch
from detectors.trace.config import TraceConfig
from detectors.trace.network import TraceNetwork
from detectors.trace.objective import loss_of
from detectors.words_training import WordsRecipe, WordsTrainer, noisy


class TraceTrainer(WordsTrainer[TraceNetwork, Batch]):
    """One run of TRACE's network."""

    def __init__(
        self,
        config: TraceConfig,
        lessons: Sequence[Lesson],
        words: Float32[np.ndarray, "n d"],
        recipe: WordsRecipe,
    ) -> None:
        """
        Args:
            words: the embedding of every sentence, of any length; `Said.wordings` has its rows.
        """
        super().__init__(lambda: TraceNetwork(config), config, len(lessons), words, recipe)
        self.lessons = lessons

    def batch_of(self, rows: Int[np.ndarray, " b"], rng: np.random.Generator) -> Batch:
        recipe = self.recipe
        chosen = [self.lessons[row] for row in rows]
        return make_batch(chosen, every=recipe.every, max_clips=recipe.max_clips, rng=rng)

    def loss_of(self, batch: Batch) -> Float[Tensor, ""]:
        z = self.network(batch.appearance, batch.motion, batch.mask, clips=batch.clips)
        words = self.words[batch.rows]
        alike = words @ words.T >= self.recipe.same
        shown = noisy(words, self.recipe.word_noise)
        return loss_of(batch, z, shown, alike=alike, tau=self.recipe.tau)
