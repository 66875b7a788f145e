"""The constants of one training run, and what it runs on."""

import math
from dataclasses import dataclass
from typing import Literal

import torch

from encoders.alan.losses import Reduction
from encoders.alan.masking import Masking

Lead = Literal["detector", "labels", "nothing"]
"""What leads anomaly-led sampling: the detector, the truth, or nothing (every clip alike)."""
Schedule = Literal["decay", "one-cycle"]


@dataclass(frozen=True)
class AlanRecipe:
    """The paper's constants where it states them, else METHODS A.8's defaults."""

    epochs: int = 50
    batch_size: int = 64
    lr: float = 5e-5
    schedule: Schedule = "decay"
    """"decay" multiplies by `lr_decay` after each epoch; "one-cycle" warms up for a tenth of the
    steps and falls to zero along a cosine."""
    lr_decay: float = 0.95
    gate_lr: float | None = None
    """Of the gates that start shut (`AlanConfig.residual_gate`), single numbers with far to go;
    None: as the other weights."""
    projection_lr: float | None = None
    """Of the projections of streams and texts, where they start from a closed form; likewise."""
    weight_decay: float = 0.0
    clip_norm: float | None = None
    """Bound of the gradient's norm."""
    reduction: Reduction = "mean"
    """Of the ranking loss: the code form, or the printed "sum"."""
    detector_weight: float = 0.1
    """λ1 of Eq. 10."""
    phrase_weight: float = 0.01
    """λ2 of Eq. 10; the texts say what is masked."""
    masking: Masking = "phrases"
    """What VPMPM masks; "none" leaves it out."""
    led_by: Lead = "detector"
    sound_weight: float = 1.0
    """Of the sound-to-sound ranking beside the alignment losses."""
    sound_batch_size: int = 64
    feature_noise: float = 0.0
    """Standard deviation of the noise on features, as a share of each stream's own."""
    average_decay: float | None = None
    """Of the moving average of weights that training returns; None returns the last ones."""
    max_clips: int = 400
    """A longer video is thinned, at each visit, to one clip from each of so many equal pieces."""
    seed: int = 0

    @property
    def has_phrases(self) -> bool:
        return self.masking != "none" and self.phrase_weight > 0

    def lr_share(self, step: int, *, steps_per_epoch: int) -> float:
        """Factor of the learning rates at a step, from 0."""
        if self.schedule == "decay":
            return self.lr_decay ** (step // steps_per_epoch)
        total = self.epochs * steps_per_epoch
        warm = max(1, round(0.1 * total))
        if step < warm:
            return 0.04 + 0.96 * (1 - math.cos(math.pi * step / warm)) / 2
        return (1 + math.cos(math.pi * (step - warm) / max(1, total - warm))) / 2


@dataclass(frozen=True)
class Machine:
    """Where and how the arithmetic is done."""

    device: str = "cpu"
    bf16: bool = False
    """Autocast to bfloat16."""
    compiled: bool = False
    """`torch.compile` the encoders."""
    checkpointed: bool = False
    """Recompute a trained text backbone's states in the backward pass: its twelve layers hold most
    of the memory, the encoders on top hold little."""

    @property
    def torch_device(self) -> torch.device:
        return torch.device(self.device)
