"""Video-prompted masked phrase modelling: words that only the video can tell (METHODS A.7)."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from encoders.alan.config import AlanConfig
from encoders.alan.outputs import VideoOutput


class MaskedPhraseModel(nn.Module):
    """A shared mask vector, the Prompting Decoder and a classifier over the vocabulary.

    Used in training only. One decoder serves noun and verb phrases.
    """

    def __init__(self, config: AlanConfig, vocabulary: int) -> None:
        super().__init__()
        self.mask = nn.Parameter(torch.randn(config.text_dim) * 0.02)
        same = config.text_dim == config.d
        self.project = nn.Identity() if same else nn.Linear(config.text_dim, config.d)
        self.decoder = nn.TransformerDecoderLayer(
            config.d, config.heads, config.ffn, config.dropout, activation="gelu", batch_first=True
        )
        self.classify = nn.Linear(config.d, vocabulary)

    def forward(
        self,
        tokens: Float[Tensor, "b l c"],
        attended: Bool[Tensor, "b l"],
        masked: Bool[Tensor, "b l"],
        video: VideoOutput,
    ) -> Float[Tensor, "m v"]:
        """Logits of the masked pieces, row by row of the batch.

        Args:
            tokens: the text backbone's outputs (X^t): they are masked, not its inputs.
            attended: False at padding.
            masked: True at the pieces whose outputs the mask vector replaces.
            video: the prompt (X^v): all streams' tokens, one after the other, with no look-ahead
                mask, since words are filled in and not continued.
        """
        asked = self.project(torch.where(masked[..., None], self.mask, tokens))
        prompt = video.tokens.flatten(1, 2)
        told = video.mask.repeat(1, video.tokens.shape[1])
        found = self.decoder(
            asked, prompt, tgt_key_padding_mask=~attended, memory_key_padding_mask=~told
        )
        return self.classify(found[masked])


def masked_phrase_loss(
    model: MaskedPhraseModel,
    tokens: Float[Tensor, "b l c"],
    ids: Int[Tensor, "b l"],
    attended: Bool[Tensor, "b l"],
    masked: Bool[Tensor, "b k l"],
    video: VideoOutput,
) -> Float[Tensor, ""]:
    """Cross-entropy at the masked pieces (Eq. 9), averaged over the kinds of phrases.

    Args:
        ids: the pieces' rows in the vocabulary, what is to be told.
        masked: per kind of phrase (nouns, verbs); captions without one of a kind sit out its pass.
    """
    losses: list[Tensor] = []
    for kind in range(masked.shape[1]):
        rows = masked[:, kind].any(dim=1)
        if rows.any():
            some = masked[rows, kind]
            logits = model(tokens[rows], attended[rows], some, video[rows])
            losses.append(cross_entropy(logits.float(), ids[rows][some].long()))
    return torch.stack(losses).mean() if losses else tokens.new_zeros(())
