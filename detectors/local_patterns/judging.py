"""How a state machine's answer is read as yes or no, and what it is taught."""

from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from detectors.local_patterns.answers import (
    Answers,
    constant_target_loss,
    constant_target_probability,
)
from detectors.local_patterns.base import RegionEncoder

Reading = Literal["answers", "constants"]
"""By the words "yes" and "no" (paper, Eq. 6), or by ones and zeros (the released code)."""


class Judge(Protocol):
    """What an answer means."""

    def probability(self, answer: Float[Tensor, "*b d"]) -> Float[Tensor, "*b"]:
        """From 0 to 1; above 1/2 is a yes."""
        ...

    def loss(self, answer: Float[Tensor, "*b d"], truth: Float[Tensor, "*b"]) -> Float[Tensor, ""]:
        """Mean over pairs; `truth` is 1 where the image shows what the question asks, else 0."""
        ...


@dataclass(frozen=True)
class Constants:
    """All ones for yes, all zeros for no."""

    def probability(self, answer: Float[Tensor, "*b d"]) -> Float[Tensor, "*b"]:
        return constant_target_probability(answer)

    def loss(self, answer: Float[Tensor, "*b d"], truth: Float[Tensor, "*b"]) -> Float[Tensor, ""]:
        return constant_target_loss(answer, truth)


def judge_for(reading: Reading, encoder: RegionEncoder, *, temperature: float | None) -> Judge:
    """The judge of a network that speaks in an encoder's space.

    Args:
        temperature: of "answers" only; see `Answers.temperature`.
    """
    if reading == "constants":
        return Constants()
    yes, no = torch.from_numpy(encoder.encode_texts(["yes", "no"]))
    return Answers(yes, no, temperature)


def comparable(vectors: Float[Tensor, "*b d"]) -> Float[Tensor, "*b d"]:
    """Image tokens or words as a state machine is given them: numbers about 1 in size.

    Raw image tokens can be many times as long as words, which would then count for nothing, and of
    vectors of length 1 so little is left after the first layer that nothing is learned for long.
    """
    return F.normalize(vectors, dim=-1) * vectors.shape[-1] ** 0.5
