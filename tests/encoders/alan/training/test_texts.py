"""Sentences through a small backbone."""

import numpy as np
import pytest

from encoders.alan.masking import Maskable
from encoders.alan.phrases import Phrases
from encoders.alan.training import Sentences
from encoders.alan.training.texts import pieces_table
from tests.support.text import WORDS, asked_of, tiny_bert

SAID = [("a man runs", "running"), ("the big dog enters a shop", "dog")]


def first_word(text: str) -> Phrases:
    return Phrases(nouns=((0, text.index(" ")),), verbs=())


def test_each_sentence_is_asked_once():
    backbone = tiny_bert(pooling="mean").freeze()
    sentences, asked = Sentences(backbone), asked_of(backbone)
    sentences(["a man runs", "a dog runs", "a man runs"])
    sentences.outputs("a dog runs")
    sentences.table([("a man runs", "x"), ("the dog", "y")])
    assert sorted(asked) == ["a dog runs", "a man runs", "the dog"]


def test_what_is_said_of_a_sentence_does_not_depend_on_its_company():
    backbone = tiny_bert(pooling="mean").freeze()
    texts = [text for text, _ in SAID]
    vectors = Sentences(backbone)([*texts, texts[0]])
    for row, text in enumerate([*texts, texts[0]]):
        alone = backbone([text])
        np.testing.assert_allclose(vectors[row], alone.sentence[0], atol=1e-5)
        tokens, words, sentence = Sentences(backbone).outputs(text)
        np.testing.assert_allclose(tokens, alone.tokens[0], atol=2e-3)  # float16
        assert words.tolist() == [False, *[True] * len(text.split()), False]
        np.testing.assert_allclose(sentence, alone.sentence[0], atol=1e-5)


def test_many_sentences_are_asked_in_some_batches(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("encoders.alan.training.texts.TEXTS_AT_ONCE", 2)
    backbone = tiny_bert(pooling="mean").freeze()
    texts = ["the dog", "a man runs", "the old man enters the shop", "dog", "a car"]
    for vector, text in zip(Sentences(backbone)(texts), texts, strict=True):
        np.testing.assert_allclose(vector, backbone([text]).sentence[0], atol=1e-5)


def test_a_table_is_padded_to_its_longest_sentence():
    sentences = Sentences(tiny_bert(pooling="mean").freeze())
    table = sentences.table(SAID)
    assert table.tokens is not None
    assert table.tokens.shape == (2, 8, 16)
    assert table.tokens.dtype == np.float16
    assert not table.tokens[0, 5:].any()
    assert table.tokens[0, :5].any(axis=1).all()
    assert table.ids[0].tolist() == [
        WORDS.index(word) for word in ("[CLS]", "a", "man", "runs", "[SEP]", *["[PAD]"] * 3)
    ]
    assert table.attended.sum(axis=1).tolist() == [5, 8]
    assert table.words.sum(axis=1).tolist() == [3, 6]
    assert table.meanings == ("running", "dog")
    assert table.maskable == (Maskable((), ()),) * 2
    assert table.sentences is not None
    np.testing.assert_allclose(table.sentences, sentences([text for text, _ in SAID]))


def test_a_backbone_that_is_trained_needs_word_pieces_and_is_not_asked():
    backbone = tiny_bert(pooling="cls")
    asked = asked_of(backbone)
    table = pieces_table(backbone, SAID, masking="phrases", find=first_word)
    assert asked == []
    assert (table.tokens, table.sentences) == (None, None)
    assert table.ids.dtype == np.int32
    assert table.attended.sum(axis=1).tolist() == [5, 8]
    # "a" and "the" are the first word pieces after [CLS].
    assert table.maskable == (Maskable(((1, 2),), ()),) * 2


def test_phrases_of_a_frozen_backbone_s_table_are_those_of_its_pieces():
    table = Sentences(tiny_bert(pooling="mean").freeze()).table(
        SAID, masking="phrases", find=first_word
    )
    assert table.maskable == (Maskable(((1, 2),), ()),) * 2
