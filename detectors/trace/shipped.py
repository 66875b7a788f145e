"""Which network a profile's features go through: the one trained for it, else none that acts."""

from functools import cache
from pathlib import Path

from detectors.trace.config import TraceConfig
from detectors.trace.network import TraceNetwork
from detectors.trace.trained import WEIGHTS
from segments.errors import WeightsMissing


@cache
def _trained(folder: Path) -> TraceNetwork | None:
    return TraceNetwork.from_pretrained(folder) if folder.is_dir() else None


def ahead_of(folder: Path) -> int:
    """Clips after its own that a clip's vector depends on, in the network of a folder.

    Raises:
        WeightsMissing: the network is damaged.
    """
    network = _trained(folder)
    return network.config.ahead if network else 0


@cache
def network_for(
    profile: str, *, dim: int, motion_dim: int | None, folder: Path | None = None
) -> TraceNetwork:
    """The network for a profile's features, ready for inference.

    A profile without one of its own gets an untrained one, which is plain retrieval by appearance.

    Args:
        profile: its name.
        dim: width of its stream "appearance".
        motion_dim: width of its stream "motion"; None where it has none.
        folder: of the trained network; None means the shipped one's.

    Raises:
        WeightsMissing: the trained one is damaged, or for features of other widths.
    """
    folder = folder or WEIGHTS / profile
    network = _trained(folder)
    if network is None:
        if motion_dim is None:
            return TraceNetwork(TraceConfig(dim, 1, fusion="appearance")).eval()
        return TraceNetwork(TraceConfig(dim, motion_dim)).eval()
    found = network.config
    if (found.dim, found.motion_dim) != (dim, motion_dim):
        raise WeightsMissing(
            f"the TRACE network in {folder} is for features of widths "
            f"{(found.dim, found.motion_dim)}, and the profile {profile} gives "
            f"{(dim, motion_dim)}: train it again with `retrace train trace`"
        )
    return network
