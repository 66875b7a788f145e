"""Published rows that a report prints beside ours (METHODS A.9 and E). No number here is ours."""

from dataclasses import dataclass
from typing import Literal

Benchmark = Literal["ucfcrime-ar", "xdviolence-ar"]
Six = tuple[float, float, float, float, float, float]
Four = tuple[float, float, float, float]


@dataclass(frozen=True)
class PaperRow:
    """One line of a published table of results."""

    benchmark: Benchmark
    method: str
    sum_recall: float
    recalls: Six | None
    """R@1, R@5, R@10 of query to video, then of video to query; None where only SumR is known."""
    median_ranks: tuple[float, float] | None
    """Of query to video and of video to query; None where they are not known."""
    source: str


@dataclass(frozen=True)
class AblationRow:
    """One line of a published ablation: R@1 and R@10 in both directions."""

    benchmark: Benchmark
    table: str
    setting: str
    recalls: Four
    """R@1 and R@10 of query to video, then of video to query."""

    @property
    def source(self) -> str:
        return f"{ALAN_PAPER}, Table {self.table}"


ALAN_PAPER = "Wu et al., TIP 2024 (arXiv 2307.12545)"
SVTA_PAPER = "SVTA, arXiv 2506.01466, zero-shot; its CLIP rows fit galleries of 292 and 294"


def _row(method: str, *numbers: float, benchmark: Benchmark, table: str) -> PaperRow:
    """A row as printed: three recalls and MdR, the same for the other direction, SumR."""
    r1, r5, r10, median, q1, q5, q10, query_median, total = numbers
    source = f"{ALAN_PAPER}, Table {table}"
    recalls = (r1, r5, r10, q1, q5, q10)
    return PaperRow(benchmark, method, total, recalls, (median, query_median), source)


def _ucf(method: str, *numbers: float) -> PaperRow:
    return _row(method, *numbers, benchmark="ucfcrime-ar", table="II")


def _xd(method: str, *numbers: float) -> PaperRow:
    return _row(method, *numbers, benchmark="xdviolence-ar", table="III")


TABLE_II = (
    _ucf("Random", 0.3, 2.1, 3.4, 144.0, 0.3, 1.0, 3.1, 145.5, 10.2),
    _ucf("CE", 6.6, 19.7, 32.4, 23.5, 5.5, 19.7, 32.4, 21.0, 116.3),
    _ucf("HL-Net", 5.5, 20.2, 38.3, 19.5, 5.5, 22.8, 35.5, 20.0, 127.8),
    _ucf("MMT", 8.3, 26.2, 39.3, 16.0, 7.2, 23.1, 39.0, 16.0, 143.1),
    _ucf("T2VLAD", 7.6, 23.4, 39.7, 15.5, 6.2, 27.9, 43.1, 14.0, 147.9),
    _ucf("XML", 6.9, 24.1, 42.4, 14.0, 6.6, 25.9, 43.4, 13.0, 149.3),
    _ucf("X-CLIP", 8.2, 27.2, 41.7, 16.0, 6.9, 25.8, 40.3, 15.0, 150.1),
    _ucf("ALAN", 9.0, 27.9, 44.8, 14.0, 7.3, 24.8, 46.9, 12.0, 160.7),
)
TABLE_III = (
    _xd("Random", 0.4, 0.6, 2.5, 399.5, 0.1, 0.6, 0.8, 399.5, 5.0),
    _xd("CE", 11.4, 33.3, 47.0, 12.5, 13.0, 34.3, 46.4, 13.0, 185.4),
    _xd("HL-Net", 12.4, 36.6, 48.3, 11.0, 13.4, 38.3, 52.1, 10.0, 201.1),
    _xd("MMT", 20.5, 53.5, 68.0, 5.0, 23.0, 54.6, 69.5, 5.0, 289.1),
    _xd("XML", 22.9, 55.6, 70.3, 5.0, 22.6, 57.4, 71.4, 4.0, 300.2),
    _xd("T2VLAD", 22.4, 56.1, 71.0, 4.0, 23.2, 57.1, 73.5, 4.0, 303.3),
    _xd("X-CLIP", 26.4, 61.1, 73.9, 3.0, 26.4, 61.3, 73.8, 4.0, 322.9),
    _xd("ALAN", 29.8, 68.0, 82.0, 3.0, 32.3, 70.0, 82.3, 3.0, 364.4),
)


def _svta(
    method: str,
    total: float,
    recalls: Six | None = None,
    median_ranks: tuple[float, float] | None = None,
    *,
    source: str = SVTA_PAPER,
) -> PaperRow:
    return PaperRow("ucfcrime-ar", method, total, recalls, median_ranks, source)


FOLLOW_UPS = (
    _svta("CLIP4Clip-meanP", 246.9, (23.6, 50.0, 63.0, 16.7, 39.5, 54.1)),
    _svta("CLIP4Clip-seqLSTM", 243.2),
    _svta("CLIP4Clip-seqTransf", 240.7),
    _svta("CLIP4Clip-tightTransf", 208.9),
    _svta("X-CLIP B/32", 243.9),
    _svta("X-CLIP B/16", 272.8, (27.4, 53.1, 67.8, 20.4, 44.6, 59.5)),
    _svta(
        "GRAM",
        324.1,
        (34.5, 60.7, 70.7, 32.4, 57.2, 68.6),
        (3.0, 4.0),
        source="SVTA, arXiv 2506.01466, zero-shot, with re-ranking",
    ),
)
"""Zero-shot rows of CLIP-like models; SumR is added up from the recalls by us."""


def _ablation(benchmark: Benchmark, table: str, rows: dict[str, Four]) -> tuple[AblationRow, ...]:
    return tuple(AblationRow(benchmark, table, name, recalls) for name, recalls in rows.items())


SAMPLING_UCF = _ablation(
    "ucfcrime-ar",
    "IV",
    {
        "FS 50": (6.6, 35.5, 4.8, 42.4),
        "AS 50": (7.9, 37.6, 5.5, 41.7),
        "FS 100": (6.6, 37.6, 6.2, 40.3),
        "FS+AS 50+50": (9.0, 44.8, 7.3, 46.9),
    },
)
SAMPLING_XD = _ablation(
    "xdviolence-ar",
    "V",
    {
        "FS 50": (29.6, 80.4, 31.1, 80.9),
        "AS 50": (26.9, 78.6, 27.4, 78.9),
        "FS 100": (28.5, 81.0, 29.8, 81.8),
        "FS+AS 50+50": (29.8, 82.0, 32.3, 82.3),
    },
)
VPMPM = _ablation(
    "ucfcrime-ar",
    "VI",
    {
        "without": (7.9, 43.4, 7.2, 43.4),
        "random words": (8.6, 43.8, 6.2, 44.5),
        "noun and verb words": (10.0, 44.5, 6.6, 42.8),
        "noun and verb phrases": (9.0, 44.8, 7.3, 46.9),
    },
)
ALIGNMENT_UCF = _ablation(
    "ucfcrime-ar", "VII", {"CLS": (6.2, 42.8, 7.6, 40.3), "AVG": (6.6, 33.8, 4.8, 36.9)}
)
ALIGNMENT_XD = _ablation(
    "xdviolence-ar", "VIII", {"CLS": (26.8, 77.9, 28.6, 77.4), "AVG": (28.0, 79.3, 30.0, 80.1)}
)
ALPHA_UCF = _ablation(
    "ucfcrime-ar",
    "IX",
    {
        "0.0": (6.6, 33.8, 4.8, 36.9),
        "0.2": (8.3, 38.6, 6.2, 40.3),
        "0.4": (7.9, 42.4, 6.9, 44.5),
        "0.5": (9.0, 44.8, 7.3, 46.9),
        "0.6": (7.6, 45.2, 6.2, 47.2),
        "0.8": (7.6, 43.8, 5.5, 43.4),
        "1.0": (6.2, 42.8, 7.6, 40.3),
    },
)
ALPHA_XD = _ablation(
    "xdviolence-ar",
    "X",
    {
        "0.0": (28.0, 79.3, 30.0, 80.1),
        "0.2": (30.4, 80.8, 32.1, 82.6),
        "0.4": (31.9, 80.9, 32.3, 82.4),
        "0.5": (29.8, 82.0, 32.3, 82.3),
        "0.6": (31.0, 82.6, 32.8, 80.8),
        "0.8": (28.0, 79.8, 30.1, 79.3),
        "1.0": (26.8, 77.9, 28.6, 77.4),
    },
)
"""Tables IX and X sweep α, the share of CLS; both captions name UCFCrime-AR, X is XDViolence-AR."""
