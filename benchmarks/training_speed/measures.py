"""Measures of a device: the memory a run takes, and how fast it multiplies and copies."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

import psutil
import torch

POLL_S = 0.05
PEAK_ROUNDS = 10
PEAK_SIZES = {"cuda": 8192, "cpu": 1024}
"""Rows and columns of the matrices, large enough that nothing but the product counts."""


@dataclass
class Peak:
    """The most memory that was taken, known once the watch is over."""

    bytes: int = 0


@contextmanager
def peak_memory(device: str) -> Iterator[Peak]:
    """Watches what is allocated on a GPU, or this process's resident memory on a CPU."""
    peak = Peak()
    if device == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        yield peak
        peak.bytes = torch.cuda.max_memory_allocated()
        return
    over = threading.Event()
    watch = threading.Thread(target=_watch_resident, args=(peak, over))
    watch.start()
    try:
        yield peak
    finally:
        over.set()
        watch.join()


def _watch_resident(peak: Peak, over: threading.Event) -> None:
    process = psutil.Process()
    while True:
        peak.bytes = max(peak.bytes, process.memory_info().rss)
        if over.wait(POLL_S):
            return


def peak_tflops(device: str, dtype: torch.dtype) -> float:
    """10¹² operations per second of a product of two large square matrices of `dtype`."""
    size = PEAK_SIZES[device]
    a, b = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    times = []
    for _ in range(PEAK_ROUNDS):
        started = time.perf_counter()
        torch.mm(a, b)
        synchronize(device)
        times.append(time.perf_counter() - started)
    return 2 * size**3 / median(times) / 1e12


def synchronize(device: str) -> None:
    """Waits until the device has done all that it was asked for."""
    if device == "cuda":
        torch.cuda.synchronize()


def device_name(device: str) -> str:
    """As its maker calls it, or the number of threads."""
    if device == "cuda":
        return torch.cuda.get_device_name()
    return f"CPU, {torch.get_num_threads()} threads"
