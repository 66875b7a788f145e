import numpy as np
import pytest
import torch

from encoders.alan import Alan, AlanConfig, AlanPredictor
from encoders.alan.start import start_aligned
from segments.vectors import ClipFeatures, VectorSpec

WIDTH = 6


def started(d: int, sentences: np.ndarray) -> AlanPredictor:
    config = AlanConfig(
        streams={"appearance": WIDTH, "motion": 3},
        text_dim=WIDTH,
        d=d,
        heads=2,
        ffn=8,
        residual_gate=True,
        identity_gates=True,
    )
    torch.manual_seed(1)
    model = Alan(config)
    start_aligned(model, "appearance", sentences, seed=0)
    return AlanPredictor(model)


def appearance_cosine(predictor: AlanPredictor, clips: np.ndarray, sentence: np.ndarray) -> float:
    features = ClipFeatures({"appearance": clips, "motion": np.ones((len(clips), 3), np.float32)})
    stored = predictor.embed_segments([(features, predictor.score_clips(features))])[0]["alan"]
    spec = VectorSpec("alan", ("g.a", "g.m", "h.a", "h.m"), predictor.model.config.d)
    query = predictor.encode_text(sentence[None], np.array([True]), sentence=sentence)
    return float(spec.block(stored, "g.a") @ query.g[0])


@pytest.mark.parametrize("d", [6, 8])
def test_untrained_it_compares_the_mean_of_the_clips_with_the_sentence(d):
    rng = np.random.default_rng(0)
    sentences = rng.standard_normal((20, WIDTH)).astype(np.float32)
    clips = rng.standard_normal((4, WIDTH)).astype(np.float32)
    mean = clips.mean(axis=0)
    expected = mean @ sentences[0] / np.linalg.norm(mean) / np.linalg.norm(sentences[0])
    cosine = appearance_cosine(started(d, sentences), clips, sentences[0])
    assert cosine == pytest.approx(expected, abs=1e-5)


def test_with_fewer_dimensions_those_that_sentences_use_are_kept():
    rng = np.random.default_rng(0)
    sentences = np.zeros((20, WIDTH), np.float32)
    sentences[:, :4] = rng.standard_normal((20, 4))
    clips = rng.standard_normal((3, WIDTH)).astype(np.float32)
    mean = clips.mean(axis=0)[:4]
    expected = mean @ sentences[0, :4] / np.linalg.norm(mean) / np.linalg.norm(sentences[0])
    cosine = appearance_cosine(started(4, sentences), clips, sentences[0])
    assert cosine == pytest.approx(expected, abs=1e-5)
