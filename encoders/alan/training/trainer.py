"""Trains ALAN: epochs of batches, a log, checkpoints."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from encoders.alan.config import AlanConfig
from encoders.alan.model import Alan
from encoders.alan.training.batches import BatchMaker, VideoBatch
from encoders.alan.training.checkpoints import (
    CHECKPOINT_FILE,
    RunState,
    load_checkpoint,
    save_checkpoint,
)
from encoders.alan.training.examples import TrainingSet
from encoders.alan.training.journal import LOG_FILE, Journal
from encoders.alan.training.learner import Learner, total
from encoders.alan.training.recipe import AlanRecipe, Machine
from encoders.alan.training.texts import TextBackbone

OnStep = Callable[[int, dict[str, float]], None]
"""Called with the number of steps done and the weighted parts of the last one's loss."""
OnEpoch = Callable[[int, Alan], None]
"""Called with the number of epochs done and the network as it is then, in eval mode."""


class AlanTrainer:
    """One run, from its first step or from its last checkpoint.

    The same seed on the same machine gives the same weights, interrupted or not. The network starts
    from random weights unless `start` gives it others.
    """

    def __init__(
        self,
        config: AlanConfig,
        data: TrainingSet,
        recipe: AlanRecipe,
        *,
        backbone: TextBackbone | None = None,
        start: Callable[[Alan], None] | None = None,
        machine: Machine | None = None,
    ) -> None:
        """
        Args:
            backbone: see `Learner`.
        """
        self.config, self.data, self.recipe = config, data, recipe
        self.machine = machine or Machine()
        device = self.machine.torch_device
        torch.manual_seed(recipe.seed)
        alan = Alan(config)
        if start is not None:
            start(alan)
        self.learner = Learner(alan, recipe, backbone=backbone).to(device).train()
        if self.machine.checkpointed and self.learner.backbone is not None:
            self.learner.backbone.bert.activation_checkpointing_enable()
        average = _average(alan, recipe)
        rng = np.random.default_rng(recipe.seed)
        self.state = RunState(self.learner, average, _optimizer(self.learner, recipe), rng)
        self.batches = BatchMaker(data, recipe, rng, is_ahead=device.type == "cuda")
        self._forward = torch.compile(self.learner) if self.machine.compiled else self.learner

    @property
    def num_steps(self) -> int:
        """Of the whole run."""
        return self.recipe.epochs * self.batches.steps_per_epoch

    def run(
        self,
        folder: Path | None = None,
        *,
        on_step: OnStep | None = None,
        on_epoch: OnEpoch | None = None,
    ) -> Alan:
        """Trains to the end; returns the network in eval mode.

        Args:
            folder: for log.csv and checkpoint.safetensors, one after each epoch. A run that was
                stopped there goes on; one that was finished returns at once.

        Raises:
            UserError: the folder holds a run with other data or constants.
        """
        if folder is not None:
            load_checkpoint(folder / CHECKPOINT_FILE, self.state, identity=self._identity())
        journal = None if folder is None else Journal(folder / LOG_FILE, step=self.state.step)
        while self.state.epoch < self.recipe.epochs:
            for batch in self.batches.epoch():
                losses = self._step(batch, journal)
                if on_step is not None:
                    on_step(self.state.step, losses)
            self.state.epoch += 1
            if folder is not None and journal is not None:
                journal.flush()
                save_checkpoint(folder / CHECKPOINT_FILE, self.state, identity=self._identity())
            if on_epoch is not None:
                on_epoch(self.state.epoch, self.network())
                self.learner.train()
        if journal is not None:
            journal.close()
        return self.network()

    def network(self) -> Alan:
        """The network as it is now, in eval mode: the moving average where the recipe has one."""
        average = self.state.average
        alan = self.learner.alan if average is None else average.module
        assert isinstance(alan, Alan)
        return alan.eval()

    def _step(self, batch: VideoBatch, journal: Journal | None) -> dict[str, float]:
        share = self.recipe.lr_share(self.state.step, steps_per_epoch=self.batches.steps_per_epoch)
        for group in self.state.optimizer.param_groups:
            group["lr"] = group["peak_lr"] * share
        with self._precision():
            losses = self._forward(batch.to(self.machine.torch_device))
            if self.learner.alan.audio is not None and self.data.sounds:
                sounds = self.batches.sounds().to(self.machine.torch_device)
                losses |= self.learner.sound_loss(sounds)
        self.state.optimizer.zero_grad()
        total(losses).backward()
        if self.recipe.clip_norm is not None:
            nn.utils.clip_grad_norm_(self.learner.parameters(), self.recipe.clip_norm)
        self.state.optimizer.step()
        if isinstance(self.state.average, AveragedModel):
            self.state.average.update_parameters(self.learner.alan)
        self.state.step += 1
        parts = {name: loss.item() for name, loss in losses.items()}
        if journal is not None:
            lr, epoch = self.recipe.lr * share, self.state.epoch + 1
            journal.write(step=self.state.step, epoch=epoch, lr=lr, losses=parts)
        return parts

    def _precision(self) -> Any:
        device = self.machine.torch_device
        return torch.autocast(device.type, torch.bfloat16) if self.machine.bf16 else nullcontext()

    def _identity(self) -> dict[str, Any]:
        """What a checkpoint must share with the run that goes on from it."""
        texts = self.data.texts
        return {
            "config": asdict(self.config),
            "recipe": asdict(self.recipe),
            "videos": len(self.data.videos),
            "texts": 0 if texts is None else len(texts.ids),
            "bf16": self.machine.bf16,
        }


def _average(alan: Alan, recipe: AlanRecipe) -> AveragedModel | None:
    if recipe.average_decay is None:
        return None
    average = get_ema_multi_avg_fn(recipe.average_decay)
    return AveragedModel(alan, multi_avg_fn=average, use_buffers=True)


def _optimizer(learner: Learner, recipe: AlanRecipe) -> torch.optim.AdamW:
    """Adam; gates and projections may have rates of their own, and gates never decay."""
    groups: dict[str, list[nn.Parameter]] = {"gates": [], "projections": [], "others": []}
    for name, weight in learner.named_parameters():
        if weight.requires_grad:
            is_gate, is_projection = name.endswith(".share"), ".project." in name
            kind = "gates" if is_gate else "projections" if is_projection else "others"
            groups[kind].append(weight)
    rates = {"gates": recipe.gate_lr, "projections": recipe.projection_lr}
    return torch.optim.AdamW(
        [
            {
                "params": weights,
                "peak_lr": recipe.lr if rates.get(kind) is None else rates[kind],
                "weight_decay": 0.0 if kind == "gates" else recipe.weight_decay,
            }
            for kind, weights in groups.items()
            if weights
        ],
        lr=recipe.lr,
    )
