"""Captions by BLIP-2's Q-Former: image-grounded text generation of its first stage (METHODS C.2).

transformers' copy of the model lacks the head that says words. LAVIS's own checkpoint has it:
`retrace models pull blip2-itm-vit-g` takes the tensors named Qformer.cls.* out of it into
lm_head.safetensors.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import PreTrainedTokenizerFast

from segments.errors import WeightsMissing

HEAD_FILE = "lm_head.safetensors"
PREFIX = "Qformer.cls.predictions."
NEVER = -1e9


@dataclass(frozen=True)
class Writing:
    """How captions are searched for; LAVIS's own numbers."""

    beams: int = 3
    shortest: int = 10
    """Tokens with the opening one, before which no sentence ends."""
    longest: int = 30


class WordHead(nn.Module):
    """Q-Former states to logits over the vocabulary: BERT's head."""

    def __init__(self, dim: int, vocabulary: int) -> None:
        super().__init__()
        self.dense = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim, eps=1e-12)
        self.decoder = nn.Linear(dim, vocabulary)

    def forward(self, states: Float[Tensor, "*b d"]) -> Float[Tensor, "*b v"]:
        return self.decoder(self.norm(F.gelu(self.dense(states))))

    @classmethod
    def read(cls, folder: Path) -> "WordHead":
        """From lm_head.safetensors, under LAVIS's names.

        Raises:
            WeightsMissing: the file is damaged, or lacks a tensor.
        """
        path = folder / HEAD_FILE
        try:
            stored = load_file(path)
            own = {
                "dense.weight": stored[PREFIX + "transform.dense.weight"],
                "dense.bias": stored[PREFIX + "transform.dense.bias"],
                "norm.weight": stored[PREFIX + "transform.LayerNorm.weight"],
                "norm.bias": stored[PREFIX + "transform.LayerNorm.bias"],
                "decoder.weight": stored[PREFIX + "decoder.weight"],
                "decoder.bias": stored[PREFIX + "bias"],
            }
            head = cls(own["dense.weight"].shape[0], len(own["decoder.bias"]))
            head.load_state_dict({name: value.float() for name, value in own.items()})
        except (SafetensorError, KeyError, RuntimeError) as error:
            raise WeightsMissing(f"{path} cannot be used: {error}; pull it again") from error
        return head.eval().requires_grad_(False)


class CaptionWriter:
    """Writes sentences about regions, several at once, by beam search.

    Every step runs queries and words together, the words seeing the queries and what was written
    before them: the same numbers as LAVIS's cache of the queries gives. A finished beam stays among
    the best as it is; the winner has the greatest mean log-probability per token.

    Args:
        model: Blip2ForImageTextRetrieval.
        head: of the model's width and vocabulary.
    """

    def __init__(
        self,
        model: Any,
        head: WordHead,
        tokenizer: PreTrainedTokenizerFast,
        writing: Writing | None = None,
    ) -> None:
        self._model, self._tokenizer, self._writing = model, tokenizer, writing or Writing()
        self._head = head.to(model.device, model.dtype)
        self._start = _id_of(tokenizer, "[DEC]")
        self._end = _id_of(tokenizer, "[SEP]")

    @torch.inference_mode()
    def write(self, features: Float[Tensor, "n p c"]) -> list[str]:
        """A sentence for each region, from what the picture encoder says of it."""
        ids = self._search(features.to(self._model.device, self._model.dtype))
        return [self._text(row) for row in ids.tolist()]

    def logits(
        self, features: Float[Tensor, "b p c"], ids: Int[Tensor, "b t"]
    ) -> Float[Tensor, "b t v"]:
        """What may come after each word, given the region and the words up to there."""
        queries = self._model.query_tokens.expand(len(ids), -1, -1)
        inputs = self._model.embeddings(input_ids=ids, query_embeds=queries)
        states = self._model.qformer(
            query_embeds=inputs,
            query_length=queries.shape[1],
            attention_mask=_writing_mask(queries.shape[1], ids.shape[1]).to(inputs),
            encoder_hidden_states=features,
        ).last_hidden_state
        return self._head(states[:, queries.shape[1] :])

    def _search(self, features: Float[Tensor, "n p c"]) -> Int[Tensor, "n t"]:
        count, beams = len(features), self._writing.beams
        wide = features.repeat_interleave(beams, dim=0)
        ids = torch.full((count, beams, 1), self._start, device=features.device)
        scores = torch.full((count, beams), NEVER, device=features.device)
        scores[:, 0] = 0.0  # all beams begin alike: one of them counts
        while ids.shape[2] < self._writing.longest:
            is_done = self._is_done(ids)
            if is_done.all():
                break
            logits = self.logits(wide, ids.flatten(0, 1))[:, -1].float()
            scores, ids = self._best(scores, ids, is_done, logits.log_softmax(-1))
        lengths = (ids[..., 1:] != self._end).sum(dim=-1) + 1
        best = (scores / lengths).argmax(dim=1)
        return ids[torch.arange(count), best]

    def _best(
        self,
        scores: Float[Tensor, "n k"],
        ids: Int[Tensor, "n k t"],
        is_done: Tensor,
        steps: Float[Tensor, "m v"],
    ) -> tuple[Float[Tensor, "n k"], Int[Tensor, "n k u"]]:
        """The best continuations of all beams of a region."""
        count, beams, length = ids.shape
        steps = steps.view(count, beams, -1)
        if length < self._writing.shortest:
            steps[..., self._end] = NEVER
        stays = torch.full_like(steps, NEVER)
        stays[..., self._end] = 0.0  # what is finished grows by ends that cost nothing
        steps = torch.where(is_done[..., None], stays, steps)
        vocabulary = steps.shape[-1]
        best, places = (scores[..., None] + steps).flatten(1).topk(beams, dim=1)
        kept = ids.gather(1, (places // vocabulary)[..., None].expand(-1, -1, length))
        return best, torch.cat([kept, (places % vocabulary)[..., None]], dim=2)

    def _is_done(self, ids: Int[Tensor, "n k t"]) -> Tensor:
        return ids[..., -1] == self._end

    def _text(self, ids: list[int]) -> str:
        words = ids[1:]
        words = words[: words.index(self._end)] if self._end in words else words
        return str(self._tokenizer.decode(words, skip_special_tokens=True)).strip()


def _writing_mask(queries: int, words: int) -> Float[Tensor, "1 1 l l"]:
    """0 where a row looks, else NEVER: queries at queries, words also at the words so far."""
    sees = torch.ones(queries + words, queries + words).tril().bool()
    sees[:queries] = False
    sees[:, :queries] = True
    return torch.where(sees, 0.0, NEVER)[None, None]


def _id_of(tokenizer: PreTrainedTokenizerFast, token: str) -> int:
    found = tokenizer.convert_tokens_to_ids(token)
    if not isinstance(found, int) or found == tokenizer.unk_token_id:
        raise WeightsMissing(f"the tokenizer of BLIP-2 lacks {token}: pull the model again")
    return found
