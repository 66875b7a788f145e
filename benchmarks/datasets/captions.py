"""Sentences about videos: UCFCrime-AR's captions and UCA's timed sentences."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook

from benchmarks.datasets.base import DatasetMissing
from benchmarks.datasets.files import existing, video_name
from segments.errors import UserError

CAPTIONS_SOURCE = "the captions of UCFCrime-AR, github.com/Roc-Ng/VAR"
UCA_SOURCE = "UCA, github.com/Xuange923/Surveillance-Video-Understanding"
NAME_COLUMN = "Video Name"
TEXT_COLUMNS = {"en": "English Text", "zh": "Chinese Text"}
UCA_FILES = ("UCFCrime_Train.json", "UCFCrime_Val.json", "UCFCrime_Test.json")


@dataclass(frozen=True)
class TimedSentence:
    """What happens in a part of a video."""

    start_s: float
    end_s: float
    text: str


def read_captions(path: Path, *, language: str = "en") -> dict[str, str]:
    """The sentence of each video in one of UCFCrime-AR's sheets (METHODS A.2), in its order.

    Names lose their folder, their extension, and the newline that ends most of them.

    Args:
        path: `ucf_crime_train.xlsx` or `ucf_crime_test.xlsx`.
        language: "en" or "zh".

    Raises:
        DatasetMissing: the file is not there, is no such sheet, or names a video twice.
        UserError: another language.
    """
    if language not in TEXT_COLUMNS:
        raise UserError(f"there are no captions in {language!r}: choose en or zh")
    captions: dict[str, str] = {}
    for name, text in _cells(path, TEXT_COLUMNS[language]):
        video = video_name(name)
        if video in captions:
            raise DatasetMissing(f"{path} names {video} twice: get the file from {CAPTIONS_SOURCE}")
        captions[video] = text.strip()
    return captions


def read_uca(folder: Path) -> dict[str, tuple[TimedSentence, ...]]:
    """UCA's sentences of each video, those of all three of its splits together.

    Its splits are not those of UCF-Crime: 286 of the 290 test videos are in it (METHODS B.4). So no
    bank of texts may be made from it, and only training videos may lend it to training.

    Raises:
        DatasetMissing: one of the three files is not there.
    """
    videos: dict[str, Any] = {}
    for name in UCA_FILES:
        path = existing(folder / name, source=UCA_SOURCE)
        videos |= json.loads(path.read_text(encoding="utf-8"))
    return {video: tuple(_sentences(said)) for video, said in videos.items()}


def _cells(path: Path, text_column: str) -> Iterator[tuple[str, str]]:
    """Name and text of each row that has a name."""
    with closing(_workbook(path)) as workbook:
        rows = workbook.worksheets[0].iter_rows(values_only=True)
        header = [str(cell).strip() for cell in next(rows, ())]
        if not {NAME_COLUMN, text_column} <= set(header):
            raise DatasetMissing(
                f"{path} has the columns {header}, not {NAME_COLUMN!r} and {text_column!r}: "
                f"get it from {CAPTIONS_SOURCE}"
            )
        name_at, text_at = header.index(NAME_COLUMN), header.index(text_column)
        for row in rows:
            if row[name_at]:
                yield str(row[name_at]), str(row[text_at] or "")


def _workbook(path: Path) -> Any:
    try:
        return load_workbook(existing(path, source=CAPTIONS_SOURCE), read_only=True)
    except BadZipFile:
        # A page saved from a browser, or a pointer file, under the sheet's name.
        raise DatasetMissing(f"{path} is no xlsx file: get it from {CAPTIONS_SOURCE}") from None


def _sentences(said: dict[str, Any]) -> Iterator[TimedSentence]:
    for (start_s, end_s), text in zip(said["timestamps"], said["sentences"], strict=True):
        yield TimedSentence(float(start_s), float(end_s), text.strip())
