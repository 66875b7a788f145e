"""A network whose score is known, made-up features in the official layout, and their labels."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from encoders.alan import Alan, AlanConfig

CONFIG = AlanConfig(
    streams={"appearance": 2, "motion": 3},
    text_dim=4,
    d=2,
    heads=1,
    ffn=4,
    num_samples=2,
    position_bins=4,
    detector_hidden=(),
    detector_kernel=1,
)


def write_known_network(folder: Path, *, sign: float = 1.0) -> Path:
    """A trained network that scores a clip by sigmoid(`sign` x its first appearance number)."""
    torch.manual_seed(0)
    model = Alan(CONFIG)
    state = {name: torch.zeros_like(value) for name, value in model.state_dict().items()}
    state["video.project.appearance.weight"][0, 0] = 1.0
    state["video.detector.layers.0.weight"][0, 0, 0] = sign
    model.load_state_dict(state)
    model.save_pretrained(folder)
    return folder


def write_known_features(folder: Path, crops: Mapping[str, Sequence[Sequence[float]]]) -> Path:
    """`RGB/VIDEO__K.npy` and `Flow/VIDEO__K.npy` from the first number of each crop's clips."""
    for video, numbers in crops.items():
        for crop, clips in enumerate(numbers):
            appearance = np.column_stack([clips, np.ones(len(clips))]).astype(np.float32)
            motion = np.ones((len(clips), 3), np.float32)
            for stream, array in (("RGB", appearance), ("Flow", motion)):
                (folder / stream).mkdir(parents=True, exist_ok=True)
                np.save(folder / stream / f"{video}__{crop}.npy", array)
    return folder


def write_ucf_labels(folder: Path, spans: Mapping[str, tuple[int, int]]) -> Path:
    """`Temporal_Anomaly_Annotation.txt`, one span per video; (-1, -1) for a normal one."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{name}.mp4  Kind  {start}  {end}  -1  -1\n" for name, (start, end) in spans.items()]
    (folder / "Temporal_Anomaly_Annotation.txt").write_text("".join(lines))
    return folder
