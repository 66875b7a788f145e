"""How fast `retrace index` is and how much memory it takes, as whole processes."""

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.records import RunRecord, digest_of, new_record
from segments.catalog import Catalog
from segments.errors import RetraceError
from segments.library import Library

FOOTAGE = ("surv-fight", "footage-cctv", "ucsd-ped2")
POLL_S = 0.05


def run_indexing(shared: Path, work: Path) -> RunRecord:
    """Indexes each folder of real clips into an empty library.

    Raises:
        RetraceError: an indexing run failed.
    """
    scores = {name: _index(shared / "data" / name, work / name) for name in FOOTAGE}
    library = Library.open(work / FOOTAGE[0])
    return new_record(
        "indexing",
        command="retrace bench indexing --shared ../shared -o benchmarks/results/indexing.json",
        seed=0,
        data={name: digest_of((shared / "data" / name).glob("*.mp4")) for name in FOOTAGE},
        weights=library.manifest().digests,
        timings_s={name: run["wall_s"] for name, run in scores.items()},
        scores=scores,
    )


def _index(footage: Path, folder: Path) -> dict[str, Any]:
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "cli", "index", str(footage), "--library", str(folder)]
    log = folder.with_suffix(".log")
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        peak = _peak_bytes(process)
    wall_s = time.monotonic() - started
    if process.returncode:
        raise RetraceError(f"indexing {footage} failed, see {log}")
    with Catalog(Library.open(folder)) as catalog:
        videos = list(catalog.videos())
    footage_s = sum(video.duration_s for video in videos)
    return {
        "files": len(videos),
        "footage_s": round(footage_s, 1),
        "wall_s": round(wall_s, 1),
        "times_real_time": round(footage_s / wall_s, 2),
        "peak_mib": round(peak / 2**20),
    }


def _peak_bytes(process: subprocess.Popen[bytes]) -> int:
    """The most resident memory the process and its children had, until it ends."""
    peak = 0
    root = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            family = [root, *root.children(recursive=True)]
            peak = max(peak, sum(member.memory_info().rss for member in family))
        except psutil.NoSuchProcess:
            continue  # one of them ended between two looks
        time.sleep(POLL_S)
    return peak
