"""Video-prompted masked phrase modelling: words that only the video can tell (METHODS A.7)."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from encoders.alan.config import AlanConfig
from encoders.alan.outputs import VideoOutput


class PromptingDecoder(nn.TransformerDecoderLayer):
    """One standard decoder layer, computed at the masked words only: nothing else is asked for.

    Without a mask of its own, a layer's output at one word needs the others as keys and values
    but not their outputs; with 3 of 50 words masked this saves nine tenths of the layer.
    """

    def fill_in(
        self,
        asked: Float[Tensor, "b m d"],
        sentence: Float[Tensor, "b l d"],
        prompt: Float[Tensor, "b s d"],
        *,
        attended: Bool[Tensor, "b l"],
        told: Bool[Tensor, "b s"],
    ) -> Float[Tensor, "b m d"]:
        """What `forward(sentence, prompt)` gives at the words `asked`, which are some of it."""
        by_sentence, _ = self.self_attn(
            asked, sentence, sentence, key_padding_mask=~attended, need_weights=False
        )
        x = self.norm1(asked + self.dropout1(by_sentence))
        by_prompt, _ = self.multihead_attn(
            x, prompt, prompt, key_padding_mask=~told, need_weights=False
        )
        x = self.norm2(x + self.dropout2(by_prompt))
        inner = self.dropout(nn.functional.gelu(self.linear1(x)))
        return self.norm3(x + self.dropout3(self.linear2(inner)))


class MaskedPhraseModel(nn.Module):
    """A shared mask vector, the Prompting Decoder and a classifier over the vocabulary.

    Used in training only. One decoder serves noun and verb phrases.
    """

    def __init__(self, config: AlanConfig, vocabulary: int) -> None:
        super().__init__()
        self.mask = nn.Parameter(torch.randn(config.text_dim) * 0.02)
        same = config.text_dim == config.d
        self.project = nn.Identity() if same else nn.Linear(config.text_dim, config.d)
        self.decoder = PromptingDecoder(
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
        sentence = self.project(torch.where(masked[..., None], self.mask, tokens))
        # The masked words of each row first, in their order; rows with fewer are filled up.
        places = masked.sort(dim=1, descending=True, stable=True).indices
        places = places[:, : int(masked.sum(dim=1).max())]
        rows = torch.arange(len(masked), device=masked.device)[:, None]
        found = self.decoder.fill_in(
            sentence[rows, places],
            sentence,
            video.tokens.flatten(1, 2),
            attended=attended,
            told=video.mask.repeat(1, video.tokens.shape[1]),
        )
        return self.classify(found[masked[rows, places]])


@torch.compiler.disable()  # what is masked decides its shapes: a compiled graph would break anew
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
