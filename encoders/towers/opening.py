"""Folder to tower, by the family that config.json names."""

from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from encoders.towers.base import PictureTower, Placement, SoundTower, TemporalTower, TextTower
from encoders.towers.loading import model_type_of
from segments.errors import WeightsMissing

# Family -> module and class within encoders.towers: a search needs one family of them, not all.
PICTURES = {
    "clip": ("clip", "ClipPictures"),
    "siglip": ("siglip", "SiglipPictures"),
    "videoprism": ("videoprism", "VideoPrismPictures"),
    "xclip": ("x_clip", "XClipPictures"),
}
TEXTS = {
    "clip": ("clip", "ClipText"),
    "siglip": ("siglip", "SiglipText"),
    "videoprism": ("videoprism", "VideoPrismText"),
    "xclip": ("x_clip", "XClipText"),
}
TEMPORAL = {
    "timesformer": ("timesformer", "TimesformerWindows"),
    "xclip": ("x_clip", "XClipWindows"),
}
SOUNDS = {"clap": ("clap", "ClapSounds")}
SOUND_TEXTS = {"clap": ("clap", "ClapText")}

Families = dict[str, tuple[str, str]]


def open_pictures(
    folder: Path,
    *,
    device: str,
    dtype: torch.dtype,
    compile: bool = False,
    sizes: Path | None = None,
) -> PictureTower:
    """The half of a model that looks.

    Args:
        folder: as a hub has it: config.json, model.safetensors, processor settings.
        device: "cpu", "cuda" or "cuda:N".
        dtype: see `encoders.towers.precision.best_dtype`.
        compile: whether its forward pass goes through `torch.compile`.
        sizes: a JSON file in which measured micro-batch sizes are kept.

    Raises:
        WeightsMissing: the folder holds another family, or lacks what this half needs.
    """
    return _open(PICTURES, folder, Placement(device, dtype, compile, sizes))


def open_text(
    folder: Path,
    *,
    device: str,
    dtype: torch.dtype,
    compile: bool = False,
    sizes: Path | None = None,
) -> TextTower:
    """The words of a model that looks; arguments and errors as `open_pictures`."""
    return _open(TEXTS, folder, Placement(device, dtype, compile, sizes))


def open_temporal(
    folder: Path,
    *,
    device: str,
    dtype: torch.dtype,
    compile: bool = False,
    sizes: Path | None = None,
) -> TemporalTower:
    """A model of windows of frames; arguments and errors as `open_pictures`."""
    return _open(TEMPORAL, folder, Placement(device, dtype, compile, sizes))


def open_sounds(
    folder: Path,
    *,
    device: str,
    dtype: torch.dtype,
    compile: bool = False,
    sizes: Path | None = None,
) -> SoundTower:
    """The half of a model that hears; arguments and errors as `open_pictures`."""
    return _open(SOUNDS, folder, Placement(device, dtype, compile, sizes))


def open_sound_text(
    folder: Path,
    *,
    device: str,
    dtype: torch.dtype,
    compile: bool = False,
    sizes: Path | None = None,
) -> TextTower:
    """The words of a model that hears; arguments and errors as `open_pictures`."""
    return _open(SOUND_TEXTS, folder, Placement(device, dtype, compile, sizes))


def _open(families: Families, folder: Path, place: Placement) -> Any:
    found = model_type_of(folder)
    if found not in families:
        raise WeightsMissing(
            f"{folder} holds a model of type {found!r}: known here are {', '.join(families)}"
        )
    module, name = families[found]
    return getattr(import_module(f"encoders.towers.{module}"), name)(folder, place)
