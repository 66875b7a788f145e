"""Ablations change one thing each; the bank's halves differ; reasons are judged by kind."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.frame_scores.clips import Look
from benchmarks.simulator.crimes import UCF_CRIME
from benchmarks.trace.arguments import ABLATIONS
from benchmarks.trace.detector import Bank, TraceDetector, embed
from benchmarks.trace.explanations import KINDS
from benchmarks.trace.variants import thinned, untrained, variants
from detectors.trace.config import TraceConfig
from detectors.trace.network import TraceNetwork
from segments.errors import UserError
from segments.vectors import ClipFeatures
from tests.support.profiles import DIM, FakeProfile


@pytest.fixture(scope="module")
def detector() -> TraceDetector:
    network = TraceNetwork(TraceConfig(DIM, DIM, heads=2)).eval()
    return TraceDetector(network, Bank.of(FakeProfile()))


@pytest.fixture(scope="module")
def look() -> Look:
    rng = np.random.default_rng(0)
    streams = {
        name: rng.standard_normal((30, DIM), np.float32) for name in ("appearance", "motion")
    }
    return Look(ClipFeatures(streams))


def test_the_bank_is_whole(detector: TraceDetector) -> None:
    assert len(detector.bank.normal) == len(detector.bank.anomalous) == 770
    np.testing.assert_allclose(np.linalg.norm(detector.bank.normal.vectors, axis=1), 1, atol=1e-5)


def test_scores_are_one_per_clip_and_not_negative(detector: TraceDetector, look: Look) -> None:
    for rule in ("share", "difference"):
        scores = replace(detector, rule=rule)(look)
        assert scores.shape == (30,)
        assert scores.min() >= 0


def test_an_untrained_network_gives_the_appearance_itself(
    detector: TraceDetector, look: Look
) -> None:
    appearance = look.features.streams["appearance"]
    expected = appearance / np.linalg.norm(appearance, axis=1, keepdims=True)
    for network in (detector.network, untrained(detector.network.config)):
        np.testing.assert_allclose(embed(network, look.features), expected, atol=1e-6)


def test_every_ablation_has_rows_that_differ_from_the_shipped_one(
    detector: TraceDetector, look: Look
) -> None:
    other = TraceNetwork(TraceConfig(DIM, DIM, heads=2, fusion="concat"))
    narrow = TraceNetwork(replace(detector.network.config, ahead=2))
    networks = {"shipped": detector.network, "concat": other, "ahead": narrow}
    rows = variants(detector, networks, ABLATIONS)
    assert {row.ablation for row in rows} == {"", *ABLATIONS}
    shipped = detector(look)
    for row in rows:
        changes_scores = row.ablation not in ("", "fusion", "window") and row.name != "none"
        assert np.array_equal(row.detector(look), shipped) != changes_scores, row.name


def test_halves_of_the_bank_are_halves_and_differ(detector: TraceDetector) -> None:
    rng = np.random.default_rng(0)
    first, second = (thinned(detector.bank, 0.5, rng) for _ in range(2))
    assert len(first.normal) == len(second.anomalous) == 385
    assert first.normal.ids != second.normal.ids


def test_contexts_are_chosen_by_the_footage(detector: TraceDetector, look: Look) -> None:
    found = replace(detector, contexts=1).compare(
        embed(detector.network, look.features), look.features
    )
    known = dict(zip(detector.bank.normal.ids, detector.bank.normal.contexts, strict=True))
    assert len({known[trace] for row in found.normal_ids for trace in row}) == 1


def test_features_of_another_width_are_refused(detector: TraceDetector) -> None:
    with pytest.raises(UserError, match="profile that has words"):
        embed(detector.network, ClipFeatures({"rgb": np.zeros((3, 5), np.float32)}))


def test_every_kind_of_the_simulator_has_a_kind_of_the_bank(detector: TraceDetector) -> None:
    assert set(KINDS) == {kind for kinds in UCF_CRIME.values() for kind in kinds}
    assert {kind for kinds in KINDS.values() for kind in kinds} <= set(
        detector.bank.anomalous.kinds
    )
