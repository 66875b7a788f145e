import pytest

from benchmarks import paper_rows
from benchmarks.paper_rows import FOLLOW_UPS, TABLE_II, TABLE_III


def _by_method(rows):
    return {row.method: row for row in rows}


COMPLETE = [row for row in (*TABLE_II, *TABLE_III, *FOLLOW_UPS) if row.recalls is not None]


@pytest.mark.parametrize("row", COMPLETE, ids=lambda row: row.method)
def test_every_sum_is_that_of_its_recalls(row):
    assert sum(row.recalls) == pytest.approx(row.sum_recall, abs=0.01)


def test_only_totals_of_four_follow_ups_are_known():
    assert len(COMPLETE) == 8 + 8 + 3


def test_trap_5_the_gain_of_alan_is_10_6_over_the_best_baseline():
    ucf = _by_method(TABLE_II)
    assert ucf["ALAN"].sum_recall == 160.7
    best = max(row.sum_recall for row in TABLE_II if row.method != "ALAN")
    assert best == ucf["X-CLIP"].sum_recall
    assert ucf["ALAN"].sum_recall - best == pytest.approx(10.6)
    # the "32.9 %" of summaries is the number of points over HL-Net
    assert ucf["ALAN"].sum_recall - ucf["HL-Net"].sum_recall == pytest.approx(32.9)
    xd = _by_method(TABLE_III)
    assert xd["ALAN"].sum_recall - xd["X-CLIP"].sum_recall == pytest.approx(41.5)


@pytest.mark.parametrize(
    ("row", "main"),
    [
        (paper_rows.SAMPLING_UCF[-1], TABLE_II[-1]),
        (paper_rows.SAMPLING_XD[-1], TABLE_III[-1]),
        (paper_rows.VPMPM[-1], TABLE_II[-1]),
        (paper_rows.ALPHA_UCF[3], TABLE_II[-1]),
        (paper_rows.ALPHA_XD[3], TABLE_III[-1]),
    ],
    ids=lambda row: row.source,
)
def test_the_full_model_of_an_ablation_is_alan(row, main):
    assert row.recalls == tuple(main.recalls[i] for i in (0, 2, 3, 5))
    assert row.benchmark == main.benchmark


@pytest.mark.parametrize(
    ("alignment", "alpha"),
    [
        (paper_rows.ALIGNMENT_UCF, paper_rows.ALPHA_UCF),
        (paper_rows.ALIGNMENT_XD, paper_rows.ALPHA_XD),
    ],
)
def test_alpha_weights_cls(alignment, alpha):
    """METHODS A.8: the rows of α = 1 and α = 0 are those of CLS and AVG alone."""
    assert [row.recalls for row in alignment] == [alpha[-1].recalls, alpha[0].recalls]


def test_rows_name_their_table():
    assert TABLE_II[0].source.endswith("Table II")
    assert paper_rows.VPMPM[0].source.endswith("Table VI")
