"""The folder of a trained part of Local Patterns: config.json and model.safetensors."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import nn

from segments.errors import WeightsMissing
from segments.files import write_atomically

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
Module = TypeVar("Module", bound=nn.Module)


def save_module(module: nn.Module, config: Any, folder: Path) -> None:
    """Writes both files, the weights first; each is there completely or not at all.

    Args:
        config: a dataclass of JSON values.
    """
    state = {name: value.cpu().contiguous() for name, value in module.state_dict().items()}
    write_atomically(folder / WEIGHTS_FILE, save(state))
    write_atomically(folder / CONFIG_FILE, TypeAdapter(type(config)).dump_json(config, indent=2))


def load_module(module: type[Module], config: Any, folder: Path, *, part: str) -> Module:
    """Reads what `save_module` wrote, on the CPU, ready for inference.

    Args:
        module: built as `module(config)`.
        config: the dataclass that config.json is read as.
        part: its name in `retrace train local-patterns --part`.

    Raises:
        WeightsMissing: a file is absent or damaged, or the weights are not those of the config.
    """
    again = f"`retrace train local-patterns --part {part}`"
    try:
        values = TypeAdapter(config).validate_json((folder / CONFIG_FILE).read_bytes())
        loaded = module(values)
        loaded.load_state_dict(load((folder / WEIGHTS_FILE).read_bytes()))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WeightsMissing(
            f"no {part} weights of Local Patterns in {folder}: {Path(error.filename).name} is "
            f"missing; make them with {again}"
        ) from None
    except (ValueError, SafetensorError, RuntimeError) as error:
        raise WeightsMissing(
            f"the {part} weights of Local Patterns in {folder} cannot be used: {error}; train them "
            f"again with {again}"
        ) from error
    return loaded.eval()
