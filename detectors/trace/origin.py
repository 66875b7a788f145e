"""A name for what scores rest on beside footage: the sentences that it was compared with."""

import hashlib
from collections.abc import Collection, Iterable, Mapping

from detectors.trace.scoring import TraceSet
from detectors.trace.sentences import Context


def origin_of_bank(bank: Mapping[str, Context], contexts: Collection[str] = ()) -> str:
    """Of scores by the sentences of some contexts, or of all where none is named; SHA-256.

    Their order, their contexts and their kinds have no part in it: no score depends on them.
    """
    chosen = [context for name, context in bank.items() if not contexts or name in contexts]
    return _digest(
        (trace.id for context in chosen for trace in context.normal),
        (trace.id for context in chosen for trace in context.anomalous),
    )


def origin_of_sets(normal: TraceSet, anomalous: TraceSet) -> str:
    """The same, of what a bank was read into."""
    return _digest(normal.ids, anomalous.ids)


def _digest(normal: Iterable[str], anomalous: Iterable[str]) -> str:
    lines = [f"normal {name}" for name in normal] + [f"anomalous {name}" for name in anomalous]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
