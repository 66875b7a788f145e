"""Folders open as the tower that their config.json names, where and how it was asked for."""

import functools
import json
import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from encoders.towers.base import Placement
from encoders.towers.clip import ClipPictures
from encoders.towers.opening import (
    open_pictures,
    open_sound_text,
    open_sounds,
    open_temporal,
    open_text,
)
from encoders.towers.tower import Tower
from segments.errors import WeightsMissing
from tests.encoders.towers.conftest import TEXTS

pytestmark = pytest.mark.usefixtures("two_sizes")

OPENED = [
    (open_pictures, "clip", "ClipPictures"),
    (open_pictures, "siglip", "SiglipPictures"),
    (open_pictures, "videoprism", "VideoPrismPictures"),
    (open_pictures, "xclip", "XClipPictures"),
    (open_text, "clip", "ClipText"),
    (open_text, "siglip", "SiglipText"),
    (open_text, "videoprism", "VideoPrismText"),
    (open_text, "xclip", "XClipText"),
    (open_temporal, "timesformer", "TimesformerWindows"),
    (open_temporal, "xclip", "XClipWindows"),
    (open_sounds, "clap", "ClapSounds"),
    (open_sound_text, "clap", "ClapText"),
]


def encoded(tower: Any, windows: np.ndarray, sounds: np.ndarray) -> np.ndarray:
    """What the tower makes of the inputs that are its own."""
    if hasattr(tower, "logit_scale"):
        return tower.encode(TEXTS)
    if hasattr(tower, "rate_hz"):
        return tower.encode(sounds)
    return tower.encode(windows[:, : tower.num_frames])


def cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    return (left * right).sum(axis=1) / lengths


@pytest.mark.parametrize(("open_it", "family", "expected"), OPENED)
def test_each_family_opens_by_its_name_without_a_network_and_without_a_word(
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    open_it: Callable[..., Any],
    family: str,
    expected: str,
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: asked.append(address))
    monkeypatch.setattr(logging.getLogger("transformers"), "propagate", True)

    tower = open_it(models / family, Placement("cpu", torch.float32))

    assert type(tower).__name__ == expected
    assert not asked
    assert not caplog.records


@pytest.mark.parametrize(
    ("open_it", "family", "known"),
    [
        (open_pictures, "clap", "clip, siglip, videoprism, xclip"),
        (open_text, "timesformer", "clip, siglip, videoprism, xclip"),
        (open_temporal, "clip", "timesformer, xclip"),
        (open_sounds, "siglip", "clap"),
        (open_sound_text, "clip", "clap"),
    ],
)
def test_another_family_is_told_which_are_known(
    models: Path, open_it: Callable[..., Any], family: str, known: str
) -> None:
    with pytest.raises(WeightsMissing, match=f"'{family}': known here are {known}$"):
        open_it(models / family, Placement("cpu", torch.float32))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"config\.json is missing"):
        open_pictures(tmp_path, Placement("cpu", torch.float32))


@pytest.mark.parametrize(("open_it", "family", "_"), OPENED)
def test_bfloat16_is_close_to_float32(
    models: Path,
    windows: np.ndarray,
    sounds: np.ndarray,
    open_it: Callable[..., Any],
    family: str,
    _: str,
) -> None:
    full = open_it(models / family, Placement("cpu", torch.float32))
    half = open_it(models / family, Placement("cpu", torch.bfloat16))

    expected, found = (encoded(tower, windows, sounds) for tower in (full, half))

    assert found.dtype == np.float32
    assert cosines(found, expected).min() > 0.99


@pytest.mark.parametrize(("open_it", "family", "_"), OPENED)
def test_the_size_of_pieces_changes_nothing(
    models: Path,
    windows: np.ndarray,
    sounds: np.ndarray,
    open_it: Callable[..., Any],
    family: str,
    _: str,
) -> None:
    tower = open_it(models / family, Placement("cpu", torch.float32))
    tower.batches.size = 3
    expected = encoded(tower, windows, sounds)

    for size in (1, 2):
        tower.batches.size = size
        np.testing.assert_allclose(encoded(tower, windows, sounds), expected, atol=1e-5)


def test_sizes_are_kept_for_the_next_start(
    models: Path, tmp_path: Path, windows: np.ndarray
) -> None:
    sizes = tmp_path / "sizes.json"
    first = ClipPictures(models / "clip", Placement("cpu", torch.float32, sizes=sizes))
    found = first.encode(windows[:, :1])

    again = ClipPictures(models / "clip", Placement("cpu", torch.float32, sizes=sizes))

    assert again.batches.size == first.batches.size is not None
    np.testing.assert_array_equal(again.encode(windows[:, :1]), found)
    (key,) = json.loads(sizes.read_text())
    assert key.startswith("ClipPictures, ")
    assert key.endswith(f" threads, torch {torch.__version__}, eager")
    assert ", cpu, float32, " in key


def test_compiling_is_asked_for(
    models: Path, windows: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    eager = functools.partial(torch.compile, backend="eager")
    compiled: list[str] = []

    def compile_it(function: Callable[..., Any]) -> Callable[..., Any]:
        compiled.append(function.__qualname__)
        return eager(function)

    plain = open_pictures(models / "clip", Placement("cpu", torch.float32))
    monkeypatch.setattr(torch, "compile", compile_it)

    tower = open_pictures(models / "clip", Placement("cpu", torch.float32, compile=True))

    assert isinstance(tower, Tower)
    assert compiled == ["ClipPictures.forward"]
    pictures = windows[:, :1]
    np.testing.assert_allclose(tower.encode(pictures), plain.encode(pictures), atol=1e-6)


def test_windows_of_another_length_are_refused(models: Path, windows: np.ndarray) -> None:
    tower = open_temporal(models / "timesformer", Placement("cpu", torch.float32))

    with pytest.raises(ValueError, match="windows of 5 frames: expected 8"):
        tower.encode(windows[:, :5])


def test_pictures_of_another_size_are_resized(models: Path, windows: np.ndarray) -> None:
    tower = open_pictures(models / "clip", Placement("cpu", torch.float32))
    twice = windows[:, :1].repeat(2, axis=2).repeat(2, axis=3)

    assert cosines(tower.encode(twice), tower.encode(windows[:, :1])).min() > 0.95
