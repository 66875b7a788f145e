"""Runs of time that have the same reason."""

from collections.abc import Sequence
from itertools import groupby

from search_api.schemas import Explanation, Reason, RegionReason

APART_S = 3.0


def stretches(explanations: Sequence[Explanation]) -> list[Explanation]:
    """Runs of explanations that name the same first: an anomalous sentence, or a thing.

    A run has the reasons and the score of its highest time. Times that name nothing are left out.

    Args:
        explanations: of consecutive times.
    """
    runs = [list(run) for named, run in groupby(explanations, key=_first) if named is not None]
    return [
        max(run, key=lambda one: one.score).model_copy(
            update={"start_s": run[0].start_s, "end_s": run[-1].end_s}
        )
        for run in runs
    ]


def _first(explanation: Explanation) -> str | int | None:
    if explanation.anomalous:
        return explanation.anomalous[0].text
    return explanation.regions[0].track if explanation.regions else None


def strongest(explanations: Sequence[Explanation], limit: int) -> list[Explanation]:
    """Those of the highest scores, in time order; the earlier of equals.

    Things come and go within one event: of those less than `APART_S` apart only one is taken.
    """
    chosen: list[Explanation] = []
    for one in sorted(explanations, key=lambda one: (-one.score, one.start_s)):
        if len(chosen) < limit and not any(_is_near(one, other) for other in chosen):
            chosen.append(one)
    return sorted(chosen, key=lambda one: one.start_s)


def _is_near(one: Explanation, other: Explanation) -> bool:
    quiet_s = max(one.start_s, other.start_s) - min(one.end_s, other.end_s)
    return bool(one.regions and not one.anomalous) and quiet_s < APART_S


def describe_reason(reason: Reason) -> str:
    """A sentence with what is wrong in it and where it is said of."""
    label = ", ".join(filter(None, (reason.kind or "normal", reason.context)))
    return f"{reason.text} ({label})"


def describe_region(region: RegionReason) -> str:
    """What a thing does and looks like, where it is, and what is odd about it."""
    left, top, right, bottom = (round(100 * side) for side in region.box)
    place = f"{left}–{right} % across, {top}–{bottom} % down"
    carried = " (as it looked before)" if region.is_carried else ""
    looks = f"{region.caption.rstrip('.')}{carried}" if region.caption else ""
    said = (region.act.rstrip("."), looks, describe_shares(region))
    return f"{', '.join(filter(None, said))}; {place}"


def describe_shares(region: RegionReason) -> str:
    """How much of a thing's score is what it does, motion and appearance; empty without a score."""
    parts = {"acts": region.odds, "motion": region.motion, "appearance": region.appearance}
    shares = {name: round(100 * part / (region.score or 1.0)) for name, part in parts.items()}
    return ", ".join(f"{name} {share} %" for name, share in shares.items() if share)
