"""`python -m benchmarks.asking --work FOLDER [--split test] [--count 250] [-o FILE]`."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.asking.confidence import ConfidenceScores, measure_confidence
from benchmarks.asking.moments import Moments, read_moments
from benchmarks.asking.unwanted import UnwantedScores, measure_unwanted
from encoders.registry import load_profile

LEVELS = (0.05, 0.1, 0.2)
console = Console(highlight=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="the features, kept for reuse")
    parser.add_argument("--split", choices=("train", "test"), default="test")
    parser.add_argument("--count", type=int, default=250, help="videos of the split")
    parser.add_argument("-o", "--out", type=Path, help="write the numbers to this JSON file")
    options = parser.parse_args()
    profile = load_profile("compact")
    moments = read_moments(options.work, options.split, profile, count=options.count)
    unwanted = {
        name: measure_unwanted(moments, profile, contested=name == "contested")
        for name in ("contested", "all")
    }
    confidence = [measure_confidence(moments, profile, level=level) for level in LEVELS]
    console.print(f"{options.split}: {options.count} videos, {len(moments.facts)} moments")
    console.print(unwanted_table(unwanted), confidence_table(confidence))
    if options.out:
        options.out.write_text(json.dumps(_record(moments, unwanted, confidence), indent=1))


def unwanted_table(found: dict[str, UnwantedScores]) -> Table:
    """Before and after, in percent."""
    table = Table(box=None, title="X without Y")
    titles = ("queries", "P@10 before", "P@10", "unwanted@10 before", "unwanted@10")
    for title in ("", *titles):
        table.add_column(title, justify="right")
    for name, one in found.items():
        shares = (one.precision_before, one.precision, one.unwanted_before, one.unwanted)
        table.add_row(name, str(one.queries), *(f"{share:.1%}" for share in shares))
    return table


def confidence_table(found: list[ConfidenceScores]) -> Table:
    """Shares that pass as matches, in percent."""
    table = Table(box=None, title="called a match")
    for title in ("p at most", "held-out nulls", "absent events", "captions", "events"):
        table.add_column(title, justify="right")
    for one in found:
        table.add_row(*(f"{share:.0%}" for share in asdict(one).values()))
    return table


def _record(
    moments: Moments, unwanted: dict[str, UnwantedScores], confidence: list[ConfidenceScores]
) -> dict[str, object]:
    return {
        "split": moments.split,
        "moments": len(moments.facts),
        "without": {name: asdict(scores) for name, scores in unwanted.items()},
        "confidence": [asdict(scores) for scores in confidence],
    }


if __name__ == "__main__":
    main()
