"""Region engines by name or path."""

from pathlib import Path
from typing import TYPE_CHECKING

from detectors.local_patterns.base import RegionEngine
from segments.errors import UserError

if TYPE_CHECKING:
    import torch

ENGINES = ("motion", "sliding", "windows")
"""What needs no weights; anything else is the path of a network."""


def needs_weights(name_or_path: str) -> bool:
    """Whether it is the path of a network; sizes may follow the name of `windows`."""
    return name_or_path.split(":")[0] not in ENGINES


def open_engine(
    name_or_path: str | Path, *, device: str = "cpu", dtype: "torch.dtype | None" = None
) -> RegionEngine:
    """An engine with its default settings.

    Args:
        name_or_path: one of `ENGINES` (`windows` also with sizes, see `windows.WindowConfig.of`),
            a YOLOX-style file that ends in .onnx, or a folder with an RT-DETR.
        device: where RT-DETR computes; the others take the CPU.
        dtype: of RT-DETR; None for float32.

    Raises:
        UserError: none of these.
        WeightsMissing: a file or a folder that cannot be used.
    """
    match str(name_or_path):
        case "motion":
            from detectors.local_patterns.regions.motion import MotionRegions

            return MotionRegions()
        case "sliding":
            from detectors.local_patterns.regions.sliding import SlidingWindows

            return SlidingWindows()
        case name if name.split(":")[0] == "windows":
            from detectors.local_patterns.regions.windows import WalkerWindows, WindowConfig

            return WalkerWindows(WindowConfig.of(name))
        case _:
            return _open_network(Path(name_or_path), device, dtype)


def _open_network(path: Path, device: str, dtype: "torch.dtype | None") -> RegionEngine:
    if path.suffix.lower() == ".onnx":
        from detectors.local_patterns.regions.yolox import YoloxRegions

        return YoloxRegions(path)
    if not path.is_dir():
        raise UserError(
            f"{path} is no way to find regions: give {', '.join(ENGINES)}, a YOLOX-style file"
            " that ends in .onnx, or the folder of an RT-DETR"
        )
    import torch

    from detectors.local_patterns.regions.rt_detr import RtDetrRegions

    return RtDetrRegions(path, device=device, dtype=dtype or torch.float32)
