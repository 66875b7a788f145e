"""ALAN on pretrained towers: what it is before anyone has trained it (DESIGN §4)."""

import hashlib

import numpy as np
import torch
from jaxtyping import Float32

from encoders.alan import Alan, AlanConfig
from encoders.alan.start import start_as_identity, start_detector
from encoders.pretrained.phrases import anomaly_prompts, digest
from encoders.towers.base import TextTower

NUM_SAMPLES = 96
"""Clips in each sequence: moments and scenes take all of theirs, longer segments are sampled."""
SEED = 0
"""Of the layers behind shut gates, which training opens."""


def untrained_config(*, appearance: int, motion: int | None, audio: int | None) -> AlanConfig:
    """The network for towers of these widths; None where there is no such tower."""
    d = max(appearance, audio or 0)
    return AlanConfig(
        streams={"appearance": appearance} | ({} if motion is None else {"motion": motion}),
        text_dim=appearance,
        audio_dim=audio,
        d=d,
        heads=max(1, d // 64),
        ffn=2 * d,
        num_samples=NUM_SAMPLES,
    ).with_identity_start()


def untrained_alan(config: AlanConfig) -> Alan:
    """Mean-pooled retrieval by appearance, in the words' space; the same on every machine."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        model = Alan(config)
    start_as_identity(model)
    return model.eval()


def untrained_digest(config: AlanConfig) -> str:
    """SHA-256 of all that decides an untrained network, its towers apart."""
    prompts = anomaly_prompts()
    recipe = f"{SEED} {digest(prompts.normal, prompts.anomalous)}"
    return hashlib.sha256(config.to_json() + recipe.encode()).hexdigest()


def score_by_words(model: Alan, words: TextTower) -> None:
    """Lets the detector tell anomalous from normal clips as sentences of both kinds would.

    A clip's score is the softmax share, at the model's own temperature, of the mean anomalous
    sentence against the mean normal one.
    """
    prompts = anomaly_prompts()
    towards = _centre(prompts.anomalous, words) - _centre(prompts.normal, words)
    start_detector(model.video.detector, towards, scale=words.logit_scale)


def _centre(texts: tuple[str, ...], words: TextTower) -> Float32[np.ndarray, " d"]:
    mean = words.encode(texts).mean(axis=0)
    return mean / np.linalg.norm(mean)
