"""What a model's settings say of its towers, without loading any weights."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import AutoConfig

from encoders.towers.loading import CONFIG, model_type_of, quietly
from encoders.towers.mel import MelSpec
from segments.errors import WeightsMissing


@dataclass(frozen=True)
class FrameFacts:
    """Of a tower that looks at pictures or windows of them."""

    dim: int
    frame_size: tuple[int, int]
    num_frames: int


@dataclass(frozen=True)
class SoundFacts:
    """Of a tower that hears."""

    dim: int
    rate_hz: int
    window_s: float


def _joint(config: Any, *, num_frames: int) -> FrameFacts:
    return FrameFacts(config.projection_dim, _square(config.vision_config.image_size), num_frames)


def _own(config: Any, *, num_frames: int) -> FrameFacts:
    return FrameFacts(config.hidden_size, _square(config.image_size), num_frames)


FRAMES: dict[str, Callable[[Any], FrameFacts]] = {
    "clip": lambda config: _joint(config, num_frames=1),
    "siglip": lambda config: _own(config.vision_config, num_frames=1),
    "timesformer": lambda config: _own(config, num_frames=config.num_frames),
    "videoprism": lambda config: _own(
        config.vision_config, num_frames=config.vision_config.num_frames
    ),
    "xclip": lambda config: _joint(config, num_frames=config.vision_config.num_frames),
}


def frame_facts(folder: Path) -> FrameFacts:
    """Raises:
    WeightsMissing: there is no config.json, or it is of a family that does not look.
    """
    family = model_type_of(folder)
    if family not in FRAMES:
        raise WeightsMissing(
            f"{folder} holds a model of type {family!r}: known here are {', '.join(FRAMES)}"
        )
    return FRAMES[family](_config(folder))


def sound_facts(folder: Path) -> SoundFacts:
    """Raises:
    WeightsMissing: there is no config.json, or it is of a family that does not hear.
    """
    family = model_type_of(folder)
    if family != "clap":
        raise WeightsMissing(f"{folder} holds a model of type {family!r}: known here is clap")
    mel = MelSpec.read(folder)
    return SoundFacts(_config(folder).projection_dim, mel.rate_hz, mel.window_s)


def _config(folder: Path) -> Any:
    try:
        with quietly():
            return AutoConfig.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise WeightsMissing(f"{folder / CONFIG} cannot be used: {error}; pull it again") from error


def _square(size: int | list[int] | tuple[int, int]) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else (size[0], size[1])
