"""Ridge maps by hand and against scikit-learn, and the network that starts as them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from encoders.alan import Alan, AlanConfig, AlanPredictor
from encoders.alan.closed_form import (
    AffineMap,
    Pairs,
    StreamMaps,
    ridge_map,
    start_closed_form,
    towards_sentences,
    towards_videos,
)
from segments.errors import UserError
from segments.vectors import ClipFeatures

CONFIG = AlanConfig(
    streams={"appearance": 6, "peak": 5},
    text_dim=7,
    d=8,
    heads=2,
    ffn=8,
    num_samples=4,
    residual_gate=True,
    identity_gates=True,
)


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def test_ridge_of_two_pairs_by_hand():
    # Centred inputs (1, -1) and (-1, 1): Gram [[2, -2], [-2, 2]], mean eigenvalue 2. With two more
    # on its diagonal and targets 1, -1 the duals are 1/6, -1/6, so W is (1/3, -1/3).
    found = ridge_map(np.array([[2.0, 0.0], [0.0, 2.0]]), np.array([[3.0], [1.0]]), penalty=1.0)
    assert found.mean.tolist() == [1.0, 1.0]
    np.testing.assert_allclose(found.weight, [[1 / 3], [-1 / 3]], rtol=1e-6)
    np.testing.assert_allclose(found(np.array([[2.0, 0.0]], np.float32)), [[2 / 3]], rtol=1e-6)


@pytest.mark.parametrize(("n", "width"), [(9, 4), (5, 30)])
def test_ridge_is_that_of_scikit_learn(n: int, width: int):
    inputs, targets, new = normal(n, width), normal(n, 3, seed=1), normal(6, width, seed=2)
    centred = inputs - inputs.mean(axis=0)
    alpha = 0.7 * np.trace(centred @ centred.T) / n
    expected = Ridge(alpha=alpha).fit(inputs, targets).predict(new) - targets.mean(axis=0)
    np.testing.assert_allclose(
        ridge_map(inputs, targets, penalty=0.7)(new), expected, rtol=1e-4, atol=1e-5
    )


def test_towards_sentences_keeps_the_cosines_of_the_ridge_line():
    sentences = normal(6, 7, seed=1)
    pairs = Pairs(normal(6, 4), sentences, sentences, sentences)
    maps = towards_sentences(pairs, penalty=2.0, dim=100)
    assert maps.video.weight.shape == (4, 5)  # six sentences, centred, span five directions
    middle = sentences.mean(axis=0)
    line = unit(ridge_map(pairs.videos, sentences, penalty=2.0)(pairs.videos))
    expected = unit(sentences - middle) @ line.T
    found = unit(maps.sentence(sentences)) @ unit(maps.video(pairs.videos)).T
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_towards_sentences_keeps_the_directions_in_which_the_targets_differ_most():
    targets = np.array([[5.0, 1.0], [5.0, -1.0], [8.0, 0.0], [2.0, 0.0]], np.float32)
    maps = towards_sentences(Pairs(targets, targets, targets, targets), penalty=1.0, dim=1)
    np.testing.assert_allclose(np.abs(maps.sentence(targets))[:, 0], [0, 0, 3, 3], atol=1e-6)


def test_words_are_mapped_to_where_their_sentences_are():
    # Two pairs have the eigenvalues 2m and 0 around their mean m: 1 / (1 + 0.01 / 2) is kept.
    sentences = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    words = np.array([[3.0, 1.0, 0.0], [0.0, 1.0, 3.0]], np.float32)
    maps = towards_sentences(Pairs(sentences, sentences, words, sentences), penalty=1.0, dim=2)
    np.testing.assert_allclose(maps.words(words), maps.sentence(sentences) / 1.005, rtol=1e-5)


@pytest.mark.parametrize(("whitening", "second"), [(0.0, 1.0), (0.5, 2**0.5), (1.0, 2.0)])
def test_towards_videos_divides_components_by_a_power_of_their_size(whitening: float, second):
    # Sizes sqrt(8) and sqrt(2): the second component is half the first.
    videos = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]], np.float32)
    texts = np.eye(4, dtype=np.float32)
    maps = towards_videos(
        Pairs(videos, texts, 2 * texts, texts), penalty=4.0, dim=2, whitening=whitening
    )
    shown = maps.video(videos)
    np.testing.assert_allclose(np.abs(shown), np.abs(videos) * [1.0, second], atol=1e-5)
    # Centred unit texts have eigenvalues 1, 1, 1, 0: with four times their mean, 3, a quarter of
    # the unit vector remains.
    np.testing.assert_allclose(maps.sentence(texts), unit(shown) / 4, atol=1e-5)
    np.testing.assert_allclose(maps.words(2 * texts), unit(shown) / 4, atol=1e-5)


def made_maps(config: AlanConfig = CONFIG, *, n: int = 12) -> dict[str, StreamMaps]:
    """As the C3D subset has them: one stream towards sentences, the others towards videos."""
    sentences, words = normal(n, config.text_dim, seed=1), normal(n, config.text_dim, seed=2)
    by_video, *by_sentence = config.streams.items()
    first = Pairs(normal(n, by_video[1], seed=3), sentences, words, sentences)
    maps = {by_video[0]: towards_videos(first, penalty=1.0, dim=6, whitening=0.25)}
    for name, width in by_sentence:
        pairs = replace(first, videos=normal(n, width, seed=4))
        maps[name] = towards_sentences(pairs, penalty=1.0, dim=8)
    return maps


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
def test_the_started_network_compares_as_the_maps_do(alpha: float):
    maps = made_maps()
    torch.manual_seed(0)
    model = Alan(CONFIG)
    start_closed_form(model, maps)
    predictor = AlanPredictor(model)
    # At most num_samples clips, so that sampling takes all of them.
    videos = [
        ClipFeatures({"appearance": normal(t, 6, seed=t), "peak": normal(t, 5, seed=t + 9)})
        for t in (1, 3, 4)
    ]
    tokens, sentences = normal(5, 3, 7, seed=6), normal(5, 7, seed=7)
    stored = predictor.embed_segments([(video, predictor.score_clips(video)) for video in videos])
    words = np.array([False, True, True])
    asked = [
        predictor.encode_text(token, words, sentence=sentence).vector(alpha)
        for token, sentence in zip(tokens, sentences, strict=True)
    ]
    found = np.stack(asked) @ np.stack([vectors["alan"] for vectors in stored]).T
    expected = np.zeros((5, 3))
    for name, stream in maps.items():
        shown = unit(stream.video(np.stack([v.streams[name].mean(axis=0) for v in videos])))
        expected += alpha * unit(stream.sentence(sentences)) @ shown.T / 2
        expected += (1 - alpha) * unit(stream.words(tokens[:, 1:].mean(axis=1))) @ shown.T / 2
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize(
    "change",
    [{"residual_gate": False}, {"identity_gates": False}, {"start_stream": "appearance"}],
)
def test_a_network_that_does_more_than_the_maps_is_refused(change: dict):
    with pytest.raises(UserError, match="residual_gate, identity_gates and no start_stream"):
        start_closed_form(Alan(replace(CONFIG, **change)), made_maps())


def test_maps_of_other_streams_are_refused():
    maps = made_maps()
    with pytest.raises(UserError, match=r"maps for \['peak'\].* are \['appearance', 'peak'\]"):
        start_closed_form(Alan(CONFIG), {"peak": maps["peak"]})


def test_a_map_that_is_wider_than_the_network_is_refused():
    wide = AffineMap(np.zeros(6, np.float32), np.ones((6, 9), np.float32))
    maps = made_maps()
    maps["appearance"] = replace(maps["appearance"], video=wide)
    with pytest.raises(UserError, match="a map to 9 numbers does not fit into d = 8"):
        start_closed_form(Alan(CONFIG), maps)
