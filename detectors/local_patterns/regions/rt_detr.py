"""Regions from RT-DETR (Zhao et al., arXiv 2304.08069), through transformers."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from jaxtyping import Float32, Int64, UInt8
from PIL import Image
from safetensors import SafetensorError

from detectors.local_patterns.base import Regions
from detectors.local_patterns.regions.classes import kept_classes
from segments.errors import WeightsMissing
from segments.torchaudio_guard import let_torchaudio_load

let_torchaudio_load()

# isort: split
from transformers import RTDetrForObjectDetection  # noqa: E402

WEIGHTS = "model.safetensors"
_FAMILY = "rt_detr"
_DAMAGE = (OSError, ValueError, TypeError, RuntimeError, SafetensorError)
"""What transformers raises where files are damaged or of another shape."""


@dataclass(frozen=True)
class RtDetrConfig:
    """Which of the network's boxes are regions, and how it runs."""

    least_confidence: float = 0.4
    classes: Collection[str] | None = None
    """Names to keep; None keeps all."""
    most: int = 100
    """Regions of a picture; of more, the surest are kept."""
    size: tuple[int, int] = (640, 640)
    """Height and width that pictures are brought to, as the network was trained on."""
    batch: int = 8
    """Pictures at once."""


class RtDetrRegions:
    """Finds what a pretrained RT-DETR names. Its boxes need no suppression: it was trained so.

    Args:
        folder: config.json and model.safetensors, as the hub has them.
        device: "cpu", "cuda" or "cuda:N".
        dtype: float32, or bfloat16 where the device computes in it.

    Raises:
        WeightsMissing: the folder holds no RT-DETR as safetensors, or not all of it.
        UserError: classes that it does not know.
    """

    name = "rt-detr"

    def __init__(
        self,
        folder: Path,
        config: RtDetrConfig | None = None,
        *,
        device: str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.config = config or RtDetrConfig()
        self._device, self._dtype = device, dtype
        self._model = cast(Any, _load(folder)).to(device=device, dtype=dtype).eval()
        known: dict[int, str] = self._model.config.id2label or {}
        self.names = tuple(known[k] for k in sorted(known))
        self._is_kept = torch.from_numpy(kept_classes(self.names, self.config.classes)).to(device)

    def follow(self) -> "RtDetrRegions":
        """Itself: nothing is remembered of a picture."""
        return self

    def find(
        self,
        pictures: UInt8[np.ndarray, "f h w 3"],
        velocity: Float32[np.ndarray, "f m gh gw 2"],
    ) -> list[Regions]:
        """The regions of each picture, the surest first; the velocity is not looked at."""
        starts = range(0, len(pictures), self.config.batch)
        batches = [pictures[i : i + self.config.batch] for i in starts]
        return [regions for batch in batches for regions in self._batch(batch)]

    @torch.inference_mode()
    def _batch(self, pictures: UInt8[np.ndarray, "b h w 3"]) -> list[Regions]:
        pixels = torch.from_numpy(prepared(pictures, self.config.size))
        found = self._model(pixel_values=pixels.to(self._device, self._dtype))
        sure = found.logits.float().sigmoid() * self._is_kept
        most = min(self.config.most, sure[0].numel())
        confidences, places = sure.flatten(1).topk(most)
        queries, classes = places // len(self.names), places % len(self.names)
        centres = found.pred_boxes.float().gather(1, queries[..., None].expand(-1, -1, 4))
        rows = (value.cpu().numpy() for value in (_corners(centres), confidences, classes))
        return [self._regions(*row) for row in zip(*rows, strict=True)]

    def _regions(
        self,
        boxes: Float32[np.ndarray, "n 4"],
        confidences: Float32[np.ndarray, " n"],
        classes: Int64[np.ndarray, " n"],
    ) -> Regions:
        is_sure = confidences >= self.config.least_confidence
        labels = tuple(self.names[k] for k in classes[is_sure])
        return Regions(boxes[is_sure], confidences[is_sure], labels)


def prepared(
    pictures: UInt8[np.ndarray, "b h w 3"], size: tuple[int, int]
) -> Float32[np.ndarray, "b 3 sh sw"]:
    """RGB pictures as the network takes them: from 0 to 1, stretched to its size.

    PIL's bilinear resizing, as transformers' processor has it: it smooths what it makes smaller.
    """
    height, width = size
    bilinear = Image.Resampling.BILINEAR
    resized = [Image.fromarray(p).resize((width, height), bilinear) for p in pictures]
    return (
        np.stack([np.asarray(one) for one in resized]).transpose(0, 3, 1, 2).astype(np.float32)
        / 255
    )


def _corners(boxes: torch.Tensor) -> torch.Tensor:
    """Left, top, right and bottom of centres and sizes, within the picture."""
    centre, half = boxes[..., :2], boxes[..., 2:] / 2
    return torch.cat([centre - half, centre + half], dim=-1).clamp(0, 1)


def _load(folder: Path) -> RTDetrForObjectDetection:
    family = _family(folder)
    if family != _FAMILY:
        raise _unusable(folder, f"its config.json says model_type {family!r}")
    if not (folder / WEIGHTS).is_file():
        raise _unusable(folder, f"{WEIGHTS} is absent")
    try:
        model, report = cast(Any, RTDetrForObjectDetection).from_pretrained(
            folder, local_files_only=True, use_safetensors=True, output_loading_info=True
        )
    except _DAMAGE as error:
        raise _unusable(folder, str(error)) from error
    if absent := sorted(report["missing_keys"]):
        raise _unusable(folder, f"{len(absent)} weights are absent, such as {absent[0]}")
    return model


def _family(folder: Path) -> str | None:
    try:
        return json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(folder, f"its config.json cannot be read ({error!r})") from error


def _unusable(folder: Path, reason: str) -> WeightsMissing:
    return WeightsMissing(
        f"{folder} holds no usable RT-DETR: {reason}. Expected are config.json of model_type"
        f" {_FAMILY!r} and {WEIGHTS}: run `retrace models pull rtdetr_r18vd`"
    )
