"""The matrix products of one training step, added up by hand and counted as they run.

A product of [m k] and [k n] takes 2 m k n floating-point operations. The backward pass takes two
more of the same size, one per factor, so a step is three times its forward pass; the projections of
the features want no gradient of the features, which saves them one.
"""

from dataclasses import dataclass
from typing import Self

from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode
from transformers import BertConfig

from encoders.alan import AlanConfig
from encoders.alan.training import Learner
from encoders.alan.training.batches import VideoBatch
from encoders.alan.training.learner import total

FORWARD_AND_BACKWARD = 3
RECOMPUTED = 4
"""With gradient checkpointing the forward pass is done twice."""


@dataclass(frozen=True)
class BatchShape:
    """What of a batch decides how much there is to compute."""

    videos: int
    clips: int
    """Of the longest video; the others are padded."""
    pieces: int
    """Likewise of the sentences."""
    masked: tuple[tuple[int, int, int], ...]
    """Per kind of phrase: sentences that have one, its most pieces, pieces in all."""

    @classmethod
    def of(cls, batch: VideoBatch) -> Self:
        """The shape of a batch that has texts."""
        assert batch.text is not None
        counts = [kind.sum(dim=1) for kind in batch.text.masked.unbind(dim=1)]
        masked = tuple((int((n > 0).sum()), int(n.max()), int(n.sum())) for n in counts)
        (videos, clips), pieces = batch.mask.shape, batch.text.ids.shape[1]
        return cls(videos, clips, pieces, masked)


def step_flops(
    shape: BatchShape, config: AlanConfig, bert: BertConfig, *, checkpointed: bool = False
) -> dict[str, int]:
    """Operations of one step by part of the network; the rest (norms, softmax, Adam) is left out.

    Args:
        config: of a network without sound whose text width is d.
        checkpointed: the text backbone's states are computed again in the backward pass.
    """
    forward = {
        "detector": _detector(shape, config),
        "self encoders": _self_encoders(shape, config),
        "cross encoders": _cross_encoders(shape, config),
        "text backbone": _backbone(shape, bert),
        "gated units": _gated_units(shape, config),
        "alignment": 2 * 2 * shape.videos**2 * len(config.streams) * config.d,
        "prompting decoder": sum(_decoder(shape, config, *kind[:2]) for kind in shape.masked),
        "vocabulary": sum(2 * kind[2] * config.d * bert.vocab_size for kind in shape.masked),
    }
    flops = {"projections": 2 * _projections(shape, config)}
    flops |= {part: FORWARD_AND_BACKWARD * count for part, count in forward.items()}
    if checkpointed:
        flops["text backbone"] = RECOMPUTED * forward["text backbone"]
    return flops


def counted_flops(learner: Learner, batch: VideoBatch) -> int:
    """Operations of one forward and backward pass, as PyTorch's own counter sees them run."""
    with sdpa_kernel(SDPBackend.MATH):  # fused attention is not counted on every device
        with FlopCounterMode(display=False) as counter:
            total(learner(batch)).backward()
    return counter.get_total_flops()


def _projections(shape: BatchShape, config: AlanConfig) -> int:
    return 2 * shape.videos * shape.clips * sum(config.streams.values()) * config.d


def _detector(shape: BatchShape, config: AlanConfig) -> int:
    widths = [len(config.streams) * config.d, *config.detector_hidden, 1]
    products = sum(a * b for a, b in zip(widths, widths[1:], strict=False))
    return 2 * shape.videos * shape.clips * products * config.detector_kernel


def _self_encoders(shape: BatchShape, config: AlanConfig) -> int:
    layer = _layer(shape.videos, _tokens(shape, config), config.d, config.ffn)
    return len(config.streams) * layer


def _cross_encoders(shape: BatchShape, config: AlanConfig) -> int:
    own, streams = _tokens(shape, config), len(config.streams)
    if streams == 1:
        return 0
    return streams * _attention(shape.videos, own, own * (streams - 1), config.d)


def _backbone(shape: BatchShape, bert: BertConfig) -> int:
    layer = _layer(shape.videos, shape.pieces, bert.hidden_size, bert.intermediate_size)
    return bert.num_hidden_layers * layer


def _gated_units(shape: BatchShape, config: AlanConfig) -> int:
    unit = config.text_dim * config.d + config.d**2 + config.d  # the last is the stream's weight
    return 2 * 2 * shape.videos * len(config.streams) * unit


def _decoder(shape: BatchShape, config: AlanConfig, sentences: int, asked: int) -> int:
    """The Prompting Decoder at `asked` pieces of each sentence."""
    prompt = len(config.streams) * _tokens(shape, config)
    feed_forward = 2 * sentences * asked * 2 * config.d * config.ffn
    return feed_forward + sum(
        _attention(sentences, asked, keys, config.d) for keys in (shape.pieces, prompt)
    )


def _tokens(shape: BatchShape, config: AlanConfig) -> int:
    """Of one stream: each sequence's samples and its CLS token."""
    return len(config.sequences) * (min(config.num_samples, shape.clips) + 1)


def _layer(rows: int, tokens: int, width: int, inner: int) -> int:
    """One Transformer encoder layer."""
    return _attention(rows, tokens, tokens, width) + 2 * rows * tokens * 2 * width * inner


def _attention(rows: int, queries: int, keys: int, width: int) -> int:
    """In- and output projections, scores and weighted sums."""
    projections = 2 * (queries + keys) * width**2
    return 2 * rows * (projections + 2 * queries * keys * width)
