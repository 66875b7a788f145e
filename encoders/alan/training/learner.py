"""Everything that learns in one run, and its loss: L = L_align + λ1 L_topk + λ2 L_mpm (Eq. 10)."""

from jaxtyping import Bool, Float
from torch import Tensor, nn, stack

from encoders.alan.alignment import dual_embedding, similarity_matrix
from encoders.alan.audio import AudioEncoder
from encoders.alan.losses import margin_ranking_loss, topk_loss
from encoders.alan.model import Alan
from encoders.alan.outputs import QueryOutput, VideoOutput
from encoders.alan.training.batches import SoundBatch, TextBatch, VideoBatch
from encoders.alan.training.recipe import AlanRecipe
from encoders.alan.training.texts import TextBackbone
from encoders.alan.vpmpm import MaskedPhraseModel, masked_phrase_loss
from encoders.bert import BertText, TokenOutputs

PARTS = ("text", "detector", "phrases", "audio", "audio detector", "sound")
"""Of the loss; a batch has those that it can tell."""
SOUND_MARGIN = 0.2
Losses = dict[str, Float[Tensor, ""]]


class Learner(nn.Module):
    """The network with what only training needs: the masked phrase model, a text backbone."""

    def __init__(self, alan: Alan, recipe: AlanRecipe, *, backbone: TextBackbone | None) -> None:
        """
        Args:
            backbone: the text backbone. It is trained along unless frozen; VPMPM tells the words
                of its vocabulary. None without texts.
        """
        super().__init__()
        self.alan = alan
        self.recipe = recipe
        self.backbone = backbone if isinstance(backbone, BertText) and _learns(backbone) else None
        self.phrases = None
        if recipe.has_phrases and backbone is not None:
            self.phrases = MaskedPhraseModel(alan.config, backbone.vocabulary)

    def forward(self, batch: VideoBatch) -> Losses:
        """The weighted parts of the loss of a batch of videos."""
        recipe = self.recipe
        lead = {"detector": None, "labels": batch.lead, "nothing": batch.lead * 0}
        seen = self.alan.video(batch.streams, batch.mask, lead=lead[recipe.led_by])
        topk = self._topk(seen.scores, batch.mask, batch.labels)
        losses = {"detector": recipe.detector_weight * topk}
        if batch.text is not None:
            losses |= self._text(batch.text, seen, batch.same)
        if self.alan.audio is not None and batch.audio is not None and len(batch.heard) > 1:
            losses |= self._heard(self.alan.audio, batch, batch.audio, seen)
        return losses

    def sound_loss(self, batch: SoundBatch) -> Losses:
        """Ranks the partner of each pair of sounds above sounds of other kinds."""
        assert self.alan.audio is not None
        output = self.alan.audio(batch.audio, batch.mask)
        vectors = dual_embedding(output.g, output.h)
        similarity = vectors[0::2] @ vectors[1::2].T
        loss = margin_ranking_loss(similarity, margin=SOUND_MARGIN, same=batch.same)
        return {"sound": self.recipe.sound_weight * loss}

    def _text(self, text: TextBatch, seen: VideoOutput, same: Bool[Tensor, "b b"]) -> Losses:
        said = self._states(text)
        query = self.alan.text(said.tokens, said.words, sentence=said.sentence)
        losses = {"text": self._ranking(seen, query, same)}
        if self.phrases is not None:
            loss = masked_phrase_loss(
                self.phrases, said.tokens, text.ids, text.attended, text.masked, seen
            )
            losses["phrases"] = self.recipe.phrase_weight * loss
        return losses

    def _states(self, text: TextBatch) -> TokenOutputs:
        if text.tokens is not None and text.sentences is not None:
            return TokenOutputs(text.tokens, text.words, text.sentences)
        assert self.backbone is not None, "texts without states need a backbone that is trained"
        return self.backbone.encode(text.ids.long(), text.attended, text.words)

    def _heard(
        self,
        encoder: AudioEncoder,
        batch: VideoBatch,
        audio: Float[Tensor, "h t a"],
        seen: VideoOutput,
    ) -> Losses:
        rows = batch.heard
        mask = batch.mask[rows, : audio.shape[1]]
        heard = encoder(audio, mask)
        topk = self._topk(heard.scores, mask, batch.labels[rows])
        return {
            "audio": self._ranking(seen[rows], heard, batch.same[rows][:, rows]),
            "audio detector": self.recipe.detector_weight * topk,
        }

    def _ranking(
        self, seen: VideoOutput, query: QueryOutput, same: Bool[Tensor, "b b"]
    ) -> Float[Tensor, ""]:
        config = self.alan.config
        similarity = similarity_matrix(seen, query, alpha=config.alpha)
        return margin_ranking_loss(
            similarity, margin=config.margin, reduction=self.recipe.reduction, same=same
        )

    def _topk(
        self, scores: Float[Tensor, "b t"], mask: Bool[Tensor, "b t"], labels: Float[Tensor, " b"]
    ) -> Float[Tensor, ""]:
        return topk_loss(scores, mask, labels, divisor=self.alan.config.topk_divisor)


def _learns(backbone: BertText) -> bool:
    return any(weight.requires_grad for weight in backbone.parameters())


def total(losses: Losses) -> Float[Tensor, ""]:
    """The sum of the weighted parts."""
    return stack(list(losses.values())).sum()
