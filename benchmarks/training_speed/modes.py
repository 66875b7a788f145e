"""The ways a step can be computed."""

import os
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product

from encoders.alan.training import Machine


@dataclass(frozen=True)
class Mode:
    """One way, without the device."""

    bf16: bool
    compiled: bool
    checkpointed: bool

    @property
    def name(self) -> str:
        parts = ["bf16" if self.bf16 else "fp32"]
        parts += ["compiled"] * self.compiled + ["checkpointed"] * self.checkpointed
        return ", ".join(parts)

    @property
    def precision(self) -> str:
        return "bf16" if self.bf16 else "fp32"

    def machine(self, device: str) -> Machine:
        return Machine(device, self.bf16, self.compiled, self.checkpointed)


MODES = tuple(
    Mode(bf16, compiled, checkpointed)
    for (bf16, compiled), checkpointed in product(
        ((False, False), (True, False), (True, True)), (False, True)
    )
)
"""fp32, bf16, and bf16 with `torch.compile`, each with and without gradient checkpointing."""


def why_not_compiled(device: str) -> str | None:
    """What `torch.compile` lacks on this machine; None where nothing does."""
    if shutil.which(os.environ.get("CXX", "g++")) is None:
        return "torch.compile needs a C++ compiler: install g++, or name another in CXX"
    if device == "cuda" and find_spec("triton") is None:
        return "torch.compile needs triton, which comes with PyTorch's CUDA wheels"
    return None
