"""The engines and encoders that the benchmark's readings name."""

from functools import cached_property
from pathlib import Path

from benchmarks.datasets.files import existing
from detectors.local_patterns.asking import shipped_asking
from detectors.local_patterns.base import RegionEncoder, RegionEngine
from detectors.local_patterns.caption_memory import SayYes
from detectors.local_patterns.captions import region_captions
from detectors.local_patterns.regions.opening import open_engine
from detectors.local_patterns.regions.sliding import SlidingConfig, SlidingWindows
from detectors.local_patterns.regions.yolox import YoloxConfig, YoloxRegions
from encoders.compact.profile import CompactProfile
from encoders.regions.compact import CompactRegionEncoder
from segments.errors import UserError
from segments.media import MOTION_GRID

YOLOX = Path("models") / "yolox-nano" / "yolox_nano.onnx"
LOW_CONFIDENCE = 0.1
WINDOWS = {
    "sliding": SlidingConfig(sizes=((60 / 360, 60 / 240),)),
    "cells": SlidingConfig(sizes=((1 / MOTION_GRID[1], 1 / MOTION_GRID[0]),), stride=1.0),
}
"""The paper's windows of 60 x 60 of Ped2's 360 x 240 pixels (Appendix D); every cell by itself."""
GRIDS = {"compact": (8, 4), "compact-8": (4, 2), "compact-128": (16, 8)}
"""Rows and columns that a box is cut into: N_q is their product."""


class BenchmarkParts:
    """Opens parts of the shared folder and of the compact profile.

    Args:
        shared: the folder that holds models/.
    """

    def __init__(self, shared: Path) -> None:
        self._shared = shared

    def engine(self, name: str) -> RegionEngine:
        """Raises:
        DatasetMissing: the network is not in the shared folder.
        UserError: there is no such engine.
        """
        if name in WINDOWS:
            return SlidingWindows(WINDOWS[name])
        if not name.startswith("yolox"):
            return open_engine(name)
        path = existing(self._shared / YOLOX, source="this project's shared models")
        is_low = name.endswith("-low")
        return YoloxRegions(path, YoloxConfig(least_confidence=LOW_CONFIDENCE) if is_low else None)

    def encoder(self, name: str) -> RegionEncoder:
        """Raises:
        WeightsMissing: the compact profile is not on this machine.
        """
        return CompactRegionEncoder.of(self._compact, tuple(region_captions()), grid=GRIDS[name])

    def says_yes(self, encoder: RegionEncoder) -> SayYes:
        """Raises:
        UserError: no State Machine Module comes with the encoder.
        """
        asking = shipped_asking("compact", encoder)
        if asking is None:
            raise UserError(
                "no State Machine Module comes with the compact profile: train one with "
                "`retrace train local-patterns --part smm`, or leave its settings out"
            )
        return asking

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of the weights that settings are made with."""
        return self._compact.manifest.digests

    @cached_property
    def _compact(self) -> CompactProfile:
        return CompactProfile.load()
