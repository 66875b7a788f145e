"""What regions do, in the words of a bank."""

import numpy as np
import pytest
import torch

import detectors.local_patterns.acts.telling as telling
from detectors.local_patterns.acts.config import ActConfig
from detectors.local_patterns.acts.network import ActNetwork
from detectors.local_patterns.acts.telling import embed, tell
from detectors.trace.scoring import TraceSet
from segments.sentences import number_of
from tests.support.stored_regions import stored

BOX = (0.1, 0.1, 0.3, 0.5)
AXES = np.eye(4, dtype=np.float32)


def sentences(texts: list[str], first: int) -> TraceSet:
    ids = tuple(f"{k:016x}" for k in range(first, first + len(texts)))
    count = len(texts)
    return TraceSet(ids, tuple(texts), ("a",) * count, (None,) * count, AXES[first:][:count])


NORMAL = sentences(["People walk.", "A car parks."], 0)
ANOMALOUS = sentences(["People fight."], 2)


def test_odds_are_the_share_of_the_anomalous_and_words_those_of_the_likelier_side() -> None:
    z = np.stack([AXES[2], AXES[1], (AXES[0] + AXES[2]) / np.sqrt(2)])
    told = tell(z, NORMAL, ANOMALOUS)
    assert told.sentences == ("People fight.", "A car parks.", "People walk.")
    assert told.odds[0] == pytest.approx(1.0, abs=1e-6)
    assert told.odds[1] == pytest.approx(0.0, abs=1e-6)
    assert told.odds[2] == pytest.approx(0.5, abs=1e-3)  # one of two normal ones is far away


def test_regions_keep_what_is_told_of_them_in_their_places() -> None:
    regions = stored([[BOX], [BOX, BOX], [], [BOX]])
    told = regions.told(np.float32([0.1, 0.2, 0.3, 0.4]), ["a", "b", "c", "d"])
    assert told.odds[0, :, :2].tolist() == pytest.approx(np.float32([[0.1, 0], [0.2, 0.3]]))
    assert told.acts[1, :, 0].tolist() == [0, number_of("d")]
    assert not regions.acts.any()


def test_regions_are_embedded_a_few_at_a_time_all_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    network = ActNetwork(ActConfig(dim=8, motion_dim=3, window=4, ahead=1)).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    regions = stored([[BOX] * 3] * 12, patterns=tuple(range(1, 9)))
    motion = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    whole = embed(network, regions, motion)
    assert whole.shape == (36, 8)
    monkeypatch.setattr(telling, "REGIONS_AT_ONCE", 5)
    np.testing.assert_allclose(embed(network, regions, motion), whole, atol=1e-6)
    assert embed(network, stored([[], []]), motion[:1]).shape == (0, 8)
