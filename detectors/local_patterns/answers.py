"""What a state machine's answer means, and what it is taught (paper, Eq. 6)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Answers:
    """The two answers in the space of the words.

    Eq. 6 divides cosines, which may be negative: here each is (1 + cos) / 2. As printed it also
    leaves out the pairs that are false, and would be content with "yes" to everything: here they
    count with "no" as the answer.
    """

    yes: Float[Tensor, " d"]
    no: Float[Tensor, " d"]
    temperature: float | None = None
    """A softmax of cosines over this in place of their shares: words whose vectors lie close
    together, as "yes" and "no" of most encoders do, leave the shares near 1/2."""

    def probability(self, answer: Float[Tensor, "*b d"]) -> Float[Tensor, "*b"]:
        """How much nearer to "yes" than to "no", from 0 to 1; above 1/2 is a yes."""
        near_yes = F.cosine_similarity(answer, self.yes, dim=-1)
        near_no = F.cosine_similarity(answer, self.no, dim=-1)
        if self.temperature is not None:
            return torch.sigmoid((near_yes - near_no) / self.temperature)
        return (1 + near_yes) / (2 + near_yes + near_no).clamp_min(1e-6)

    def loss(self, answer: Float[Tensor, "*b d"], truth: Float[Tensor, "*b"]) -> Float[Tensor, ""]:
        """Mean cross-entropy over pairs of image and question.

        Args:
            truth: 1 where the image shows what the question asks, else 0.
        """
        return F.binary_cross_entropy(self.probability(answer).clamp(0, 1), truth)


def constant_target_loss(
    answer: Float[Tensor, "*b d"], truth: Float[Tensor, "*b"]
) -> Float[Tensor, ""]:
    """The released code's loss: squared distance to all ones for yes, to all zeros for no."""
    return F.mse_loss(answer, truth[..., None].expand_as(answer))


def constant_target_probability(answer: Float[Tensor, "*b d"]) -> Float[Tensor, "*b"]:
    """Where an answer stands between all zeros and all ones, within 0 to 1."""
    return answer.mean(dim=-1).clamp(0, 1)
