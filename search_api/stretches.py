"""Runs of time that have the same reason."""

from collections.abc import Sequence
from itertools import groupby

from search_api.schemas import Explanation, Reason


def stretches(explanations: Sequence[Explanation]) -> list[Explanation]:
    """Runs of explanations that name the same anomalous sentence first.

    A run has the reasons and the score of its highest time.

    Args:
        explanations: of consecutive times.
    """
    runs = [list(run) for _, run in groupby(explanations, key=lambda one: one.anomalous[0].text)]
    return [
        max(run, key=lambda one: one.score).model_copy(
            update={"start_s": run[0].start_s, "end_s": run[-1].end_s}
        )
        for run in runs
    ]


def strongest(explanations: Sequence[Explanation], limit: int) -> list[Explanation]:
    """Those of the highest scores, in time order; the earlier of equals."""
    ranked = sorted(explanations, key=lambda one: (-one.score, one.start_s))
    return sorted(ranked[:limit], key=lambda one: one.start_s)


def describe_reason(reason: Reason) -> str:
    """A sentence with what is wrong in it and where it is said of."""
    label = ", ".join(filter(None, (reason.kind or "normal", reason.context)))
    return f"{reason.text} ({label})"
