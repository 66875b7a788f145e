import numpy as np
import pytest
import torch

from encoders.alan.config import AlanConfig
from encoders.alan.predictor import AlanPredictor
from encoders.alan.training import (
    AlanRecipe,
    SoundExample,
    TextTable,
    TrainingSet,
    VideoExample,
    train_alan,
)
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
RECIPE = AlanRecipe(steps=120, batch_size=16, sound_batch_size=8, peak_lr=3e-3, average_decay=0.9)


def training_set(seed: int = 0) -> TrainingSet:
    """Every kind has its own direction in pictures, motion, words and sound."""
    rng = np.random.default_rng(seed)
    pictures, motions, texts, sounds = (
        rng.standard_normal((KINDS, width)).astype(np.float32) * 2 for width in (8, 4, 6, 5)
    )

    def noisy(base, clips):
        return (base + 0.3 * rng.standard_normal((clips, len(base)))).astype(np.float32)

    videos = tuple(
        VideoExample(
            ClipFeatures(
                {"appearance": noisy(pictures[k], 5), "motion": noisy(motions[k], 5)},
                noisy(sounds[k], 5) if n % 2 else None,
            ),
            texts=(k,),
            meanings=frozenset({f"kind {k}"}),
            is_anomalous=k >= KINDS // 2,
        )
        for n in range(8)
        for k in range(KINDS)
    )
    return TrainingSet(
        TextTable(
            tokens=np.repeat(texts[:, None], 3, axis=1).astype(np.float16),
            words=np.array([[False, True, False]] * KINDS),
            sentences=texts,
            meanings=tuple(f"kind {k}" for k in range(KINDS)),
        ),
        videos,
        weights=np.ones(len(videos), np.float32),
        sounds=tuple(
            SoundExample(noisy(sounds[k], 4), f"kind {k}") for k in range(KINDS) for _ in "ab"
        ),
    )


@pytest.fixture(scope="module")
def trained():
    steps: list[dict[str, float]] = []
    model = train_alan(
        CONFIG, training_set(), RECIPE, on_step=lambda _, losses: steps.append(losses)
    )
    return AlanPredictor(model), steps


def test_words_and_sounds_find_their_kind_among_unseen_videos(trained):
    predictor, _ = trained
    unseen = training_set()  # the same kinds; the first four videos hold one of each
    videos = unseen.videos[KINDS : 2 * KINDS]
    stored = predictor.embed_segments(
        [(v.features, predictor.score_clips(v.features)) for v in videos]
    )
    alan = np.stack([vectors["alan"] for vectors in stored])
    for kind in range(KINDS):
        table = unseen.texts
        query = predictor.encode_text(
            table.tokens[kind].astype(np.float32), table.words[kind], sentence=table.sentences[kind]
        )
        assert (alan @ query.vector(0.5)).argmax() == kind
        audio = videos[kind].features.audio
        assert audio is not None
        assert (alan @ predictor.encode_sound(audio).video.vector(0.5)).argmax() == kind


def test_the_detector_tells_anomalous_from_normal(trained):
    predictor, _ = trained
    peaks = [predictor.score_clips(v.features).max() for v in training_set().videos[:KINDS]]
    assert max(peaks[: KINDS // 2]) < min(peaks[KINDS // 2 :])


def test_every_part_of_the_loss_falls(trained):
    _, steps = trained
    assert set(steps[0]) == {"text", "audio", "detector", "audio detector", "sound"}
    for part in steps[0]:
        first, last = (np.mean([s[part] for s in some]) for some in (steps[:10], steps[-10:]))
        assert last < max(0.9 * first, 1e-3), part


def test_the_same_seed_gives_the_same_weights():
    recipe = AlanRecipe(steps=3, batch_size=4, sound_batch_size=4)
    one, two = (train_alan(CONFIG, training_set(), recipe).state_dict() for _ in range(2))
    for name, value in one.items():
        torch.testing.assert_close(value, two[name], atol=0, rtol=0)
