"""Writes the generated parts of documents from records: `python -m benchmarks.docs [--check]`.

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`; NAME is a key of `PARTS`. The
service's specification is a document of its own.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.calibration_check.report import calibration_table
from benchmarks.frame_scores.report import frames_table
from benchmarks.local_patterns.report import library_table, patterns_table
from benchmarks.local_patterns.simulated_report import simulated_table
from benchmarks.records import ROOT, RunRecord
from benchmarks.reports import compact_table, indexing_table
from benchmarks.retrieval.report import table_of
from benchmarks.serving.report import serving_table
from benchmarks.tower_speed.profile_table import profiles_table
from benchmarks.trace.report import ablations_table, explanations_table, fights_table, speed_table
from search_api.service.app import specification

DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "docs" / "BENCHMARKS.md",
    ROOT / "encoders" / "compact" / "weights" / "MODEL_CARD.md",
)
SPECIFICATION = ROOT / "docs" / "openapi.json"
RESULTS = ROOT / "benchmarks" / "results"
PARTS: dict[str, Callable[[RunRecord], str]] = {
    "calibration-check": calibration_table,
    "compact": compact_table,
    "indexing": indexing_table,
    "local-patterns-library": library_table,
    "local-patterns-ped2": patterns_table,
    "local-patterns-simulated": simulated_table,
    "local-patterns-walkway": patterns_table,
    "serving": serving_table,
    "tower-speed": profiles_table,
    "trace-ablations": ablations_table,
    "trace-explanations": explanations_table,
    "trace-fights": fights_table,
    "trace-speed": speed_table,
    "vad-ped2": frames_table,
    "vad-simulated": frames_table,
    **dict.fromkeys(
        (
            "c3d-subset",
            "c3d-subset-ablations",
            "simulated-text",
            "simulated-audio",
            "simulated-ablations",
        ),
        table_of,
    ),
}
PART = re.compile(r"(<!-- generated: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def rendered(text: str, results: Path) -> str:
    """`text` with every generated part made anew from `results`/NAME.json."""

    def part(match: re.Match[str]) -> str:
        name = match["name"]
        record = RunRecord.model_validate_json((results / f"{name}.json").read_bytes())
        return f"{match[1]}{PARTS[name](record)}\n{match[3]}"

    return PART.sub(part, text)


def documents() -> Iterator[tuple[Path, str]]:
    """Every document as it should be."""
    for path in DOCUMENTS:
        yield path, rendered(_text(path), RESULTS)
    yield SPECIFICATION, specification()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 if it would")
    options = parser.parse_args()
    stale = {path: fresh for path, fresh in documents() if fresh != _text(path)}
    if options.check and stale:
        names = ", ".join(path.name for path in stale)
        sys.stderr.write(f"{names}: not what the records or routes say, run `make docs`\n")
        return 1
    for path, fresh in stale.items():
        path.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
