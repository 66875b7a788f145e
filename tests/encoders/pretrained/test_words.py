"""The words of text towers as training takes them: states, offsets and numbers."""

import numpy as np
import pytest
import torch

from encoders.alan.training import Sentences
from encoders.models.library import ModelLibrary
from encoders.pretrained.words import TowerWords, around
from encoders.towers.base import Placement
from encoders.towers.opening import open_text
from encoders.towers.tower import TextHalf

FAMILIES = {
    "clip": "clip-vit-base-patch32",
    "siglip": "siglip2-base-patch16-224",
    "videoprism": "videoprism-lvt-base-f16r288",
    "xclip": "xclip-base-patch32",
}
TEXTS = ("The man runs away.", "Fire!", "a thief", "x")


@pytest.fixture(params=FAMILIES)
def tower(models: ModelLibrary, request: pytest.FixtureRequest) -> TextHalf:
    half = open_text(models.folder(FAMILIES[request.param]), Placement("cpu", torch.float32))
    assert isinstance(half, TextHalf)
    return half


def test_the_mean_of_the_words_is_the_sentence(tower: TextHalf):
    sentences = Sentences(TowerWords(tower))
    expected = tower.encode(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(expected, axis=1), 1.0, atol=1e-6)
    for text, vector in zip(TEXTS, expected, strict=True):
        tokens, words, sentence = sentences.outputs(text)  # kept as float16
        np.testing.assert_allclose(sentence, vector, atol=1e-6)
        np.testing.assert_allclose(tokens[words].mean(axis=0), vector, atol=2e-3)
        np.testing.assert_allclose(tokens[~words], np.tile(vector, (sum(~words), 1)), atol=2e-3)


def test_words_differ_by_one_on_average_and_with_their_company(tower: TextHalf):
    words = TowerWords(tower)
    said = words(["the man runs", "a man"])
    for row in range(2):
        away = (said.tokens[row] - said.sentence[row])[said.words[row]]
        assert away.square().sum(dim=1).mean().item() == pytest.approx(1.0, abs=1e-4)
        lengths = away.norm(dim=1)
        assert lengths.max() > 1.01 * lengths.min()


def test_states_keep_the_directions_of_the_model_s_own(tower: TextHalf):
    text = "the man runs"
    cut = tower.cut([text])
    mask = cut[:, 1] if tower.__class__.__name__ != "SiglipText" else None
    own = tower.model.get_text_features(input_ids=cut[:, 0], attention_mask=mask).last_hidden_state
    said = TowerWords(tower)([text])
    kept = own[0, : said.words.shape[1], : tower.dim][said.words[0]]
    away = kept - kept.mean(dim=0)
    found = (said.tokens[0] - said.sentence[0])[said.words[0]]
    cosines = torch.nn.functional.cosine_similarity(away, found, dim=1)
    torch.testing.assert_close(cosines, torch.ones_like(cosines), atol=1e-4, rtol=0)


def test_offsets_point_at_the_words(tower: TextHalf):
    text = "The man runs away."
    pieces = TowerWords(tower).cut([text, "a"])
    letters = {offset for start, end in pieces.offsets[0].tolist() for offset in range(start, end)}
    assert letters >= {i for i, letter in enumerate(text) if letter != " "}
    starts = pieces.offsets[0, :, 0][pieces.words[0]].tolist()
    assert starts == sorted(starts)
    assert not pieces.offsets[~pieces.words].any()


def test_special_tokens_and_padding_are_no_words(tower: TextHalf):
    pieces = TowerWords(tower).cut(["aaa", "a"])
    assert pieces.attended[0].all()
    assert pieces.ids.shape == pieces.words.shape == pieces.attended.shape
    short = int(pieces.attended[1].sum())
    assert not pieces.attended[1, short:].any()
    assert not (pieces.words & ~pieces.attended).any()
    special = {"ClipText": 2, "XClipText": 2}.get(type(tower).__name__, 0)
    assert (pieces.attended.sum(dim=1) - pieces.words.sum(dim=1)).tolist() == [special] * 2


def test_pieces_are_numbered_as_they_are_seen(tower: TextHalf):
    words = TowerWords(tower)
    assert words.vocabulary == 0
    first = words.cut(["abc", "ba"]).ids
    assert words.vocabulary == len(set(first.flatten().tolist()))
    assert sorted(set(first.flatten().tolist())) == list(range(words.vocabulary))
    known = words.vocabulary
    again = words.cut(["abc", "ba"]).ids
    assert torch.equal(first, again)
    assert words.vocabulary == known
    new = words.cut(["abz"]).ids
    assert words.vocabulary == known + 1
    assert known in new
    words(["entirely different"])  # states need no numbers
    assert words.vocabulary == known + 1
    assert torch.equal(TowerWords(tower).cut(["abc", "ba"]).ids, first)
    original = tower.cut(["abc", "ba"])[:, 0, : first.shape[1]]
    pairs = set(zip(original.flatten().tolist(), first.flatten().tolist(), strict=True))
    assert len(pairs) == known


def test_a_text_past_the_tower_s_length_is_cut(tower: TextHalf):
    words = TowerWords(tower)
    pieces = words.cut(["ab " * 100])
    assert pieces.ids.shape[1] == words(["ab " * 100]).words.shape[1] <= 77


def test_states_around_a_sentence_by_hand():
    states = torch.tensor([[[9.0, 9.0], [1.0, 0.0], [3.0, 4.0]], [[7.0, 7.0], [5.0, 5.0], [0, 0]]])
    words = torch.tensor([[False, True, True], [False, True, False]])
    sentences = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    found = around(sentences, states, words)
    # Words lie (-1, -2) and (1, 2) from their mean, both of length sqrt(5).
    third = torch.tensor([1.0, 2.0]) / 5**0.5
    first = torch.tensor([1.0, 0.0])
    expected = torch.stack([first, first - third, first + third])
    torch.testing.assert_close(found[0], expected)
    torch.testing.assert_close(found[1], torch.tensor([[0.0, 1.0]] * 3))
