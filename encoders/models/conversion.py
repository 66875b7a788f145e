"""Tensors out of a pickle, without running what a pickle may carry."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import torch
from safetensors.torch import save_file

from encoders.models.specs import Conversion
from segments.errors import WeightsMissing


def convert(source: Path, target: Path, conversion: Conversion) -> None:
    """Writes the tensors that a conversion names as safetensors, each with its own memory.

    Raises:
        WeightsMissing: the file is no checkpoint of tensors, carries code, or has none of them.
    """
    state = _tensors(source, conversion.state_key)
    chosen = {
        name: tensor.clone(memory_format=torch.contiguous_format)
        for name, tensor in state.items()
        if name.startswith(conversion.prefix)
    }
    if not chosen:
        raise WeightsMissing(f"{source} has no tensors named {conversion.prefix}*: fetch it again")
    save_file(chosen, target, metadata={"format": "pt"})


def _tensors(source: Path, key: str | None) -> Mapping[str, torch.Tensor]:
    loaded = _load(source)
    state = loaded.get(key) if key and isinstance(loaded, dict) else loaded
    if not isinstance(state, dict) or not all(map(_is_named_tensor, state.items())):
        raise WeightsMissing(f"{source} is not a checkpoint of named tensors: fetch it again")
    return state


def _is_named_tensor(item: tuple[Any, Any]) -> bool:
    return isinstance(item[0], str) and isinstance(item[1], torch.Tensor)


def _load(source: Path) -> Any:
    mapped = is_zipfile(source)  # files older than torch 1.6 are not, and cannot be mapped
    try:
        return torch.load(source, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as error:
        raise WeightsMissing(
            f"{source} was refused: it is damaged, or carries code rather than tensors alone "
            f"({str(error).splitlines()[0]})"
        ) from None
    except (RuntimeError, EOFError, ValueError, LookupError) as error:
        raise WeightsMissing(f"{source} cannot be read ({error}): fetch it again") from None
