"""A training set in which every kind of thing has its own direction in all that is known of it."""

import numpy as np

from encoders.alan.config import AlanConfig
from encoders.alan.masking import Maskable
from encoders.alan.training import SoundExample, TextTable, TrainingSet, VideoExample, held
from segments.vectors import ClipFeatures

CONFIG = AlanConfig(
    streams={"appearance": 8, "motion": 4},
    text_dim=6,
    audio_dim=5,
    d=16,
    heads=2,
    ffn=32,
    num_samples=6,
)
KINDS = 4


def training_set(seed: int = 0) -> TrainingSet:
    """32 videos of four kinds, the later two anomalous; every second one has sound."""
    rng = np.random.default_rng(seed)
    pictures, motions, texts, sounds = (
        rng.standard_normal((KINDS, width)).astype(np.float32) * 2 for width in (8, 4, 6, 5)
    )

    def noisy(base, clips):
        return (base + 0.3 * rng.standard_normal((clips, len(base)))).astype(np.float32)

    videos = tuple(
        VideoExample(
            held(
                ClipFeatures(
                    {"appearance": noisy(pictures[k], 5), "motion": noisy(motions[k], 5)},
                    noisy(sounds[k], 5) if n % 2 else None,
                )
            ),
            texts=(k,),
            meanings=frozenset({f"kind {k}"}),
            is_anomalous=k >= KINDS // 2,
        )
        for n in range(8)
        for k in range(KINDS)
    )
    return TrainingSet(
        videos,
        TextTable(
            ids=np.array([[1, 4 + k, 2] for k in range(KINDS)], np.int32),
            attended=np.ones((KINDS, 3), bool),
            words=np.array([[False, True, False]] * KINDS),
            meanings=tuple(f"kind {k}" for k in range(KINDS)),
            maskable=(Maskable(((1, 2),), ()),) * KINDS,
            tokens=np.repeat(texts[:, None], 3, axis=1).astype(np.float16),
            sentences=texts,
        ),
        sounds=tuple(
            SoundExample(noisy(sounds[k], 4), f"kind {k}") for k in range(KINDS) for _ in "ab"
        ),
    )
