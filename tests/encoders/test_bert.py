"""A text backbone of random weights, saved to a folder and read from it."""

import pytest
import torch
from safetensors.torch import load_file, save_file

from encoders.bert import BertText
from segments.errors import WeightsMissing
from tests.support.text import WORDS, tiny_bert


def test_what_was_saved_is_read_again(tmp_path):
    written = tiny_bert(pooling="cls")
    written.save_pretrained(tmp_path)
    read = BertText.from_pretrained(tmp_path, pooling="cls")
    expected, found = written(["a man runs"]), read(["a man runs"])
    torch.testing.assert_close(found.tokens, expected.tokens)
    assert (read.dim, read.vocabulary) == (16, len(WORDS))


def test_checkpoints_with_a_prefix_old_names_and_heads_are_read(tmp_path):
    written = tiny_bert(pooling="cls")
    written.save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    old = {
        "bert." + name.replace("LayerNorm.weight", "LayerNorm.gamma"): value
        for name, value in weights.items()
    }
    save_file(old | {"cls.predictions.bias": torch.zeros(3)}, tmp_path / "model.safetensors")
    read = BertText.from_pretrained(tmp_path, pooling="cls")
    torch.testing.assert_close(read(["a man"]).tokens, written(["a man"]).tokens)


def test_pieces_know_their_place_in_the_text():
    pieces = tiny_bert(pooling="cls").cut(["a man runs", "man"])
    assert pieces.ids.tolist()[0] == [
        WORDS.index(w) for w in ("[CLS]", "a", "man", "runs", "[SEP]")
    ]
    assert pieces.offsets.tolist()[0] == [[0, 0], [0, 1], [2, 5], [6, 10], [0, 0]]
    assert pieces.words.tolist()[1] == [False, True, False, False, False]
    assert pieces.attended.tolist()[1] == [True, True, True, False, False]


def test_the_sentence_is_the_first_token_or_the_unit_mean():
    text = ["a man runs"]
    by_cls, by_mean = (tiny_bert(pooling=pooling)(text) for pooling in ("cls", "mean"))
    torch.testing.assert_close(by_cls.sentence, by_cls.tokens[:, 0])
    mean = by_mean.tokens.mean(dim=1)
    torch.testing.assert_close(by_mean.sentence, mean / mean.norm(dim=1, keepdim=True))


def test_missing_and_foreign_files_are_refused(tmp_path):
    with pytest.raises(WeightsMissing, match="config.json is missing"):
        BertText.from_pretrained(tmp_path, pooling="cls")
    tiny_bert(pooling="cls").save_pretrained(tmp_path)
    save_file({"other": torch.zeros(1)}, tmp_path / "model.safetensors")
    with pytest.raises(WeightsMissing, match="embeddings.word_embeddings.weight"):
        BertText.from_pretrained(tmp_path, pooling="cls")
