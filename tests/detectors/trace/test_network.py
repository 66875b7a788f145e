"""TRACE's network: untrained it is plain retrieval; its files; its fusions."""

from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from detectors.files import WEIGHTS_FILE
from detectors.trace.config import Fusion, TraceConfig, Window
from detectors.trace.network import TraceNetwork
from segments.errors import WeightsMissing

FUSIONS: tuple[Fusion, ...] = ("attention", "concat", "appearance")


def small(**changes: object) -> TraceConfig:
    values = {"dim": 8, "motion_dim": 3, "windows": (Window(4),), "heads": 2} | changes
    return TraceConfig(visual_hidden=4, temporal_hidden=6, **values)  # type: ignore[arg-type]


def opened(config: TraceConfig) -> TraceNetwork:
    """A network whose every weight is at work, as after training."""
    torch.manual_seed(0)
    network = TraceNetwork(config).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return network


@pytest.mark.parametrize("fusion", FUSIONS)
@pytest.mark.parametrize("windows", [(Window(4),), (Window(8), Window(8, 4), Window(8, 16))])
@pytest.mark.parametrize("joint", [0, 5])
def test_an_untrained_network_is_plain_retrieval_by_appearance(
    fusion: Fusion, windows: tuple[Window, ...], joint: int
) -> None:
    network = TraceNetwork(small(fusion=fusion, windows=windows, joint_hidden=joint)).eval()
    appearance, motion = 3 * torch.randn(2, 20, 8), torch.randn(2, 20, 3)
    words = F.normalize(torch.randn(5, 8), dim=-1)
    plain = F.cosine_similarity(appearance[:, :, None], words[None, None], dim=-1)
    found = network(appearance, motion)
    torch.testing.assert_close(found @ words.T, plain, rtol=0, atol=1e-6)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_vectors_have_length_1_and_padding_changes_nothing(fusion: Fusion) -> None:
    network = opened(small(fusion=fusion, ahead=2))
    appearance, motion = torch.randn(1, 9, 8), torch.randn(1, 9, 3)
    alone = network(appearance, motion)
    mask = torch.arange(14)[None] < 9
    filled = F.pad(appearance, (0, 0, 0, 5), value=7.0), F.pad(motion, (0, 0, 0, 5), value=7.0)
    torch.testing.assert_close(alone.norm(dim=-1), torch.ones(1, 9))
    torch.testing.assert_close(network(*filled, mask)[:, :9], alone)


@pytest.mark.parametrize("fusion", ["attention", "concat"])
def test_motion_counts_within_the_window_only(fusion: Fusion) -> None:
    network = opened(small(fusion=fusion, ahead=1))
    appearance, motion = torch.randn(1, 12, 8), torch.randn(1, 12, 3)
    other = motion.clone()
    other[0, 6] += 1.0
    moved = (network(appearance, motion) - network(appearance, other)).abs().amax(dim=-1)[0]
    # A window of 4 that ends one clip later: clip 6 is seen by the clips 5 to 8.
    assert (moved > 1e-6).tolist() == [5 <= clip <= 8 for clip in range(12)]


def test_the_joint_bottleneck_adds_to_the_fused_vector() -> None:
    """Its weights at 0 but one bias of its output: every vector moves along that axis alone."""
    network = TraceNetwork(small(joint_hidden=5)).eval()
    assert network.joint is not None
    appearance, motion = torch.randn(1, 6, 8), torch.randn(1, 6, 3)
    with torch.no_grad():
        next(reversed(list(network.joint.parameters())))[2] = 3.0
    expected = F.normalize(F.normalize(appearance, dim=-1) + 3.0 * torch.eye(8)[2], dim=-1)
    torch.testing.assert_close(network(appearance, motion), expected)


def test_appearance_alone_ignores_motion() -> None:
    network = opened(small(fusion="appearance"))
    appearance = torch.randn(1, 6, 8)
    torch.testing.assert_close(
        network(appearance, torch.zeros(1, 6, 3)), network(appearance, torch.ones(1, 6, 3))
    )


def test_some_clips_are_answered_as_among_all() -> None:
    network = opened(small())
    appearance, motion = torch.randn(2, 10, 8), torch.randn(2, 10, 3)
    clips = torch.tensor([1, 4, 9])
    whole = network(appearance, motion)
    torch.testing.assert_close(network(appearance, motion, clips=clips), whole[:, clips])


def test_files_give_the_network_back(tmp_path: Path) -> None:
    network = opened(small(windows=(Window(2), Window(2, 3)), ahead=1))
    network.save_pretrained(tmp_path)
    back = TraceNetwork.from_pretrained(tmp_path)
    assert back.config == network.config
    appearance, motion = torch.randn(1, 7, 8), torch.randn(1, 7, 3)
    assert torch.equal(back(appearance, motion), network(appearance, motion))


def test_missing_and_damaged_files_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="retrace train trace"):
        TraceNetwork.from_pretrained(tmp_path)
    opened(small()).save_pretrained(tmp_path)
    (tmp_path / WEIGHTS_FILE).write_bytes(b"no weights")
    with pytest.raises(WeightsMissing, match="cannot be used"):
        TraceNetwork.from_pretrained(tmp_path)


def test_the_size_that_ships_is_small() -> None:
    assert TraceNetwork(TraceConfig(dim=384, motion_dim=128)).num_parameters < 1_000_000


@pytest.mark.parametrize("changes", [{"heads": 3}, {"windows": ()}, {"ahead": 4}, {"ahead": -1}])
def test_sizes_that_do_not_fit_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"heads|window|ahead"):
        small(**changes)
