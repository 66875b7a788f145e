"""The four networks of the compact profile, and the folder they are kept in.

weights/
  appearance.safetensors  motion.safetensors  sound.safetensors
  alan/config.json  alan/model.safetensors
  trained_on.json         SHA-256 of every real file they have seen
  digests.json            SHA-256 of the files above
  MODEL_CARD.md
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

import torch
from pydantic import TypeAdapter, ValidationError
from safetensors.torch import load, save
from torch import nn

from encoders.alan import Alan
from encoders.compact.appearance import AppearanceEncoder
from encoders.compact.clips import ClipEncoders
from encoders.compact.motion import MotionEncoder
from encoders.compact.sound import SoundEncoder
from encoders.weights import require_digest
from segments.errors import WeightsMissing
from segments.files import sha256_of, write_atomically

PARTS = ("appearance", "motion", "sound")
DIGESTS = TypeAdapter(dict[str, str])
TRAINED_ON = TypeAdapter(dict[str, dict[str, str]])
Module = TypeVar("Module", bound=nn.Module)


@dataclass(frozen=True)
class CompactModels:
    """The profile's networks in evaluation mode, and what they were trained on."""

    encoders: ClipEncoders
    alan: Alan
    trained_on: dict[str, dict[str, str]]
    """By part ("appearance", "motion", "sound", "alan"): file name by SHA-256 of every real file
    that had a share in its weights."""

    def save(self, folder: Path) -> None:
        """Writes the folder; numbers are kept as float16."""
        for part in PARTS:
            write_atomically(folder / f"{part}.safetensors", _half(getattr(self.encoders, part)))
        self.alan.save_pretrained(folder / "alan", dtype=torch.float16)
        _write_json(folder / "trained_on.json", self.trained_on)
        files = sorted(p for p in folder.rglob("*") if p.suffix in (".safetensors", ".json"))
        digests = {
            path.relative_to(folder).as_posix(): sha256_of(path)
            for path in files
            if path.name != "digests.json"
        }
        _write_json(folder / "digests.json", digests)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Reads what `save` wrote, in float32.

        Raises:
            WeightsMissing: a file is missing, or is not the one that was written.
        """
        for name, digest in read_digests(folder).items():
            require_digest(folder / name, digest)
        return cls(
            ClipEncoders(
                _filled(AppearanceEncoder(), folder / "appearance.safetensors"),
                _filled(MotionEncoder(), folder / "motion.safetensors"),
                _filled(SoundEncoder(), folder / "sound.safetensors"),
            ),
            Alan.from_pretrained(folder / "alan"),
            TRAINED_ON.validate_json((folder / "trained_on.json").read_bytes()),
        )


def read_digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of the folder by its name.

    Raises:
        WeightsMissing: it is not such a folder.
    """
    try:
        return DIGESTS.validate_json((folder / "digests.json").read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        raise WeightsMissing(
            f"no weights of the compact profile in {folder}: install retrace again, or train them "
            "with `retrace train compact`"
        ) from None


def _half(module: nn.Module) -> bytes:
    state = module.state_dict()
    return save({k: v.half() if v.is_floating_point() else v for k, v in state.items()})


def _filled(module: Module, path: Path) -> Module:
    state = load(path.read_bytes())
    module.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
    return module.eval()


def _write_json(path: Path, content: Mapping[str, object]) -> None:
    write_atomically(path, (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())
