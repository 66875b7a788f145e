"""Records as Markdown."""

from typing import Any

import numpy as np

from benchmarks.metrics import DirectionRanks
from benchmarks.records import RunRecord
from benchmarks.retrieval.report import table_of
from benchmarks.retrieval.scores import compared_scores

HEAD = (
    "|  | {q}→V R@1 | {q}→V R@5 | {q}→V R@10 | MdR | V→{q} R@1 | V→{q} R@5 | V→{q} R@10 | MdR "
    "| SumR (95 %) | {to} (95 %) |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
)
ORIGIN = "Measured 2026-11-21 on 2 cores: `retrace bench it`"


def ranks(to_video: float, to_query: float) -> list[DirectionRanks]:
    """Four pairs alike, so that resampling changes nothing."""
    return [DirectionRanks(np.full(4, to_video), np.full(4, to_query))]


def record(task: str, scores: dict[str, Any], **arguments: Any) -> RunRecord:
    return RunRecord(
        task=task,
        command="retrace bench it",
        date="2026-11-21T12:00:00+00:00",
        git_sha="0",
        seed=0,
        hardware={"cores": 2},
        versions={},
        data={},
        weights={},
        timings_s={},
        arguments=arguments,
        scores=scores,
    )


SYSTEMS = compared_scores(
    {"ridge, mean": ranks(6.0, 0.0), "ALAN": ranks(0.0, 2.5)}, baseline="ridge, mean"
)
RIDGE_ROW = "| ridge, mean | 0.0 | 0.0 | 100.0 | 7.0 | 100.0 | 100.0 | 100.0 | 1.0 "
RIDGE_ROW += "| **400.0** (400.0 to 400.0) |  |\n"
ALAN_ROW = "| ALAN | 100.0 | 100.0 | 100.0 | 1.0 | 0.0 | 100.0 | 100.0 | 3.5 "
ALAN_ROW += "| **500.0** (500.0 to 500.0) | +100.0 (100.0 to 100.0) |"
ALPHA = {
    "to_video.r1": 1.0,
    "to_video.r10": 2.0,
    "to_query.r1": 3.0,
    "to_query.r10": 4.0,
    "sum_recall": 99.96,
}


def test_a_data_set_of_one_s_own():
    scores = {"query": "audio", "systems": SYSTEMS, "alpha": {"0.5": ALPHA}}
    assert table_of(record("depot", scores)) == (
        HEAD.format(q="A", to="to the first row")
        + RIDGE_ROW
        + ALAN_ROW
        + "\n\nThe same networks asked with another α:\n\n"
        "| α at search | R@1 | R@10 | back R@1 | back R@10 | SumR |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| 0.5 | 1.0 | 2.0 | 3.0 | 4.0 | 100.0 |\n\n" + ORIGIN
    )


def test_published_rows_stand_below_ours_on_their_benchmark():
    scores = {"query": "text", "systems": SYSTEMS, "alpha": {}}
    lines = table_of(record("ucfcrime-ar", scores)).splitlines()
    assert lines[3] == ALAN_ROW
    assert (
        "| ALAN (Wu et al., TIP 2024 (arXiv 2307.12545), Table II) | 9.0 | 27.9 | 44.8 | 14.0 "
        "| 7.3 | 24.8 | 46.9 | 12.0 | 160.7 |  |"
    ) in lines
    only_sum = [line for line in lines if line.startswith("| X-CLIP B/32")]
    assert len(only_sum) == 1
    assert only_sum[0].endswith("| – | – | – | – | – | – | – | – | 243.9 |  |")
    by_sound = table_of(record("xdviolence-ar", scores | {"query": "audio"}))
    assert "Table III" in by_sound
    assert "Table II)" not in by_sound


def test_the_c3d_subset_has_both_protocols():
    scores = {"five folds": SYSTEMS, "official split": SYSTEMS}
    table = HEAD.format(q="T", to="to ridge, mean") + RIDGE_ROW + ALAN_ROW
    assert table_of(record("c3d-subset", scores)) == (
        f"**Five folds pooled** (290 queries, each in a gallery of 58):\n\n{table}\n\n"
        f"**Official split** (46 queries), mean of the seeds:\n\n{table}\n\n{ORIGIN}"
    )


def test_ablations_are_beside_their_default():
    systems = compared_scores(
        {"CLS + AVG": ranks(0.0, 0.0), "CLS": ranks(6.0, 0.0)}, baseline="CLS + AVG"
    )
    found = table_of(record("it", {"tables": {"alignment": systems}}, ablation=["alignment"]))
    head = HEAD.format(q="query", to="to the first row")
    assert found == (
        f"**Alignment (Tables VII, VIII)**\n\n{head}"
        "| CLS + AVG | 100.0 | 100.0 | 100.0 | 1.0 | 100.0 | 100.0 | 100.0 | 1.0 "
        "| **600.0** (600.0 to 600.0) |  |\n"
        "| CLS | 0.0 | 0.0 | 100.0 | 7.0 | 100.0 | 100.0 | 100.0 | 1.0 "
        "| **400.0** (400.0 to 400.0) | -200.0 (-200.0 to -200.0) |\n\n" + ORIGIN
    )
