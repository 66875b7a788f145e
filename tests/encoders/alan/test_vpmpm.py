"""Masked phrases by hand; METHODS G, trap 2."""

import numpy as np
import pytest
import torch
from torch import nn

from encoders.alan.config import AlanConfig
from encoders.alan.masking import Maskable, maskable
from encoders.alan.outputs import VideoOutput
from encoders.alan.phrases import Phrases, phrase_finder
from encoders.alan.vpmpm import MaskedPhraseModel, masked_phrase_loss
from segments.errors import UserError
from tests.support.text import WORDS, tiny_bert

CONFIG = AlanConfig(streams={"a": 3, "b": 3}, text_dim=16, d=8, heads=2, ffn=12, dropout=0.0)


def video(batch: int, *, seed: int = 0) -> VideoOutput:
    """Two streams of six tokens, the last two padded."""
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randn(batch, 2, 6, 8, generator=generator)
    mask = torch.tensor([[True] * 4 + [False] * 2]).repeat(batch, 1)
    pooled = torch.zeros(batch, 2, 8)
    return VideoOutput(pooled, pooled, torch.zeros(batch, 1), tokens, mask)


def model(vocabulary: int = len(WORDS)) -> MaskedPhraseModel:
    torch.manual_seed(0)
    return MaskedPhraseModel(CONFIG, vocabulary).eval()


def spans(text: str, phrases) -> list[str]:
    return [text[start:end] for start, end in phrases]


def test_noun_and_verb_phrases_of_a_caption():
    _, find = phrase_finder("textblob")
    text = "A man with a knife enters the small shop and threatens the cashier."
    found = find(text)
    assert spans(text, found.nouns) == ["A man", "a knife", "the small shop", "the cashier"]
    assert spans(text, found.verbs) == ["enters", "threatens"]


def test_the_paper_s_figure_4_verb_phrase():
    _, find = phrase_finder("textblob")
    text = "A shirtless man deliberately knocked down multiple shelves."
    assert spans(text, find(text).verbs) == ["deliberately knocked down"]
    assert spans(text, find(text).nouns)[0] == "A shirtless man"


@pytest.mark.parametrize("text", ["", "!!!", "   "])
def test_texts_without_phrases_have_none(text: str):
    assert phrase_finder("textblob")[1](text) == Phrases((), ())


def test_a_parser_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match="spacy download en_core_web_sm"):
        phrase_finder("spacy")
    with pytest.raises(UserError, match=r"retrace\[train\]"):
        phrase_finder("auto")


def test_phrases_become_the_word_pieces_inside_them():
    pieces = tiny_bert(pooling="cls").cut(["the red man runs"])  # [CLS] the red man runs [SEP]
    words, offsets = pieces.words[0].numpy(), pieces.offsets[0].numpy()
    phrases = Phrases(nouns=((0, 11),), verbs=((12, 16),))
    assert maskable(phrases, words, offsets, "phrases") == Maskable(((1, 4),), ((4, 5),))
    singles = Maskable(((1, 2), (2, 3), (3, 4)), ((4, 5),))
    assert maskable(phrases, words, offsets, "noun and verb words") == singles
    every = Maskable(((1, 2), (2, 3), (3, 4), (4, 5)), ())
    assert maskable(phrases, words, offsets, "words") == every
    assert maskable(phrases, words, offsets, "none") == Maskable((), ())


def test_phrases_past_the_end_of_a_cut_text_are_left_out():
    words = np.array([False, True, False])
    offsets = np.array([[0, 0], [0, 3], [0, 0]])
    phrases = Phrases(nouns=((0, 3), (20, 24)), verbs=((10, 14),))
    assert maskable(phrases, words, offsets, "phrases") == Maskable(((1, 2),), ())


def test_one_phrase_of_each_kind_is_drawn():
    either = Maskable(((1, 3), (4, 5)), ())
    drawn = {tuple(either.draw(6, np.random.default_rng(seed))[0]) for seed in range(20)}
    assert drawn == {
        (False, True, True, False, False, False),
        (False, False, False, False, True, False),
    }
    assert not either.draw(6, np.random.default_rng(0))[1].any()


def test_trap_2_outputs_are_masked_and_not_inputs():
    """The backbone sees the whole sentence: its outputs elsewhere still know the masked word."""
    backbone = tiny_bert(pooling="cls")
    network = model()
    masked = torch.tensor([[False, False, True, False, False]])
    attended = torch.ones(1, 5, dtype=torch.bool)
    logits = [
        network(backbone([text]).tokens, attended, masked, video(1))
        for text in ("the man runs", "the woman runs")
    ]
    assert logits[0].shape == (1, len(WORDS))
    # Only what the unmasked outputs carry of the other noun can make a difference.
    assert not torch.equal(logits[0], logits[1])
    tokens = backbone(["the man runs"]).tokens.clone()
    before = network(tokens, attended, masked, video(1))
    tokens[0, 2] = 9.0
    torch.testing.assert_close(network(tokens, attended, masked, video(1)), before)


def test_trap_2_the_classes_are_the_tokenizer_s_vocabulary():
    assert MaskedPhraseModel(AlanConfig.paper(), 28_996).classify.out_features == 28_996


def test_the_decoder_is_the_standard_layer_at_the_masked_words():
    network = model()
    generator = torch.Generator().manual_seed(1)
    tokens = torch.randn(3, 7, 16, generator=generator)
    attended = torch.tensor([[True] * 7, [True] * 5 + [False] * 2, [True] * 7])
    masked = torch.zeros(3, 7, dtype=torch.bool)
    masked[0, 2:5] = masked[1, 1] = masked[2, 5:7] = True
    shown = video(3)
    sentence = network.project(torch.where(masked[..., None], network.mask, tokens))
    standard = nn.TransformerDecoderLayer.forward(
        network.decoder,
        sentence,
        shown.tokens.flatten(1, 2),
        tgt_key_padding_mask=~attended,
        memory_key_padding_mask=~shown.mask.repeat(1, 2),
    )
    expected = network.classify(standard[masked])
    torch.testing.assert_close(network(tokens, attended, masked, shown), expected)


def test_the_video_prompts_the_answer():
    network = model()
    tokens, attended = torch.zeros(1, 4, 16), torch.ones(1, 4, dtype=torch.bool)
    masked = torch.tensor([[False, True, False, False]])
    one, other = (network(tokens, attended, masked, video(1, seed=seed)) for seed in (0, 1))
    assert not torch.allclose(one, other)


def test_the_loss_is_the_mean_of_both_kinds_and_leaves_out_what_has_none():
    network = model(vocabulary=4)
    nn.init.zeros_(network.classify.weight)
    with torch.no_grad():
        network.classify.bias.copy_(torch.tensor([0.0, 0.0, np.log(2.0), 0.0]))  # 1/5 1/5 2/5 1/5
    tokens, attended = torch.randn(2, 3, 16), torch.ones(2, 3, dtype=torch.bool)
    ids = torch.tensor([[0, 2, 2], [0, 1, 1]])
    masked = torch.zeros(2, 2, 3, dtype=torch.bool)
    masked[0, 0, 1:] = True  # two nouns of class 2: -log 2/5 each
    masked[1, 1, 1] = True  # one verb of class 1: -log 1/5
    loss = masked_phrase_loss(network, tokens, ids, attended, masked, video(2))
    assert loss.item() == pytest.approx((-np.log(0.4) - np.log(0.2)) / 2)
    nothing = masked_phrase_loss(network, tokens, ids, attended, masked & False, video(2))
    assert nothing.item() == 0.0


def test_masked_words_are_learned_from_the_video_alone():
    """Two videos, one sentence: the masked noun can be told from the video only."""
    torch.manual_seed(0)
    network = MaskedPhraseModel(CONFIG, len(WORDS))
    tokens, attended = torch.randn(1, 4, 16).repeat(2, 1, 1), torch.ones(2, 4, dtype=torch.bool)
    masked = torch.zeros(2, 2, 4, dtype=torch.bool)
    masked[:, 0, 1] = True
    ids = torch.full((2, 4), WORDS.index("the"))
    ids[0, 1], ids[1, 1] = WORDS.index("man"), WORDS.index("dog")
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        loss = masked_phrase_loss(network, tokens, ids, attended, masked, video(2))
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05
