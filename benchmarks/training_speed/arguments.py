"""What `retrace bench training-speed` was asked for."""

from typing import Literal

from benchmarks.arguments import TaskArguments

TASK = "training-speed"
SizeName = Literal["paper", "smoke"]


class SpeedArguments(TaskArguments):
    """Everything that decides what is measured; fields are the command's options."""

    task: str = TASK
    size: SizeName = "paper"
    device: str = "auto"
    videos: int = 1610
    """In memory, and seen once per epoch."""
    steps: int | None = None
    """Measured per mode at least, in whole epochs after one of warm-up; None: one epoch."""
    compiled: bool = True
    """Measure `torch.compile` too: it may take minutes to compile."""
    seed: int = 0
    peak_fp32_tflops: float | None = None
    """Of the device, from its data sheet; None: of a large matrix product, measured."""
    peak_bf16_tflops: float | None = None
