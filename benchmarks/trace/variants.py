"""The ablations of TRACE: detectors that differ from the shipped one in one thing each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.trace.arguments import Ablation
from benchmarks.trace.detector import Bank, TraceDetector
from detectors.trace.config import TraceConfig
from detectors.trace.network import TraceNetwork
from detectors.trace.scoring import TraceSet
from detectors.trace.smoothing import Smoother, parse_smoother

COUNTED = (1, 5, 20, 100)
SHARES = (0.05, 0.1, 0.25, 0.5)
"""Of the bank's sentences."""
CONTEXTS = (1, 3, 10)
SMOOTHERS = ("gaussian:1", "gaussian:2", "gaussian:4", "median:3", "mean:3", "decay:2")
NUM_BANKS = 8
BANK_SHARE = 0.5
"""Of the sentences, in each of the banks of the resampling."""


@dataclass(frozen=True)
class Variant:
    """One row of the table."""

    ablation: str
    name: str
    network: str
    """Which network's vectors it scores."""
    detector: TraceDetector


def variants(
    base: TraceDetector, networks: Mapping[str, TraceNetwork], chosen: tuple[Ablation, ...]
) -> list[Variant]:
    """The shipped detector first, then every row of the chosen ablations.

    Args:
        networks: by name; "shipped" is that of `base`.
    """
    rows = [Variant("", "shipped", "shipped", base)]
    for ablation in chosen:
        rows += _networks(ablation, base, networks) + _scorings(ablation, base)
    return rows


def untrained(config: TraceConfig) -> TraceNetwork:
    """Plain retrieval by appearance."""
    return TraceNetwork(replace(config, fusion="appearance")).eval()


def thinned(bank: Bank, share: float, rng: np.random.Generator) -> Bank:
    """As large a share of the normal and of the anomalous sentences, drawn without replacement."""

    def some(traces: TraceSet) -> TraceSet:
        count = max(1, round(share * len(traces)))
        return traces.take(np.sort(rng.choice(len(traces), count, replace=False)))

    return replace(bank, normal=some(bank.normal), anomalous=some(bank.anomalous))


def _networks(
    ablation: Ablation, base: TraceDetector, networks: Mapping[str, TraceNetwork]
) -> list[Variant]:
    """Networks that differ from the shipped one in their fusion, or in their windows."""
    found = []
    for name, network in networks.items():
        differs_in_fusion = network.config.fusion != base.network.config.fusion
        if name != "shipped" and ablation == ("fusion" if differs_in_fusion else "window"):
            found.append(Variant(ablation, name, name, replace(base, network=network)))
    return found


def _scorings(ablation: Ablation, base: TraceDetector) -> list[Variant]:
    rng = np.random.default_rng(0)
    changed: dict[str, dict[str, TraceDetector]] = {
        "rule": {"difference of maxima": replace(base, rule="difference")},
        "k": {f"nearest {k} of each": replace(base, counted=k) for k in COUNTED},
        "bank-size": {
            f"{share:.0%} of the bank": replace(base, bank=thinned(base.bank, share, rng))
            for share in SHARES
        },
        "contexts": {f"{n} contexts by footage": replace(base, contexts=n) for n in CONTEXTS},
        "smoothing": {text: replace(base, smoother=parse_smoother(text)) for text in SMOOTHERS}
        | {"none": replace(base, smoother=Smoother("none"))},
        "resampling": {
            f"half of the bank, draw {n + 1}": replace(
                base, bank=thinned(base.bank, BANK_SHARE, rng)
            )
            for n in range(NUM_BANKS)
        },
    }
    rows = changed.get(ablation, {})
    return [Variant(ablation, name, "shipped", detector) for name, detector in rows.items()]
