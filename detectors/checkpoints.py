"""The state of a training run in one safetensors file, replaced at once after every epoch."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from segments.errors import UserError
from segments.files import write_atomically

CHECKPOINT_FILE = "checkpoint.safetensors"
NETWORK, MOMENTS = "network.", "moments."


class TrainingState:
    """A network and its optimizer, with what a checkpoint of theirs must agree with."""

    def __init__(
        self, network: nn.Module, optimizer: torch.optim.Optimizer, identity: dict[str, Any]
    ) -> None:
        """
        Args:
            identity: JSON values by name.
        """
        self.network, self.optimizer = network, optimizer
        self.identity: dict[str, Any] = json.loads(json.dumps(identity))

    def save(self, folder: Path, epoch: int) -> None:
        """Writes everything that the next epoch depends on.

        Args:
            epoch: epochs that are done.
        """
        tensors = {NETWORK + name: value for name, value in self.network.state_dict().items()}
        for place, moments in self.optimizer.state_dict()["state"].items():
            tensors |= {f"{MOMENTS}{place}.{name}": value for name, value in moments.items()}
        facts = json.dumps({"identity": self.identity, "epoch": epoch})
        rows = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
        write_atomically(folder / CHECKPOINT_FILE, save(rows, metadata={"facts": facts}))

    def load(self, folder: Path) -> int:
        """Goes back to where `save` was; returns the epochs that are done, 0 without a checkpoint.

        Raises:
            UserError: the checkpoint is damaged, or of another run.
        """
        path = folder / CHECKPOINT_FILE
        if not path.exists():
            return 0
        try:
            with safe_open(path, framework="pt") as file:
                facts = json.loads(file.metadata()["facts"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise UserError(
                f"the checkpoint {path} is damaged: {error}; delete it to start the run anew"
            ) from error
        if other := [
            name for name, now in self.identity.items() if facts["identity"].get(name) != now
        ]:
            raise UserError(
                f"the checkpoint {path} is of another run: its {', '.join(other)} differ; choose "
                "another folder, or delete the checkpoint to start anew"
            )
        self._restore(tensors)
        return int(facts["epoch"])

    def _restore(self, tensors: dict[str, torch.Tensor]) -> None:
        own = {name: tensor for name, tensor in tensors.items() if name.startswith(NETWORK)}
        self.network.load_state_dict({name.removeprefix(NETWORK): t for name, t in own.items()})
        moments: dict[int, dict[str, torch.Tensor]] = {}
        for name in tensors.keys() - own.keys():
            place, moment = name.removeprefix(MOMENTS).split(".")
            moments.setdefault(int(place), {})[moment] = tensors[name]
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": moments, "param_groups": groups})
