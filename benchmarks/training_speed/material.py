"""What is trained on: random features, sentences and backbone weights of the real sizes.

How fast a network trains does not depend on what it learns, only on shapes and on bytes.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float16
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import BertConfig

from benchmarks.training_speed.arguments import SizeName
from encoders.alan import AlanConfig
from encoders.alan.masking import Maskable
from encoders.alan.training import AlanRecipe, TextTable, TrainingSet, VideoExample, held
from encoders.bert import BertText
from segments.vectors import ClipFeatures

POOL_CLIPS = 4000
"""Videos are copied out of one pool of so many random clips: values repeat, memory does not."""


@dataclass(frozen=True)
class Size:
    """A network, its text backbone and the data it sees."""

    config: AlanConfig
    bert: BertConfig
    recipe: AlanRecipe
    clips: tuple[int, int]
    """Least and most clips of a video."""
    pieces: tuple[int, int]
    """Least and most word pieces of a sentence, special tokens included."""


SIZES: dict[SizeName, Size] = {
    "paper": Size(
        AlanConfig(streams={"appearance": 1024, "motion": 1024}, text_dim=768),
        BertConfig(vocab_size=28996),
        AlanRecipe(),
        clips=(60, 400),
        pieces=(15, 35),
    ),
    "smoke": Size(
        AlanConfig(
            streams={"appearance": 24, "motion": 24},
            text_dim=32,
            d=32,
            heads=2,
            ffn=128,
            num_samples=5,
        ),
        BertConfig(
            vocab_size=300,
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=128,
        ),
        AlanRecipe(batch_size=8),
        clips=(6, 40),
        pieces=(8, 14),
    ),
}
"""The paper's network as UCFCrime-AR trains it, without sound; and one for a test of the path."""


def random_backbone(size: Size, *, seed: int) -> BertText:
    """A BERT with random weights, and a tokenizer that is never asked."""
    from transformers import BertModel  # loads torchaudio, which `encoders` makes possible

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        bert = BertModel(size.bert, add_pooling_layer=False)
    return BertText(bert, Tokenizer(WordLevel({"[PAD]": 0}, unk_token="[PAD]")), pooling="cls")


def random_set(size: Size, num_videos: int, *, seed: int) -> TrainingSet:
    """Videos in memory as float16, every second one anomalous, with a sentence each."""
    rng = np.random.default_rng(seed)
    pools = {
        name: rng.standard_normal((POOL_CLIPS, width), np.float32).astype(np.float16)
        for name, width in size.config.streams.items()
    }
    least, most = size.clips
    lengths = rng.integers(least, most + 1, num_videos).tolist()
    videos = tuple(
        VideoExample(
            held(_features(pools, length, rng)),
            texts=(row,),
            meanings=frozenset({f"video {row}"}),
            is_anomalous=row % 2 == 1,
        )
        for row, length in enumerate(lengths)
    )
    return TrainingSet(videos, _texts(size, num_videos, rng))


def _features(
    pools: dict[str, Float16[np.ndarray, "p d"]], length: int, rng: np.random.Generator
) -> ClipFeatures:
    start = int(rng.integers(POOL_CLIPS - length + 1))
    return ClipFeatures({n: pool[start : start + length].copy() for n, pool in pools.items()})


def _texts(size: Size, count: int, rng: np.random.Generator) -> TextTable:
    """Sentences in which three neighbouring pieces or two may be masked, as a phrase is."""
    least, most = size.pieces
    lengths = rng.integers(least, most + 1, count)
    attended = np.arange(most) < lengths[:, None]
    ids = rng.integers(1, size.bert.vocab_size, (count, most)).astype(np.int32)
    ends = (np.arange(most) == 0) | (np.arange(most) == lengths[:, None] - 1)
    return TextTable(
        ids=np.where(attended, ids, 0),
        attended=attended,
        words=attended & ~ends,
        meanings=tuple(f"video {row}" for row in range(count)),
        maskable=(Maskable(nouns=((1, 4),), verbs=((4, 6),)),) * count,
    )
