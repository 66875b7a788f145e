"""What TRACE's training minimises: symmetric InfoNCE of clips and sentences (METHODS B.5).

With a span, each clip in it must find the sentence among others, and the sentence the clip among
those of all footage, its own outside the span included. Where nobody says when, a sentence is
compared with its whole footage by a soft maximum over the clips (multiple instances). What is said
in nearly the same words, or may be true, counts neither way.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from detectors.trace.batches import Batch

NEVER = -1e4
"""A logit that counts nothing, in any precision."""


def loss_of(
    batch: Batch,
    z: Float[Tensor, "b q *w d"],
    words: Float[Tensor, "s d"],
    *,
    alike: Bool[Tensor, "s s"],
    tau: float,
) -> Float[Tensor, ""]:
    """What the sentences with spans cost, and those without.

    Args:
        z: unit vectors of the clips that are looked at; of windows that answer apart, the best
            counts.
        words: unit vectors of the sentences.
        alike: which sentences say the same.
        tau: temperature.
    """
    cosines = z @ words.T
    logits = (cosines.amax(dim=2) if z.ndim == 4 else cosines) / tau
    false = batch.seen[..., None] & ~or_alike(batch.inside, alike)
    timed = batch.inside & batch.timed[:, None]
    untimed = (batch.inside & ~batch.timed[:, None]).any(dim=1)
    return contrast_clips(logits, timed, false) + contrast_footage(
        pool(logits, batch.seen[..., None]), untimed, pool(logits, false)
    )


def or_alike(said: Bool[Tensor, "b q s"], alike: Bool[Tensor, "s s"]) -> Bool[Tensor, "b q s"]:
    """Where a sentence is said, or one like it."""
    return (said.float() @ alike.float()) > 0


def contrast_clips(
    logits: Float[Tensor, "b q s"], true: Bool[Tensor, "b q s"], false: Bool[Tensor, "b q s"]
) -> Float[Tensor, ""]:
    """Clips find their sentences, sentences their clips; every sentence counts the same there."""
    against = logits.masked_fill(~false, NEVER)
    by_clip = missed(logits, against.logsumexp(dim=2, keepdim=True))
    by_word = missed(logits, against.logsumexp(dim=(0, 1), keepdim=True))
    counts = true.sum(dim=(0, 1))
    of_words = (by_word * true).sum(dim=(0, 1)) / counts.clamp(min=1)
    return (mean_where(by_clip, true) + mean_where(of_words, counts > 0)) / 2


def contrast_footage(
    pooled: Float[Tensor, "b s"], true: Bool[Tensor, "b s"], false: Float[Tensor, "b s"]
) -> Float[Tensor, ""]:
    """Footage finds its sentences, and they their footage.

    Args:
        false: the pooled logits of the clips where a sentence is false.
    """
    by_footage = missed(pooled, false.logsumexp(dim=1, keepdim=True))
    by_word = missed(pooled, false.logsumexp(dim=0, keepdim=True))
    return (mean_where(by_footage, true) + mean_where(by_word, true)) / 2


def pool(logits: Float[Tensor, "b q s"], where: Bool[Tensor, "b q _"]) -> Float[Tensor, "b s"]:
    """The soft maximum over some clips; nothing where there are none.

    A clip's weight is its share of them, so that long footage gains nothing by length.
    """
    counts = where.sum(dim=1).clamp(min=1)
    return logits.masked_fill(~where, NEVER).logsumexp(dim=1) - counts.log()


def missed(found: Float[Tensor, "*n"], against: Float[Tensor, "*m"]) -> Float[Tensor, "*n"]:
    """Negative log-likelihood of each logit against others: several positives do not compete."""
    return torch.logaddexp(against, found) - found


def mean_where(losses: Float[Tensor, "*n"], which: Bool[Tensor, "*n"]) -> Float[Tensor, ""]:
    """Their mean; 0 where there are none."""
    return (losses * which).sum() / which.sum().clamp(min=1)
