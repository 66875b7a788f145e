"""Published frame-level results that a report prints beside ours. No number here is ours."""

from dataclasses import dataclass

from benchmarks.frame_scores.arguments import TaskName


@dataclass(frozen=True)
class FrameRow:
    """One published result, in percent; None where the source has no such number."""

    task: TaskName
    method: str
    source: str
    micro_auc: float | None = None
    macro_auc: float | None = None
    """Padded, as in Reiss and Hoshen's code."""
    ap: float | None = None
    """Which rule it was taken by, the source does not say."""


NOVA = "table of NOVA, arXiv 2609.06360"
LPGB = "Table 1 of Y. Jiang, ICLR 2025"
LPGB_VIDEO = "Table 2 of Y. Jiang, ICLR 2025"
TRACES = "Siddiqui et al., arXiv 2511.00580"


def _in_nova(
    method: str, ucf_auc: float, xd_ap: float | None, xd_auc: float | None
) -> tuple[FrameRow, FrameRow]:
    return (
        FrameRow("vad-ucf-crime", method, NOVA, micro_auc=ucf_auc),
        FrameRow("vad-xd-violence", method, NOVA, micro_auc=xd_auc, ap=xd_ap),
    )


def _in_lpgb(
    method: str, shanghaitech: tuple[float, float], ped2: tuple[float, float]
) -> tuple[FrameRow, FrameRow]:
    """Both pairs are macro, then micro, as printed."""
    return (
        FrameRow("vad-shanghaitech", method, LPGB, shanghaitech[1], shanghaitech[0]),
        FrameRow("vad-ped2", method, LPGB, ped2[1], ped2[0]),
    )


PUBLISHED: tuple[FrameRow, ...] = (
    *_in_nova("LAVAD", 80.28, 62.01, 85.36),
    *_in_nova("EventVAD", 82.03, 64.04, 87.51),
    *_in_nova("VADTree", 84.74, 68.85, 90.55),
    *_in_nova("PANDA", 84.89, 70.16, None),
    *_in_nova("Flashback", 87.29, 75.13, 90.54),
    *_in_nova("ASK-Hint", 89.83, None, 90.31),
    *_in_nova("NOVA", 89.86, 84.82, 95.07),
    FrameRow("vad-ucf-crime", "TRACES", TRACES, micro_auc=90.4),
    FrameRow("vad-xd-violence", "TRACES", TRACES, ap=83.67),
    FrameRow("vad-ucf-crime", "Local Patterns", LPGB_VIDEO, micro_auc=88.83),
    FrameRow("vad-xd-violence", "Local Patterns", LPGB_VIDEO, ap=86.96),
    *_in_lpgb("Reiss and Hoshen", (89.6, 85.9), (99.9, 99.1)),
    *_in_lpgb("Local Patterns", (92.7, 88.9), (99.8, 99.1)),
)


def published_rows(task: str) -> list[FrameRow]:
    """Of one task; none where nothing is published."""
    return [row for row in PUBLISHED if row.task == task]
