"""The act network: what it starts as, and what a region may know of."""

from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from detectors.local_patterns.acts.config import ActConfig
from detectors.local_patterns.acts.network import ActNetwork
from detectors.local_patterns.acts.traits import NUM_TRAITS
from segments.errors import WeightsMissing

CONFIG = ActConfig(dim=8, motion_dim=4, window=4, ahead=1, traits_hidden=6, joint_hidden=6)


def network() -> ActNetwork:
    """One in which everything counts."""
    torch.manual_seed(0)
    made = ActNetwork(CONFIG).eval()
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return made


def inputs(num_clips: int = 10) -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    clips = torch.arange(num_clips).repeat_interleave(2)
    return {
        "motion": torch.randn(num_clips, 4),
        "mask": torch.ones(num_clips, dtype=torch.bool),
        "patterns": torch.randn(len(clips), 8),
        "traits": torch.randn(len(clips), NUM_TRAITS),
        "clips": clips,
    }


def test_untrained_a_region_is_its_pattern() -> None:
    given = inputs()
    found = ActNetwork(CONFIG).eval()(**given)
    assert torch.allclose(found, F.normalize(given["patterns"], dim=-1), atol=1e-6)


def test_regions_of_one_clip_are_told_apart_by_looks_and_traits() -> None:
    given = inputs()
    net = network()
    before = net(**given)
    given["traits"][3] += 1.0
    given["patterns"][8] *= -1.0
    changed = (net(**given) - before).abs().amax(dim=1) > 1e-6
    assert changed.nonzero()[:, 0].tolist() == [3, 8]


def test_a_region_knows_its_window_of_the_scene_and_no_more() -> None:
    """Of 4 clips, one after its own: what happens at clip 5 is known at clips 4 to 7."""
    given = inputs()
    net = network()
    before = net(**given)
    given["motion"][5] += 1.0
    changed = (net(**given) - before).abs().amax(dim=1) > 1e-6
    assert sorted(set(given["clips"][changed].tolist())) == [4, 5, 6, 7]
    assert (CONFIG.before, CONFIG.ahead) == (2, 1)


def test_a_gap_of_a_window_separates_pieces() -> None:
    """Two videos in one strip answer as each alone."""
    net = network()
    one, other = inputs(5), inputs(3)
    gap = torch.zeros(CONFIG.window, 4)
    found = net(
        torch.cat([one["motion"], gap, other["motion"]]),
        torch.tensor([True] * 5 + [False] * 4 + [True] * 3),
        torch.cat([one["patterns"], other["patterns"]]),
        torch.cat([one["traits"], other["traits"]]),
        torch.cat([one["clips"], other["clips"] + 9]),
    )
    assert torch.allclose(found, torch.cat([net(**one), net(**other)]), atol=1e-6)


def test_weights_come_back(tmp_path: Path) -> None:
    net, given = network(), inputs()
    net.save_pretrained(tmp_path / "acts")
    assert torch.equal(ActNetwork.from_pretrained(tmp_path / "acts")(**given), net(**given))
    (tmp_path / "acts" / "model.safetensors").write_bytes(b"no")
    with pytest.raises(WeightsMissing, match="retrace train local-patterns --part acts"):
        ActNetwork.from_pretrained(tmp_path / "acts")


def test_a_window_must_hold_its_own_clip() -> None:
    with pytest.raises(ValueError, match="outside 0 to 3"):
        ActConfig(dim=8, motion_dim=4, window=4, ahead=4)
