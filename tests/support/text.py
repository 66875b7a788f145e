"""A text backbone small enough for tests, with random weights and a vocabulary of whole words."""

from collections.abc import Sequence

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel

from encoders.bert import BertText, Pooling, TokenOutputs

WORDS = (
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", ".", "a", "the", "red", "old", "big"),
    *("man", "woman", "car", "dog", "street", "shop", "runs", "breaks", "enters", "walks"),
)


def tiny_bert(*, pooling: Pooling, seed: int = 0) -> BertText:
    """Width 16, two layers; the same seed gives the same weights."""
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(word, WORDS.index(word)) for word in ("[CLS]", "[SEP]")],
    )
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        bert = BertModel(config, add_pooling_layer=False)
    return BertText(bert.eval(), tokenizer, pooling=pooling)


def asked_of(backbone: BertText) -> list[str]:
    """Every text that is put to a backbone from now on."""
    texts: list[str] = []
    forward = backbone.forward

    def listening(asked: Sequence[str]) -> TokenOutputs:
        texts.extend(asked)
        return forward(asked)

    backbone.forward = listening
    return texts
