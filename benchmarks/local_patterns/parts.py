"""The engines and encoders that the benchmark's readings name."""

from functools import cached_property
from pathlib import Path

from benchmarks.datasets.files import existing
from benchmarks.local_patterns.backbone import Backbone
from detectors.local_patterns.asking import PART, WEIGHTS, load_asking
from detectors.local_patterns.base import RegionEncoder, RegionEngine
from detectors.local_patterns.caption_memory import SayYes
from detectors.local_patterns.captions import region_captions
from detectors.local_patterns.regions.opening import open_engine
from detectors.local_patterns.regions.sliding import SlidingConfig, SlidingWindows
from detectors.local_patterns.regions.yolox import YoloxConfig, YoloxRegions
from detectors.local_patterns.state_machine import COMMAND, StateMachineConfig
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
GRIDS = {"compact": (8, 4), "compact-8": (4, 2), "compact-64": (8, 8), "compact-128": (16, 8)}
"""Rows and columns that a box is cut into: N_q is their product."""


class BenchmarkParts:
    """Opens parts of the shared folder and of the compact profile.

    Args:
        shared: the folder that holds models/.
        work: holds smm-N, for each State Machine Module of N machines that is not shipped.
    """

    def __init__(self, shared: Path, work: Path) -> None:
        self._shared, self._work = shared, work

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
        if name == "backbone":
            return Backbone.alone(self._compact)
        return CompactRegionEncoder.of(self._compact, tuple(region_captions()), grid=GRIDS[name])

    def says_yes(self, encoder: RegionEncoder, machines: int) -> SayYes:
        """Raises:
        UserError: no State Machine Module of so many machines is there.
        WeightsMissing: it is damaged, or for another encoder.
        """
        return load_asking(self.smm_folder(machines), encoder)

    def smm_folder(self, machines: int) -> Path:
        """Raises:
        UserError: no State Machine Module of so many machines is there.
        """
        if machines == StateMachineConfig.machines:
            return WEIGHTS / "compact" / PART
        folder = self._work / f"smm-{machines}"
        if not folder.is_dir():
            raise UserError(
                f"no State Machine Module of {machines} machines in {folder}: train it with "
                f"`{COMMAND} --machines {machines} --out {folder}`, or leave its settings out"
            )
        return folder

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of the weights that settings are made with."""
        return self._compact.manifest.digests

    @cached_property
    def _compact(self) -> CompactProfile:
        return CompactProfile.load()
