"""ALAN for users of arrays."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from encoders.alan import AlanPredictor, predictor, similarity_matrix, stored_vectors
from segments.errors import UserError
from segments.vectors import ClipFeatures
from tests.support.alan import SMALL, all_true, small_alan


def _features(clips: int, *, seed: int, sound: bool = True) -> ClipFeatures:
    rng = np.random.default_rng(seed)
    streams = {
        name: rng.standard_normal((clips, width), dtype=np.float32)
        for name, width in SMALL.streams.items()
    }
    return ClipFeatures(
        streams, rng.standard_normal((clips, 7), dtype=np.float32) if sound else None
    )


def test_many_segments_at_once_equal_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictor, "BATCH_CLIPS", 20)  # several batches
    alan = AlanPredictor(small_alan())
    features = [_features(clips, seed=clips, sound=clips != 3) for clips in (6, 30, 3, 6, 1, 9)]
    segments = [(each, alan.score_clips(each)) for each in features]
    together = alan.embed_segments(segments)
    for segment, vectors in zip(segments, together, strict=True):
        alone = alan.embed_segments([segment])[0]
        assert vectors.keys() == alone.keys()
        for name, vector in alone.items():
            np.testing.assert_allclose(vectors[name], vector, atol=1e-5)


def test_stored_vectors_by_name() -> None:
    alan = AlanPredictor(small_alan())
    heard, silent = _features(5, seed=0), _features(5, seed=1, sound=False)
    with_sound, without = alan.embed_segments([(f, alan.score_clips(f)) for f in (heard, silent)])
    assert set(with_sound) == {"alan", "audio"}
    assert set(without) == {"alan"}
    assert with_sound["alan"].shape == (2 * 2 * 8,)
    assert with_sound["alan"].dtype == np.float32
    blocks = np.linalg.norm(with_sound["alan"].reshape(4, 8), axis=1)
    np.testing.assert_allclose(blocks, 1.0, atol=1e-6)
    assert np.linalg.norm(with_sound["audio"]) == pytest.approx(1.0)
    assert alan.embed_segments([]) == []


def test_the_scores_given_lead_the_sampling() -> None:
    model, features = small_alan(), _features(40, seed=0)
    scores = np.linspace(0, 1, 40, dtype=np.float32)
    streams = {name: torch.from_numpy(array)[None] for name, array in features.streams.items()}
    with torch.no_grad():
        video = model.video(streams, all_true(1, 40), scores=torch.from_numpy(scores)[None])
    alan = AlanPredictor(model)
    vector = alan.embed_segments([(features, scores)])[0]["alan"]
    np.testing.assert_allclose(vector, stored_vectors(video.g, video.h)[0].numpy(), atol=1e-5)
    own = alan.embed_segments([(features, alan.score_clips(features))])[0]["alan"]
    assert not np.allclose(vector, own, atol=1e-3)


def test_a_text_finds_by_eq_5() -> None:
    model = small_alan()
    alan, features = AlanPredictor(model), _features(5, seed=0)
    rng = np.random.default_rng(1)
    tokens, sentence = rng.standard_normal((4, 10), np.float32), rng.standard_normal(10, np.float32)
    words = np.array([False, True, True, False])
    query = alan.encode_text(tokens, words, sentence=sentence)
    vector = alan.embed_segments([(features, alan.score_clips(features))])[0]["alan"]
    streams = {name: torch.from_numpy(array)[None] for name, array in features.streams.items()}
    with torch.no_grad():
        video = model.video(streams, all_true(1, 5))
        text = model.text(
            torch.from_numpy(tokens)[None],
            torch.from_numpy(words)[None],
            sentence=torch.from_numpy(sentence)[None],
        )
        expected = float(similarity_matrix(video, text, alpha=0.3))
    assert float(vector @ query.vector(0.3)) == pytest.approx(expected, abs=1e-5)


def test_a_sound_finds_itself() -> None:
    alan, features = AlanPredictor(small_alan()), _features(9, seed=0)
    assert features.audio is not None
    stored = alan.embed_segments([(features, alan.score_clips(features))])[0]["audio"]
    query = alan.encode_sound(features.audio)
    assert float(stored @ query.audio) == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(query.video.w_g.sum(), 1.0, atol=1e-6)


def test_chunks_with_halo_give_the_scores_of_the_whole() -> None:
    alan, features = AlanPredictor(small_alan()), _features(60, seed=0)
    whole, halo = alan.score_clips(features), alan.halo
    first = alan.score_clips(features[: 30 + halo])[:30]
    second = alan.score_clips(features[30 - halo :])[halo:]
    np.testing.assert_allclose(np.concatenate([first, second]), whole, atol=1e-6)


def test_a_network_without_audio_refuses_sounds_and_stores_none() -> None:
    alan = AlanPredictor(small_alan(replace(SMALL, audio_dim=None)))
    features = _features(4, seed=0)
    assert set(alan.embed_segments([(features, alan.score_clips(features))])[0]) == {"alan"}
    with pytest.raises(UserError, match="no audio encoder"):
        alan.encode_sound(np.zeros((3, 7), np.float32))
