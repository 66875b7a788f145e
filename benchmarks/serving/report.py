"""The record of `retrace bench serving` as tables."""

from typing import Any

from benchmarks.records import RunRecord
from benchmarks.reports import markdown_table, origin

HEAD = (
    *("asked", "clients", "per s", "p50", "p95", "p99", "encode", "store", "assemble", "rest"),
    *("overhead", "store alone", "recall@10"),
)
EXPLAINED = (
    "Milliseconds; from “encode” on, medians. *Rest* is HTTP, threads and waiting for a turn; "
    "*overhead* is all but encode and store; *store alone* is one query for ten points with the "
    "same filter, asked of the store in the service's own process. Recall is against comparing "
    "every vector in full."
)


def serving_table(record: RunRecord) -> str:
    """A table for each library."""
    parts = [_part(name, measured) for name, measured in record.scores.items()]
    return "\n\n".join([EXPLAINED, *parts, origin(record)])


def _part(name: str, measured: dict[str, Any]) -> str:
    rows = [_row(stream, found) for stream, found in measured["streams"].items()]
    return f"{_title(name, measured)}\n\n{markdown_table(HEAD, rows)}"


def _title(name: str, measured: dict[str, Any]) -> str:
    library = measured.get("library")
    if library is None:
        return f"**{name}**"
    return (
        f"**{library['points']:,} points** of {library['videos']:,} videos, made in "
        f"{library['made_s']:.0f} s; the service has {measured['memory_mib']:,} MiB resident, "
        "mapped files included:"
    )


def _row(stream: str, found: dict[str, Any]) -> tuple[str, ...]:
    total, phases = found["total_ms"], found["phases_ms"]
    alone = found.get("store_alone_ms")
    return (
        stream.partition(", ")[0] if stream.startswith("mixed") else stream,
        str(found["clients"]),
        f"{found['per_s']:.0f}",
        *(f"{total[p]:.1f}" for p in ("p50", "p95", "p99")),
        *(f"{phases[phase]['p50']:.1f}" for phase in ("encode", "store", "assemble", "rest")),
        f"{found['overhead_ms']['p50']:.1f}",
        "" if alone is None else f"{alone['p50']:.1f}",
        "" if alone is None else f"{found['recall_at_10']:.3f}",
    )
