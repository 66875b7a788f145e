"""A run's state in one safetensors file, so that a killed run goes on as if it had not been."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from segments.errors import UserError
from segments.files import write_atomically

CHECKPOINT_FILE = "checkpoint.safetensors"
NETWORK, AVERAGE, OPTIMIZER, RANDOM = "network.", "average.", "optimizer.", "random."


@dataclass
class RunState:
    """What changes while a run goes on."""

    learner: nn.Module
    average: nn.Module | None
    optimizer: torch.optim.Optimizer
    rng: np.random.Generator
    epoch: int = 0
    """Epochs that are done."""
    step: int = 0
    """Steps that are done."""


def save_checkpoint(path: Path, state: RunState, *, identity: dict[str, Any]) -> None:
    """Writes everything that the next step depends on; the file is replaced at once or not at all.

    Args:
        identity: JSON values that a run which goes on from here must share.
    """
    facts = {
        "identity": identity,
        "epoch": state.epoch,
        "step": state.step,
        "rng": state.rng.bit_generator.state,
    }
    tensors = {name: tensor.contiguous() for name, tensor in _tensors(state).items()}
    write_atomically(path, save(tensors, metadata={"facts": json.dumps(facts)}))


def load_checkpoint(path: Path, state: RunState, *, identity: dict[str, Any]) -> bool:
    """Puts a run where `save_checkpoint` left it; False where there is no checkpoint.

    Raises:
        UserError: the checkpoint is damaged, or of a run with other data or constants.
    """
    if not path.exists():
        return False
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads(file.metadata()["facts"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"the checkpoint {path} is damaged: {error}; delete it to start the run anew"
        ) from error
    _require_same(path, facts["identity"], json.loads(json.dumps(identity)))
    state.epoch, state.step = facts["epoch"], facts["step"]
    state.rng.bit_generator.state = facts["rng"]
    state.learner.load_state_dict(_under(NETWORK, tensors))
    if state.average is not None:
        state.average.load_state_dict(_under(AVERAGE, tensors))
    _load_optimizer(state.optimizer, _under(OPTIMIZER, tensors))
    _load_random(_under(RANDOM, tensors))
    return True


def _require_same(path: Path, found: dict[str, Any], expected: dict[str, Any]) -> None:
    was, now = _flat(found), _flat(expected)
    other = [name for name in now if was.get(name) != now[name]]
    if other:
        changes = ", ".join(f"{name} was {was.get(name)!r} and is {now[name]!r}" for name in other)
        raise UserError(
            f"the checkpoint {path} is of another run: {changes}; choose another folder, or delete "
            "the checkpoint to start anew"
        )


def _flat(identity: dict[str, Any]) -> dict[str, Any]:
    """Nested values by name, as in "recipe.lr"."""
    flat: dict[str, Any] = {}
    for name, value in identity.items():
        inner = _flat(value) if isinstance(value, dict) else {"": value}
        flat |= {f"{name}.{key}".rstrip("."): each for key, each in inner.items()}
    return flat


def _tensors(state: RunState) -> dict[str, Tensor]:
    tensors = {NETWORK + name: value for name, value in state.learner.state_dict().items()}
    if state.average is not None:
        tensors |= {AVERAGE + name: value for name, value in state.average.state_dict().items()}
    for place, moments in state.optimizer.state_dict()["state"].items():
        tensors |= {f"{OPTIMIZER}{place}.{name}": value for name, value in moments.items()}
    tensors[RANDOM + "cpu"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors[RANDOM + "cuda"] = torch.cuda.get_rng_state()
    # An average starts as the weights themselves, and safetensors wants no shared memory.
    return {name: value.detach().clone() for name, value in tensors.items()}


def _load_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        place, moment = name.split(".")
        moments.setdefault(int(place), {})[moment] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": moments, "param_groups": groups})


def _load_random(tensors: dict[str, Tensor]) -> None:
    torch.set_rng_state(tensors["cpu"])
    if "cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["cuda"])


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }
