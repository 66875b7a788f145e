"""The log of a run that is stopped and goes on."""

from pathlib import Path

import pytest

from encoders.alan.training.journal import COLUMNS, Journal, read_log


def write(path: Path, steps: range, *, after: int) -> None:
    journal = Journal(path, step=after)
    for step in steps:
        losses = {"text": 0.5, "detector": step / 100}
        journal.write(step=step, epoch=1 + (step - 1) // 2, lr=1e-3, losses=losses)
    journal.flush()
    journal.close()


def steps_of(path: Path) -> list[int]:
    return [int(row["step"]) for row in read_log(path)]


def test_a_row_per_step_with_the_parts_that_it_has(tmp_path):
    write(tmp_path / "new" / "log.csv", range(1, 4), after=0)
    rows = read_log(tmp_path / "new" / "log.csv")
    assert list(rows[0]) == COLUMNS
    assert [row["epoch"] for row in rows] == ["1", "1", "2"]
    assert (rows[1]["total"], rows[1]["text"], rows[1]["detector"]) == ("0.52", "0.5", "0.02")
    assert (rows[1]["phrases"], rows[1]["sound"]) == ("", "")


def test_rows_past_the_step_are_taken_back(tmp_path):
    path = tmp_path / "log.csv"
    write(path, range(1, 8), after=0)
    write(path, range(5, 7), after=4)
    assert steps_of(path) == [1, 2, 3, 4, 5, 6]
    assert [row["detector"] for row in read_log(path)][4:] == ["0.05", "0.06"]
    assert [file.name for file in tmp_path.iterdir()] == ["log.csv"]


def test_the_header_stands_alone_when_all_is_taken_back(tmp_path):
    path = tmp_path / "log.csv"
    write(path, range(1, 3), after=0)
    Journal(path, step=0).close()
    assert path.read_text().splitlines() == [",".join(COLUMNS)]


@pytest.mark.parametrize("left", [1, 5, 20])
def test_a_last_line_that_was_cut_short_is_left_out(tmp_path, left: int):
    path = tmp_path / "log.csv"
    write(path, range(1, 4), after=0)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"\n3,") + 1 + left])
    assert steps_of(path) == [1, 2]
    write(path, range(3, 5), after=2)
    assert steps_of(path) == [1, 2, 3, 4]


def test_a_number_that_was_cut_is_not_read_as_another(tmp_path):
    """A log whose last column is full: the row looks whole, its last number is not."""
    path = tmp_path / "log.csv"
    journal = Journal(path, step=0)
    for step in (1, 2):
        journal.write(step=step, epoch=1, lr=1e-3, losses={"sound": 0.1234})
    journal.close()
    path.write_bytes(path.read_bytes()[:-4])
    assert steps_of(path) == [1]
