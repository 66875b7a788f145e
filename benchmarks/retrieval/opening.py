"""The data set that a command names, the simulated one included."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from benchmarks.datasets.base import Query, RetrievalDataset
from benchmarks.datasets.registry import OPENERS, open_dataset
from benchmarks.datasets.simulated import SimulatedBenchmark, open_simulated
from segments.errors import UserError

SIMULATED = "simulated"


@dataclass(frozen=True)
class Source:
    """Where a data set is found."""

    dataset: str
    annotations: Path | None = None
    features: Path | None = None
    language: str = "en"
    query: Query = "text"
    """Of the simulated benchmark, which can be asked either way."""
    train: int = 1000
    test: int = 250
    """Videos of the simulated benchmark."""
    work: Path = Path("runs/simulated")
    """Where the simulated benchmark's features are kept."""

    def open(
        self, *, num_workers: int = 2, progress: Callable[[int, int], None] | None = None
    ) -> RetrievalDataset:
        """
        Raises:
            DatasetMissing: a file is not where it should be, or was not named.
            UserError: no such data set.
        """
        if self.dataset != SIMULATED:
            _require_known(self.dataset)
            return open_dataset(
                self.dataset,
                annotations=self.annotations,
                features=self.features,
                language=self.language,
            )
        return open_simulated(
            self.work,
            query=self.query,
            train=self.train,
            test=self.test,
            num_workers=num_workers,
            progress=progress,
        )


def _require_known(name: str) -> None:
    known = (*OPENERS, SIMULATED)
    if name not in known and not name.endswith(".toml"):
        raise UserError(f"no data set {name!r}: choose {', '.join(known)} or PATH.toml")


def clip_truth(dataset: RetrievalDataset) -> dict[str, Float32[np.ndarray, " t"]] | None:
    """1 where a clip shows an anomaly, by video; None where a data set does not tell."""
    if not isinstance(dataset, SimulatedBenchmark):
        return None
    return {
        item.video: dataset.clip_labels(item.video).astype(np.float32) for item in dataset.items
    }
