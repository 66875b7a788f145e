"""Measures whole profiles and each half of their models, on random weights of the real sizes."""

import tempfile
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import torch

from benchmarks.records import RunRecord, new_record
from benchmarks.tower_speed.allowance import Allowance, Neighbours
from benchmarks.tower_speed.arguments import TowerSpeedArguments
from benchmarks.tower_speed.checkpoints import write_checkpoint
from benchmarks.tower_speed.halves import FOR_GPU, Half, all_halves
from benchmarks.tower_speed.profiles import (
    BATCH_S,
    batch_flops,
    measure_compact,
    measure_profile,
)
from benchmarks.tower_speed.towers import Scores, TowerMeasure, fastest
from benchmarks.training_speed.measures import device_name, peak_tflops
from benchmarks.training_speed.modes import why_not_compiled
from encoders.models.library import ModelLibrary
from encoders.models.specs import ProfileRecipe, shipped_recipes
from encoders.registry import COMPACT, resolve_device
from encoders.towers.precision import best_dtype
from indexer.chunks import BATCH_CLIPS

ASK_FOR_ALL = "meant for a GPU; --all measures it on a CPU"


def run_tower_speed(
    arguments: TowerSpeedArguments,
    say: Callable[[str], None] = lambda message: None,
    stopped: Callable[[], bool] = lambda: False,
) -> RunRecord:
    """Measures in a temporary folder (TMPDIR), which may take 12 GB.

    Args:
        stopped: asked before each measurement; what is left then says that it was interrupted.

    Raises:
        UserError: no such device.
    """
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="retrace-tower-speed-") as folder:
        scores = TowerSpeedRun(arguments, Path(folder), say, stopped).scores()
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


class TowerSpeedRun:
    """The library of random weights, and what is measured on it."""

    def __init__(
        self,
        arguments: TowerSpeedArguments,
        folder: Path,
        say: Callable[[str], None],
        stopped: Callable[[], bool],
    ) -> None:
        self.arguments, self.say = arguments, say
        self.device = resolve_device(arguments.device)
        self.library = ModelLibrary(folder)
        self.may = Allowance(arguments.minutes, stopped)
        self.made_s: dict[str, float] = {}

    def scores(self) -> Scores:
        """Profiles and towers as they run, then compiled: most wanted first."""
        neighbours = Neighbours()
        profiles = {COMPACT: self._compact()} | {
            name: self._profile(recipe, compile=False) for name, recipe in self._recipes.items()
        }
        towers = [self._tower(half) for half in all_halves()]
        self._add_compiled(towers, profiles)
        self._add_floors(towers, profiles)
        return {
            "device": device_name(self.device),
            "dtype": self._best,
            "peak_tflops": self._measure.peaks,
            "others_share": neighbours.share(),
            "made_s": self.made_s,
            "batch": {"clips": BATCH_CLIPS, "footage_s": BATCH_S},
            "towers": towers,
            "profiles": profiles,
        }

    @property
    def _recipes(self) -> dict[str, ProfileRecipe]:
        return shipped_recipes()

    @cached_property
    def _best(self) -> str:
        """The number format that profiles run in here."""
        return str(best_dtype(self.device)).removeprefix("torch.")

    @cached_property
    def _measure(self) -> TowerMeasure:
        peaks = {
            name: peak_tflops(self.device, getattr(torch, name))
            for name in dict.fromkeys(("float32", self._best))
        }
        return TowerMeasure(self.device, self.arguments.size, peaks, self.arguments.seed)

    def _tower(self, half: Half) -> Scores:
        names = {"model": half.model, "half": half.kind}
        if lack := self._lack(half.model):
            return names | {"skipped": lack}
        found = self._measure.eager(half, self._folder(half.model))
        best = found["modes"][self._best]
        speed = best[str(fastest(best))]
        self.say(
            f"{half.model}, {half.kind}: {speed['items_per_s']:.3g} per second in {self._best}, "
            f"{speed['share_of_peak']:.0%} of the peak"
        )
        return found

    def _compact(self) -> Scores:
        if lack := self.may.lack():
            return {"skipped": lack}
        return measure_compact(self.device, seed=self.arguments.seed)

    def _profile(self, recipe: ProfileRecipe, *, compile: bool) -> Scores:
        for model in recipe.models:
            if lack := self._lack(model):
                return {"skipped": lack}
            self._folder(model)
        seed = self.arguments.seed
        found = measure_profile(recipe, self.library, self.device, compile=compile, seed=seed)
        compiled = " compiled," if compile else ""
        speed = f"{found['clips_per_s']:.3g} clips/s, {found['times_real_time']:.3g}× real time"
        self.say(f"{recipe.name}:{compiled} {speed}")
        return found

    def _add_compiled(self, towers: list[Scores], profiles: dict[str, Scores]) -> None:
        """Pictures, then profiles, then the rest: compiling takes longest."""
        wanted = self.arguments.compile
        if wanted is False or (wanted is None and self.device == "cpu"):
            return
        pictures = [tower for tower in towers if tower["half"] == "pictures"]
        rest = [tower for tower in towers if tower["half"] != "pictures"]
        for tower in pictures:
            self._compile(tower)
        for name, recipe in self._recipes.items():
            if "skipped" not in profiles[name]:
                profiles[name]["compiled"] = self._compiled_profile(recipe)
        for tower in rest:
            self._compile(tower)

    def _compile(self, tower: Scores) -> None:
        half = Half(tower["model"], tower["half"])
        if "skipped" in tower or not half.can_be_compiled:
            return
        name, modes = self._best, tower["modes"]
        if lack := self.may.lack() or why_not_compiled(self.device):
            modes[f"{name}, compiled"] = {"skipped": lack}
            return
        folder, size = self._folder(half.model), fastest(modes[name])
        flops = tower["flops"]
        found = self._measure.compiled(half, folder, name, flops=flops, size=size)
        self.say(
            f"{half.model}, {half.kind}, compiled: {found[str(size)]['items_per_s']:.3g} per second"
        )
        modes[f"{name}, compiled"] = found

    def _compiled_profile(self, recipe: ProfileRecipe) -> Scores:
        if lack := why_not_compiled(self.device):
            return {"skipped": lack}
        torch.compiler.reset()
        return self._profile(recipe, compile=True)

    def _add_floors(self, towers: list[Scores], profiles: dict[str, Scores]) -> None:
        """What the matrix products of a batch would take at the measured peak."""
        for name, recipe in self._recipes.items():
            flops = batch_flops(recipe, towers)
            if flops is not None and "skipped" not in profiles[name]:
                floor_s = flops / self._measure.peaks[self._best] / 1e12
                profiles[name] |= {"batch_flops": flops, "floor_s": floor_s}

    def _lack(self, model: str) -> str | None:
        heavy = self.arguments.size == "real" and model in FOR_GPU
        if heavy and self.device == "cpu" and not self.arguments.all:
            return ASK_FOR_ALL
        return self.may.lack()

    def _folder(self, model: str) -> Path:
        """Where a model's random weights are; made when first asked for."""
        folder = self.library.root / model
        if model not in self.made_s:
            started = time.perf_counter()
            arguments = self.arguments
            write_checkpoint(
                model, folder, size=arguments.size, device=self.device, seed=arguments.seed
            )
            self.made_s[model] = time.perf_counter() - started
            self.say(f"{model}: random weights written in {self.made_s[model]:.1f} s")
        return folder
