"""The folder of a detector's trained network: config.json and model.safetensors."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import nn

from detectors.files import CONFIG_FILE, WEIGHTS_FILE
from segments.errors import WeightsMissing
from segments.files import write_atomically

Module = TypeVar("Module", bound=nn.Module)


def save_module(module: nn.Module, config: Any, folder: Path) -> None:
    """Writes both files, the weights first; each is there completely or not at all.

    Args:
        config: a dataclass of JSON values.
    """
    state = {name: value.cpu().contiguous() for name, value in module.state_dict().items()}
    write_atomically(folder / WEIGHTS_FILE, save(state))
    write_atomically(folder / CONFIG_FILE, TypeAdapter(type(config)).dump_json(config, indent=2))


def load_module(
    module: type[Module], config: Any, folder: Path, *, what: str, command: str
) -> Module:
    """Reads what `save_module` wrote, on the CPU, ready for inference.

    Args:
        module: built as `module(config)`.
        config: the dataclass that config.json is read as.
        what: the network, for messages.
        command: what makes its weights.

    Raises:
        WeightsMissing: a file is absent or damaged, or the weights are not those of the config.
    """
    try:
        values = TypeAdapter(config).validate_json((folder / CONFIG_FILE).read_bytes())
        loaded = module(values)
        loaded.load_state_dict(load((folder / WEIGHTS_FILE).read_bytes()))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WeightsMissing(
            f"no weights of {what} in {folder}: {Path(error.filename).name} is missing; make them "
            f"with `{command}`"
        ) from None
    except (ValueError, SafetensorError, RuntimeError) as error:
        raise WeightsMissing(
            f"the weights of {what} in {folder} cannot be used: {error}; train them again with "
            f"`{command}`"
        ) from error
    return loaded.eval()
