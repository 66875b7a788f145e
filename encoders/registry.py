"""The profiles by name, and which one `auto` takes."""

from collections.abc import Callable

import torch

from encoders.base import Profile
from segments.errors import UserError


def load_profile(name: str, *, device: str = "auto") -> Profile:
    """Loads a profile's models.

    Args:
        name: a key of `BUILDERS`, or "auto" for the best one whose weights are on this machine.
        device: "auto", "cpu" or "cuda".

    Raises:
        UserError: no such profile or device.
        WeightsMissing: the profile's weights are not on this machine.
    """
    chosen = resolve_profile(name)
    return BUILDERS[chosen](resolve_device(device))


def resolve_profile(name: str) -> str:
    """The name of the profile to use; "auto" never goes to the network."""
    if name == "auto":
        return "compact"  # the only profile whose weights are on every machine
    if name not in BUILDERS:
        raise UserError(f"unknown profile {name!r}: choose auto or one of {', '.join(BUILDERS)}")
    return name


def resolve_device(name: str) -> str:
    """ "cpu" or "cuda"; "auto" takes a GPU where there is one."""
    if name not in ("auto", "cpu", "cuda"):
        raise UserError(f"unknown device {name!r}: choose auto, cpu or cuda")
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError("no CUDA device is here: use --device cpu or auto")
    return name


def _compact(device: str) -> Profile:
    from encoders.compact.profile import CompactProfile

    return CompactProfile.load(device=device)


BUILDERS: dict[str, Callable[[str], Profile]] = {"compact": _compact}
