"""The CSV log of a run: one row a step."""

import csv
import os
from pathlib import Path

from encoders.alan.training.learner import PARTS

LOG_FILE = "log.csv"
COLUMNS: list[str] = ["step", "epoch", "lr", "total", *PARTS]


class Journal:
    """Appends to the log; rows past the step that a run goes on from are taken back first."""

    def __init__(self, path: Path, *, step: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = [row for row in read_log(path) if int(row["step"]) <= step] if path.exists() else []
        partial = path.with_suffix(".partial")
        with partial.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(kept)
        partial.replace(path)
        self._file = path.open("a", newline="")
        self._writer = csv.DictWriter(self._file, COLUMNS, restval="")

    def write(self, *, step: int, epoch: int, lr: float, losses: dict[str, float]) -> None:
        """
        Args:
            losses: the weighted parts; those that the batch could not tell stay empty.
        """
        row = {"step": step, "epoch": epoch, "lr": lr, "total": sum(losses.values())}
        self._writer.writerow(row | losses)

    def flush(self) -> None:
        """Makes sure that what was written survives this process."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def read_log(path: Path) -> list[dict[str, str]]:
    """The whole rows of a log; a last line that was cut short is left out."""
    whole, _, _ = path.read_text().rpartition("\n")
    return list(csv.DictReader(whole.splitlines()))
