"""What a library's approximate and quantised search lose against the exact ranking, in R@K."""

import csv
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from benchmarks.metrics import retrieval_scores
from benchmarks.records import RunRecord, digest_of, new_record
from benchmarks.reports import markdown_table, origin
from benchmarks.served import VECTOR, Asked, Query, ask, int8_copy, open_served, rank_videos
from segments.errors import UserError
from segments.library import Library
from segments.media import Level
from segments.store.base import VectorStore
from segments.store.edge import OPTIMIZE_FROM
from segments.store.shard import INDEX_FROM_KB

EVERY_VIDEO = "exact, every video"
FILTERED = (
    "“As served” compares int8 copies first where the store has them, as `retrace search` does; a "
    "server's graph is not asked under a filter, and every search names a level."
)

Ranks = Float[np.ndarray, " q"]


def run_library(
    root: Path, queries_csv: Path, *, level: Level = "moment", top_k: int = 100, int8: bool = False
) -> RunRecord:
    """Recalls of a library's exact search, and of its search as served.

    Args:
        top_k: segments that a search returns.
        int8: also search an int8 index of a copy of the library's points.

    Raises:
        UserError: the CSV is not one of file and text, or names videos that are not there.
        LibraryError: the library is missing, empty or in use.
    """
    queries = read_queries(queries_csv)
    library = Library.open(root)
    with open_served(library) as (store, profile):
        asked = ask(library, profile, queries, level)
        searches = {
            EVERY_VIDEO: _search(store, asked, exact=True, top_k=None),
            f"exact, top {top_k}": _search(store, asked, exact=True, top_k=top_k),
            f"as served, top {top_k}": _search(store, asked, exact=False, top_k=top_k),
        }
        if int8:
            with int8_copy(library, store) as copy:
                name = f"int8 index, top {top_k}"
                searches[name] = _search(copy, asked, exact=False, top_k=top_k)
        num_points = store.count()
    vectors_kb = num_points * library.manifest().specs[VECTOR].dim * 4 // 1024
    notes = [FILTERED, _about_index(num_points), *([_about_int8(vectors_kb)] if int8 else [])]
    options = f"--level {level} --top-k {top_k}{' --int8' if int8 else ''}"
    return new_record(
        "library",
        command=f"retrace bench library --library {root} --queries {queries_csv} {options}",
        seed=0,
        data={"queries": digest_of([queries_csv])},
        weights=library.manifest().digests,
        timings_s={name: round(seconds, 3) for name, (_, seconds) in searches.items()},
        scores={
            "level": level,
            "num_videos": len(asked.gallery),
            "num_points": num_points,
            "searches": _scores({name: ranks for name, (ranks, _) in searches.items()}),
            "notes": notes,
        },
    )


def library_table(record: RunRecord) -> str:
    """Recalls of each search, and what it loses against the exact ranking of every video."""
    scores = record.scores
    exact = scores["searches"][EVERY_VIDEO]
    rows = [
        (
            name,
            *(f"{s[key]:.1f} ({s[key] - exact[key]:+.1f})" for key in ("r1", "r5", "r10")),
            s["median_rank"],
            s["num_moved"],
        )
        for name, s in scores["searches"].items()
    ]
    title = (
        f"**Words find their video** among {scores['num_videos']}, each as good as its best "
        f"{scores['level']}; {exact['num_queries']} queries, in brackets the difference from the "
        "exact ranking:"
    )
    head = ("search", "R@1", "R@5", "R@10", "median rank", "queries ranked otherwise")
    return "\n\n".join([title, markdown_table(head, rows), *scores["notes"], origin(record)])


def read_queries(path: Path) -> list[Query]:
    """Sentences and their videos, from a CSV with the columns `file` and `text`.

    Raises:
        UserError: it cannot be read, is empty, or lacks a column or a cell.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    if not rows:
        raise UserError(f"{path} has no queries: write a header `file,text` and a line for each")
    for number, row in enumerate(rows, start=1):
        if not row.get("file") or not row.get("text"):
            raise UserError(f"{path}: query {number} needs a `file` and a `text`, and is {row}")
    return [(row["text"], row["file"]) for row in rows]


def _search(
    store: VectorStore, asked: Asked, *, exact: bool, top_k: int | None
) -> tuple[Ranks, float]:
    """The ranks, and the seconds that they took."""
    started = time.perf_counter()
    ranks = rank_videos(store, asked, exact=exact, top_k=top_k)
    return ranks, time.perf_counter() - started


def _scores(ranks: dict[str, Ranks]) -> dict[str, dict[str, Any]]:
    return {
        name: {
            **asdict(retrieval_scores(found)),
            "num_moved": int((found != ranks[EVERY_VIDEO]).sum()),
            "ranks": found.tolist(),
        }
        for name, found in ranks.items()
    }


def _about_index(num_points: int) -> str:
    if num_points < OPTIMIZE_FROM:
        return (
            f"With {num_points:,} points the embedded store has no approximate index (it builds "
            f"none below {OPTIMIZE_FROM:,}): as served it searches exactly, and only the end of "
            "the list can be lost."
        )
    return f"{num_points:,} points: approximate where the store has been optimised."


def _about_int8(vectors_kb: int) -> str:
    if vectors_kb < INDEX_FROM_KB:
        return (
            f"The copy's {vectors_kb:,} KB of vectors are under the {INDEX_FROM_KB:,} KB that earn "
            "an int8 index: it was searched exactly, too."
        )
    return f"The int8 index was built over {vectors_kb:,} KB of vectors, and rescored by them."
