"""The text encoder: a backbone's token outputs to a query (METHODS A.6)."""

from jaxtyping import Bool, Float
from torch import Tensor, nn

from encoders.alan.config import AlanConfig
from encoders.alan.gated import GatedStreams
from encoders.alan.outputs import TextOutput
from encoders.alan.tokens import masked_mean


class TextEncoder(nn.Module):
    """Gated embedding units on the sentence and on the mean of the words."""

    def __init__(self, config: AlanConfig) -> None:
        super().__init__()
        self.dropout = nn.Dropout(config.text_dropout)
        self.cls = GatedStreams(config.text_dim, config)
        self.avg = GatedStreams(config.text_dim, config)

    def forward(
        self,
        tokens: Float[Tensor, "b l c"],
        words: Bool[Tensor, "b l"],
        *,
        sentence: Float[Tensor, "b c"] | None = None,
    ) -> TextOutput:
        """Queries from the backbone's last layer.

        Args:
            words: True for word pieces; False for special tokens and padding.
            sentence: what stands for the whole text; the first token ([CLS]) where not given.
        """
        whole = tokens[:, 0] if sentence is None else sentence
        g, w_g = self.cls(self.dropout(whole))
        h, w_h = self.avg(self.dropout(masked_mean(tokens, words)))
        return TextOutput(g, h, w_g, w_h)
