"""Gradual events: which clips count for which event, the highest of windows, AUC by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from benchmarks.simulator.programme import Video
from benchmarks.simulator.sampling import sample_scene
from benchmarks.trace.detector import Bank
from benchmarks.trace.gradual import (
    _Scored,
    apart,
    auc_of,
    highest_score,
    kinds_of_clips,
)
from detectors.trace.config import TraceConfig, Window
from detectors.trace.network import TraceNetwork
from detectors.trace.scoring import score
from tests.support.profiles import DIM, FakeProfile


def test_a_clip_is_of_the_event_in_its_middle() -> None:
    scene = sample_scene(0, duration_s=12.8)
    event = replace(scene.event, kind="arson", start_s=1.0, end_s=2.5, is_anomalous=True)
    video = Video("v", "train", replace(scene, event=event, background=()), ())
    # Middles are .32, .96, 1.6, 2.24, 2.88.
    assert kinds_of_clips(video, 5) == ("", "", "arson", "arson", "")


def test_aucs_by_hand() -> None:
    kinds = ("", "arson", "", "fight", "fight")
    videos = [_Scored(kinds, np.array([0.5, 0.4, 0.1, 0.9, 0.3], np.float32))]
    assert auc_of(videos, "gradual") == pytest.approx(50.0)  # .4 is above .1, below .5
    assert auc_of(videos, "others") == pytest.approx(75.0)  # .9 above both, .3 above one
    assert math.isnan(auc_of([_Scored(("", ""), np.zeros(2, np.float32))], "gradual"))


def test_the_highest_of_windows_is_the_score() -> None:
    bank = Bank.of(FakeProfile())
    z = np.stack([bank.normal.vectors[:3], bank.anomalous.vectors[:3]], axis=1)
    apiece = [score(z[:, w], bank.normal, bank.anomalous).scores for w in range(2)]
    np.testing.assert_allclose(highest_score(z, bank), np.maximum(*apiece), rtol=1e-6)
    np.testing.assert_allclose(highest_score(z[:, 0], bank), apiece[0], rtol=1e-6)


def test_windows_apart_are_what_the_gate_weighs() -> None:
    torch.manual_seed(0)
    network = TraceNetwork(TraceConfig(DIM, DIM, heads=2, windows=(Window(2), Window(2, 3)))).eval()
    assert network.fusion is not None
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    looks, moves = torch.randn(1, 9, DIM), torch.randn(1, 9, DIM)
    with torch.no_grad():
        several = apart(network)(looks, moves)
        for window in range(2):
            network.fusion.gate.weight.zero_()  # type: ignore[union-attr, operator]
            network.fusion.gate.bias.copy_(torch.tensor([-60.0, -60.0]))  # type: ignore[union-attr]
            network.fusion.gate.bias[window] = 60.0  # type: ignore[index]
            torch.testing.assert_close(network(looks, moves), several[:, :, window])
