"""Folder to tower, by the family that config.json names."""

from importlib import import_module
from pathlib import Path
from typing import Any

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


def open_pictures(folder: Path, place: Placement) -> PictureTower:
    """The half of a model that looks.

    Args:
        folder: as a hub has it: config.json, model.safetensors, processor settings.

    Raises:
        WeightsMissing: the folder holds another family, or lacks what this half needs.
    """
    return _open(PICTURES, folder, place)


def open_text(folder: Path, place: Placement) -> TextTower:
    """The words of a model that looks; arguments and errors as `open_pictures`."""
    return _open(TEXTS, folder, place)


def open_temporal(folder: Path, place: Placement) -> TemporalTower:
    """A model of windows of frames; arguments and errors as `open_pictures`."""
    return _open(TEMPORAL, folder, place)


def open_sounds(folder: Path, place: Placement) -> SoundTower:
    """The half of a model that hears; arguments and errors as `open_pictures`."""
    return _open(SOUNDS, folder, place)


def open_sound_text(folder: Path, place: Placement) -> TextTower:
    """The words of a model that hears; arguments and errors as `open_pictures`."""
    return _open(SOUND_TEXTS, folder, place)


def _open(families: Families, folder: Path, place: Placement) -> Any:
    found = model_type_of(folder)
    if found not in families:
        raise WeightsMissing(
            f"{folder} holds a model of type {found!r}: known here are {', '.join(families)}"
        )
    module, name = families[found]
    return getattr(import_module(f"encoders.towers.{module}"), name)(folder, place)
