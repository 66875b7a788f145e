"""Trains for some epochs in every mode, and sets what they took beside the floor."""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np
import torch

from benchmarks.records import RunRecord, new_record
from benchmarks.training_speed.arguments import SpeedArguments
from benchmarks.training_speed.epochs import EPOCH_VIDEOS, Epoch, look_at
from benchmarks.training_speed.flops import BatchShape, counted_flops, step_flops
from benchmarks.training_speed.material import SIZES, random_backbone, random_set
from benchmarks.training_speed.measures import device_name, peak_memory, peak_tflops
from benchmarks.training_speed.modes import MODES, Mode, why_not_compiled
from encoders.alan.training import AlanRecipe, AlanTrainer, Machine
from encoders.alan.training.batches import BatchMaker
from encoders.registry import resolve_device

WARM_UP_EPOCHS = 1


def run_training_speed(
    arguments: SpeedArguments, say: Callable[[str], None] = lambda message: None
) -> RunRecord:
    """Measures every mode, one after the other.

    Raises:
        UserError: no such device.
    """
    started = time.perf_counter()
    scores = SpeedRun(arguments, say).scores()
    return new_record(
        arguments.task,
        command=arguments.command,
        seed=arguments.seed,
        data={},
        weights={},
        timings_s={"all": time.perf_counter() - started},
        arguments=arguments.changed(),
        scores=scores,
    )


class SpeedRun:
    """The data in memory, and what is measured on it."""

    def __init__(self, arguments: SpeedArguments, say: Callable[[str], None]) -> None:
        self.arguments, self.say = arguments, say
        self.device = resolve_device(arguments.device)
        self.size = SIZES[arguments.size]
        self.data = random_set(self.size, arguments.videos, seed=arguments.seed)

    @property
    def recipe(self) -> AlanRecipe:
        """Epochs enough for the warm-up and the steps asked for."""
        recipe = replace(self.size.recipe, seed=self.arguments.seed)
        per_epoch = BatchMaker(self.data, recipe, np.random.default_rng()).steps_per_epoch
        measured = math.ceil((self.arguments.steps or per_epoch) / per_epoch)
        return replace(recipe, epochs=WARM_UP_EPOCHS + measured)

    def scores(self) -> dict[str, Any]:
        """The network's operations, the data's floor, and every mode."""
        maker = BatchMaker(self.data, self.recipe, np.random.default_rng(self.arguments.seed))
        epoch = look_at(maker, torch.device(self.device))
        peaks = self._peaks()
        return {
            "device": device_name(self.device),
            "epoch_videos": EPOCH_VIDEOS,
            "data": epoch.scores(),
            "step_flops": epoch.flops(self.size),
            "first_step": self._first_step(),
            "peak_tflops": peaks,
            "modes": {mode.name: self._mode(mode, epoch, peaks) for mode in MODES},
        }

    def _first_step(self) -> dict[str, int]:
        """Operations of one step, by hand and as PyTorch counts them."""
        trainer = self._trainer(Machine(self.device))
        batch = next(trainer.batches.epoch()).to(trainer.machine.torch_device)
        by_hand = step_flops(BatchShape.of(batch), self.size.config, self.size.bert)
        return {
            "flops_by_hand": sum(by_hand.values()),
            "flops_counted": counted_flops(trainer.learner, batch),
            "parameters": sum(weight.numel() for weight in trainer.learner.parameters()),
        }

    def _peaks(self) -> dict[str, float]:
        known = {
            "fp32": (torch.float32, self.arguments.peak_fp32_tflops),
            "bf16": (torch.bfloat16, self.arguments.peak_bf16_tflops),
        }
        return {
            name: peak_tflops(self.device, dtype) if given is None else given
            for name, (dtype, given) in known.items()
        }

    def _mode(self, mode: Mode, epoch: Epoch, peaks: dict[str, float]) -> dict[str, Any]:
        if lack := self._lack(mode):
            self.say(f"{mode.name}: skipped, {lack}")
            return {"skipped": lack}
        torch.compiler.reset()
        with peak_memory(self.device) as peak:
            ends = self._train(mode)
        per_epoch = len(epoch.shapes)
        warm = WARM_UP_EPOCHS * per_epoch
        steps = np.diff(ends[warm:]).tolist()
        epoch_s = sum(steps) * per_epoch / len(steps) * epoch.share
        step_flops = sum(epoch.flops(self.size, checkpointed=mode.checkpointed).values())
        floor_s = step_flops * per_epoch * epoch.share / peaks[mode.precision] / 1e12
        self.say(f"{mode.name}: {epoch_s:.2f} s per epoch")
        return {
            "videos_per_s": EPOCH_VIDEOS / epoch_s,
            "epoch_s": epoch_s,
            "step_s": median(steps),
            "measured_steps": len(steps),
            "warm_up_s": ends[warm] - ends[0],
            "peak_bytes": peak.bytes,
            "data_share": epoch.make_s * epoch.share / epoch_s,
            "step_flops": step_flops,
            "floor_s": floor_s,
            "times_floor": epoch_s / floor_s,
        }

    def _lack(self, mode: Mode) -> str | None:
        if not mode.compiled:
            return None
        if not self.arguments.compiled:
            return "not asked for"
        return why_not_compiled(self.device)

    def _train(self, mode: Mode) -> list[float]:
        """When the run started, and when each of its steps was done."""
        trainer = self._trainer(mode.machine(self.device))
        ends = [time.perf_counter()]
        trainer.run(on_step=lambda step, losses: ends.append(time.perf_counter()))
        return ends

    def _trainer(self, machine: Machine) -> AlanTrainer:
        backbone = random_backbone(self.size, seed=self.arguments.seed)
        return AlanTrainer(
            self.size.config, self.data, self.recipe, backbone=backbone, machine=machine
        )
