"""Real checkpoints, where RETRACE_MODELS names a folder that holds them (one folder a model)."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from encoders.towers.base import Placement
from encoders.towers.loading import model_type_of
from encoders.towers.opening import (
    SOUND_TEXTS,
    SOUNDS,
    TEMPORAL,
    TEXTS,
    open_pictures,
    open_sound_text,
    open_sounds,
    open_temporal,
    open_text,
)

pytestmark = [pytest.mark.weights, pytest.mark.slow]

PADDING = {"siglip": "max_length", "videoprism": "max_length"}
SAME_EVENT = ("a man is fighting another man", "two men are having a fight")
ANOTHER_EVENT = "a bowl of fruit on a kitchen table"
SAME_SOUND = ("the sound of an explosion", "a loud blast, something blows up")
ANOTHER_SOUND = "a bird sings quietly"
HERE = Placement("cpu", torch.float32)


def folders(families: Sequence[str]) -> list[Path]:
    """The models of these families that are here; skips the test where there is none."""
    root = os.environ.get("RETRACE_MODELS")
    if root is None:
        pytest.skip("RETRACE_MODELS does not name a folder of models")
    configs = sorted(Path(root).glob("*/config.json"))
    found = [path.parent for path in configs if model_type_of(path.parent) in families]
    if not found:
        pytest.skip(f"no model of {', '.join(families)} is in {root}")
    return found


def test_paraphrases_are_nearer_than_another_event() -> None:
    for folder in folders(list(TEXTS)):
        one, other, third = open_text(folder, HERE).encode([*SAME_EVENT, ANOTHER_EVENT])

        assert one @ other > one @ third, folder.name


def test_paraphrases_of_a_sound_are_nearer_than_another() -> None:
    for folder in folders(list(SOUND_TEXTS)):
        one, other, third = open_sound_text(folder, HERE).encode([*SAME_SOUND, ANOTHER_SOUND])

        assert one @ other > one @ third, folder.name


@torch.inference_mode()
def test_words_equal_the_whole_model() -> None:
    for folder in folders([*TEXTS, *SOUND_TEXTS]):
        family = model_type_of(folder)
        texts = [*SAME_EVENT, ANOTHER_EVENT]
        opened = (open_text if family in TEXTS else open_sound_text)(folder, HERE)
        whole = AutoModel.from_pretrained(folder, local_files_only=True)
        tokens = AutoTokenizer.from_pretrained(folder, local_files_only=True)(
            texts,
            padding=PADDING.get(family, True),
            max_length=64,
            truncation=True,
            return_tensors="pt",
        )
        if family == "siglip":
            tokens.pop("attention_mask", None)
        vectors = whole.get_text_features(**tokens).pooler_output.numpy()
        expected = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

        np.testing.assert_allclose(opened.encode(texts), expected, atol=1e-5)


def test_white_is_called_white() -> None:
    for folder in folders(["clip", "siglip"]):
        tower = open_pictures(folder, HERE)
        shape = (1, tower.num_frames, *tower.frame_size, 3)
        colours = np.concatenate([np.full(shape, value, np.uint8) for value in (0, 255)])
        words = open_text(folder, HERE).encode(["a plain black picture", "a plain white picture"])

        cosines = tower.encode(colours) @ words.T

        assert cosines[0, 0] + cosines[1, 1] > cosines[0, 1] + cosines[1, 0], folder.name


def test_windows_of_motion_differ_from_still_ones() -> None:
    rng = np.random.default_rng(0)
    for folder in folders(list(TEMPORAL)):
        tower = open_temporal(folder, HERE)
        still = rng.integers(0, 256, (1, 1, *tower.frame_size, 3), dtype=np.uint8)
        still = still.repeat(tower.num_frames, axis=1)
        moving = np.stack([np.roll(still[:, at], 8 * at, 2) for at in range(still.shape[1])], 1)

        tokens = tower.encode(np.concatenate([still, still, moving]))
        one, again, other = tokens.reshape(3, -1)

        np.testing.assert_allclose(one, again, atol=1e-4)
        assert np.linalg.norm(one - other) > 0.01 * np.linalg.norm(one), folder.name


def test_a_hiss_is_no_beep() -> None:
    for folder in folders(list(SOUNDS)):
        tower = open_sounds(folder, HERE)
        time_s = np.arange(round(tower.rate_hz * tower.window_s)) / tower.rate_hz
        noise = np.random.default_rng(0).normal(0.0, 0.1, len(time_s))
        beep = 0.2 * np.sin(2 * np.pi * 1000 * time_s)
        sounds = np.stack([noise, beep]).astype(np.float32)
        words = open_sound_text(folder, HERE).encode(["white noise, static", "a beep, a tone"])

        cosines = tower.encode(sounds) @ words.T

        assert cosines[0, 0] + cosines[1, 1] > cosines[0, 1] + cosines[1, 0], folder.name
