"""The MIL detector: what it looks at, padding, chunks."""

import torch

from encoders.alan import AlanConfig, length_mask
from encoders.alan.detector import AnomalyDetector
from tests.support.alan import SMALL, all_true


def test_halo_of_the_paper_is_nine_clips() -> None:
    config = AlanConfig(streams={"a": 4}, text_dim=1, d=4, heads=1)
    assert config.detector_halo == 9


def test_a_score_depends_on_halo_clips_either_side_and_no_more() -> None:
    torch.manual_seed(0)
    detector = AnomalyDetector(4, SMALL).eval().double()
    features = torch.randn(1, 41, 4, dtype=torch.float64, requires_grad=True)
    detector(features, all_true(1, 41))[0, 20].backward()
    assert features.grad is not None
    reached = features.grad[0].abs().sum(dim=1).nonzero()[:, 0]
    assert (reached.min(), reached.max()) == (20 - SMALL.detector_halo, 20 + SMALL.detector_halo)


def test_padding_changes_nothing_and_scores_zero() -> None:
    torch.manual_seed(0)
    detector = AnomalyDetector(4, SMALL).eval()
    features = torch.randn(2, 30, 4)
    padded = detector(features, length_mask(torch.tensor([30, 11]), 30))
    alone = detector(features[1:, :11], all_true(1, 11))
    torch.testing.assert_close(padded[1, :11], alone[0], atol=1e-6, rtol=0)
    assert padded[1, 11:].tolist() == [0.0] * 19


def test_chunks_with_a_halo_give_the_scores_of_the_whole() -> None:
    torch.manual_seed(0)
    detector = AnomalyDetector(4, SMALL).eval()
    features, halo = torch.randn(1, 100, 4), SMALL.detector_halo
    whole = detector(features, all_true(1, 100))[0]
    pieces = []
    for start in range(0, 100, 25):
        first, last = max(0, start - halo), min(100, start + 25 + halo)
        chunk = detector(features[:, first:last], all_true(1, last - first))[0]
        pieces.append(chunk[start - first :][:25])
    torch.testing.assert_close(torch.cat(pieces), whole, atol=1e-6, rtol=0)


def test_scores_are_a_sigmoid_of_the_last_layer() -> None:
    detector = AnomalyDetector(4, SMALL).eval()
    for parameter in detector.parameters():
        torch.nn.init.zeros_(parameter)
    torch.nn.init.constant_(detector.layers[-1].bias, 1.0)
    scores = detector(torch.randn(1, 3, 4), all_true(1, 3))
    torch.testing.assert_close(scores, torch.full((1, 3), 0.7310586))
