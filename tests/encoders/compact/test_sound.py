"""The sound encoder and its training, on tones and noises."""

import numpy as np
import pytest
import torch

from encoders.compact.mel import CLIP_SAMPLES
from encoders.compact.sound import DIM, SoundEncoder
from encoders.compact.sound_batches import Augmentation, Sound, SoundBatches
from encoders.compact.train_sound import SoundRecipe, train_sound_encoder

QUICK = SoundRecipe(epochs=10, batch_size=12, augmentation=Augmentation(crop_clips=2))


def sound(kind: str, seed: int, *, num_clips: int = 3) -> np.ndarray:
    """A steady tone, noise, or a rattle of 20 clicks a second, each time a little different."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(num_clips * CLIP_SAMPLES) / 16_000
    noise = rng.standard_normal(len(time_s))
    samples = {
        "tone": np.sin(2 * np.pi * rng.uniform(900, 1100) * time_s) + 0.01 * noise,
        "noise": noise,
        "rattle": noise * np.exp(-((time_s * 20) % 1) * 20),
    }[kind]
    return (0.1 * samples / samples.std()).astype(np.float32)


KINDS = ("tone", "noise", "rattle")


def training_set() -> list[Sound]:
    return [(sound(kind, seed), kind) for kind in KINDS for seed in range(6)]


@pytest.fixture(scope="module")
def encoder() -> SoundEncoder:
    return train_sound_encoder(training_set(), QUICK)


@torch.inference_mode()
def features(encoder: SoundEncoder, samples: np.ndarray) -> np.ndarray:
    return encoder(torch.from_numpy(samples.reshape(-1, CLIP_SAMPLES))).numpy()


def test_one_vector_a_clip_of_length_1_where_it_is_loud(encoder: SoundEncoder) -> None:
    vectors = features(encoder, sound("rattle", 50, num_clips=5))
    assert vectors.shape == (5, DIM)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)


def test_silence_is_the_zero_vector(encoder: SoundEncoder) -> None:
    samples = np.concatenate([sound("noise", 50), np.zeros(3 * CLIP_SAMPLES, np.float32)])
    lengths = np.linalg.norm(features(encoder, samples), axis=1)
    np.testing.assert_allclose(lengths, [1, 1, 1, 0, 0, 0], atol=0.01)


def test_loudness_changes_nothing(encoder: SoundEncoder) -> None:
    samples = sound("rattle", 51)
    quiet, loud = features(encoder, 0.05 * samples), features(encoder, samples)
    cosine = (quiet * loud).sum(axis=1) / np.linalg.norm(quiet, axis=1)
    np.testing.assert_allclose(cosine, 1.0, atol=1e-3)


def test_a_clip_hears_half_a_clip_around_it_and_no_more(encoder: SoundEncoder) -> None:
    samples = sound("noise", 52, num_clips=7)
    changed = samples.copy()
    changed[:CLIP_SAMPLES] = sound("tone", 1, num_clips=1)
    differs = np.abs(features(encoder, changed) - features(encoder, samples)).max(axis=1) > 1e-5
    assert differs.tolist() == [True, True, False, False, False, False, False]


def test_long_batches_are_the_same_as_short_ones(encoder: SoundEncoder) -> None:
    samples = sound("noise", 53, num_clips=300)
    whole, part = features(encoder, samples), features(encoder, samples[: 20 * CLIP_SAMPLES])
    np.testing.assert_allclose(whole[:19], part[:19], atol=1e-5)


def test_new_sounds_are_nearest_to_their_kind(encoder: SoundEncoder) -> None:
    known = [features(encoder, samples).mean(axis=0) for samples, _ in training_set()]
    for kind in KINDS:
        similarity = np.stack(known) @ features(encoder, sound(kind, 60)).mean(axis=0)
        assert training_set()[int(similarity.argmax())][1] == kind


def test_weights_survive_half_precision(encoder: SoundEncoder) -> None:
    halved = SoundEncoder()
    halved.load_state_dict(
        {
            name: value.half().float() if value.is_floating_point() else value
            for name, value in encoder.state_dict().items()
        }
    )
    samples = sound("rattle", 54)
    products = (features(halved.eval(), samples) * features(encoder, samples)).sum(axis=1)
    assert products.min() > 0.999


def test_clips_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="10240 samples"):
        SoundEncoder()(torch.zeros(2, 16_000))


def test_it_is_small() -> None:
    assert sum(value.numel() for value in SoundEncoder().state_dict().values()) < 600_000


def test_the_seed_decides_the_weights_and_nothing_else_does() -> None:
    recipe = SoundRecipe(epochs=1, batch_size=6, augmentation=Augmentation(crop_clips=2), seed=3)
    torch.manual_seed(100)
    first = train_sound_encoder(training_set(), recipe).state_dict()
    torch.manual_seed(200)
    expected = torch.rand(3)
    torch.manual_seed(200)
    second = train_sound_encoder(training_set(), recipe).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert torch.equal(torch.rand(3), expected)


def test_epochs_are_reported() -> None:
    seen: list[int] = []
    recipe = SoundRecipe(epochs=2, batch_size=6, augmentation=Augmentation(crop_clips=2))
    train_sound_encoder(training_set(), recipe, on_epoch=lambda epoch, loss: seen.append(epoch))
    assert seen == [1, 2]


def test_batches_mix_kinds_and_stay_finite_on_short_and_silent_sounds() -> None:
    short = sound("tone", 1, num_clips=1)[:4000]
    sounds = [(short, "tone"), (np.zeros(16_000, np.float32), "nothing")]
    power, kinds = SoundBatches(sounds, Augmentation(mix_share=1.0), batch_size=16).draw()
    assert power.isfinite().all()
    assert (power >= 0).all()
    torch.testing.assert_close(kinds.sum(dim=1), torch.ones(16))
