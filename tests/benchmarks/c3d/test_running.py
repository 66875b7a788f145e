"""The protocols: who learns from what, and what the record keeps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from benchmarks.arguments import TaskArguments
from benchmarks.c3d.running import BASELINE, FOLDS, OFFICIAL, SCRATCH, C3DRun, divisions
from benchmarks.c3d.systems import Compare
from benchmarks.datasets.base import Item
from tests.support.c3d import subset

DATA = subset()


@dataclass
class Spy:
    """Finds everything; keeps what it was fitted on and asked."""

    fitted: list[list[str]] = field(default_factory=list)
    asked: list[tuple[set[str], set[str]]] = field(default_factory=list)

    def fit(self, items: Sequence[Item]) -> Compare:
        self.fitted.append([item.video for item in items])

        def compare(queries: Sequence[Item], videos: Sequence[Item]) -> np.ndarray:
            self.asked.append(({i.video for i in queries}, {i.video for i in videos}))
            return np.array([[float(q.video == v.video) for v in videos] for q in queries])

        return compare


def test_divisions_part_the_videos():
    (official,) = divisions(DATA, OFFICIAL)
    assert [item.video for item in official.test] == ["v12", "v13", "v14", "v15"]
    folds = divisions(DATA, FOLDS)
    assert [fold.name for fold in folds] == ["fold 0", "fold 1"]
    for division in (official, *folds):
        train, test = ({i.video for i in part} for part in (division.train, division.test))
        assert not train & test
        assert train | test == {item.video for item in DATA.dataset.items}
    assert {item.video for fold in folds for item in fold.test} == set(sum(DATA.folds, ()))


def test_systems_are_fitted_on_training_videos_only(monkeypatch: pytest.MonkeyPatch):
    spies = {BASELINE: Spy(), SCRATCH: Spy()}
    said: list[str] = []
    monkeypatch.setattr("benchmarks.c3d.running.open_c3d_subset", lambda shared: DATA)
    monkeypatch.setattr(C3DRun, "_systems", lambda *_: spies)
    record = C3DRun(Path("shared"), seeds=2, say=said.append).record(TaskArguments(task="c3d"))

    folds, official = divisions(DATA, FOLDS), divisions(DATA, OFFICIAL)
    trained = [[item.video for item in d.train] for d in (*folds, *official)]
    assert spies[BASELINE].fitted == trained  # without chance, one seed is all
    assert spies[SCRATCH].fitted == [*trained, trained[-1]]
    for queries, videos in spies[BASELINE].asked[:3]:  # of the first fold
        assert queries | videos <= set(trained[0]) | {i.video for i in folds[0].test}
    assert said[0] == f"fold 0, seed 0: {BASELINE} SumR 600.0, 600.0 with CSLS"

    assert record.scores.keys() == {FOLDS, OFFICIAL, "choices", "phrases by"}
    for protocol, pairs, seeds in ((FOLDS, 16, 1), (OFFICIAL, 4, 2)):
        scores = record.scores[protocol]
        assert list(scores) == [BASELINE, f"{BASELINE}, CSLS", SCRATCH, f"{SCRATCH}, CSLS"]
        assert len(scores[SCRATCH]["ranks"]) == seeds
        assert len(scores[SCRATCH]["ranks"][0]["to_video"]) == pairs
        assert scores[SCRATCH]["against baseline"]["value"] == 0.0
    assert (record.task, record.arguments) == ("c3d-subset", {"task": "c3d"})
    assert record.weights.keys() == {"minilm"}
