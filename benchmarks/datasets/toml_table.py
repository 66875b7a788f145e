"""A data set of the user's own, described by a TOML file.

    name = "depot"
    query = "text"                      # what is searched by: text (default) or audio

    [[videos]]
    video = "gate-0031"                 # as its features are called, without extension
    split = "train"                     # train or test
    is_anomalous = true
    texts = ["A man climbs over the gate.", "Somebody enters over a fence."]

Instead of `[[videos]]`, `csv = "videos.csv"` names a file beside it with the columns video, split,
is_anomalous and text; a video with several texts has several rows. The benchmark asks by a video's
first text.
"""

import csv
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks.datasets.base import (
    DatasetMissing,
    FeatureReader,
    Item,
    Query,
    RetrievalDataset,
    Split,
)
from benchmarks.datasets.feature_files import require_audio
from benchmarks.datasets.files import existing
from segments.errors import UserError

CSV_COLUMNS = ("video", "split", "is_anomalous", "text")


class Video(BaseModel):
    """One `[[videos]]` table, or what rows of a CSV file say of one video."""

    model_config = ConfigDict(extra="forbid")

    video: str = Field(min_length=1)
    split: Split
    is_anomalous: bool
    texts: tuple[str, ...] = ()

    def item(self) -> Item:
        return Item(self.video, self.split, self.is_anomalous, self.texts)


class Table(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1)
    query: Query = "text"
    csv: str | None = None
    videos: tuple[Video, ...] = ()


def open_table(path: Path, features: FeatureReader) -> RetrievalDataset:
    """The data set that a TOML file describes.

    Raises:
        DatasetMissing: the file or its CSV file is not there, or the features have no sound for a
            data set that is asked by sound.
        UserError: the file is not as above; names the line or the key.
    """
    source = "you: see `benchmarks/datasets/toml_table.py` for an example"
    try:
        read = tomllib.loads(existing(path, source=source).read_text(encoding="utf-8"))
        table = Table.model_validate(read)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} is no TOML: {error}") from None
    except ValidationError as error:
        raise UserError(f"{path}: {_first(error)}") from None
    if (table.csv is None) == (not table.videos):
        raise UserError(f"{path} needs either [[videos]] tables or a csv, not both")
    files, videos = (path,), table.videos
    if table.csv is not None:
        files = (path, path.parent / table.csv)
        videos = tuple(_csv_videos(files[1]))
    _check(files[-1], videos, table.query)
    if table.query == "audio":
        require_audio(features, table.name)
    return RetrievalDataset(
        table.name, table.query, tuple(video.item() for video in videos), features, files
    )


def _csv_videos(path: Path) -> Iterator[Video]:
    """Videos in the order of their first row, each with the texts of all its rows."""
    said: dict[str, Video] = {}
    for line, row in _csv_rows(path):
        text = row.pop("text").strip()
        try:
            new = Video.model_validate(row | {"texts": [text] if text else []})
        except ValidationError as error:
            raise UserError(f"{path}, line {line}: {_first(error)}") from None
        known = said.setdefault(new.video, new)
        if (known.split, known.is_anomalous) != (new.split, new.is_anomalous):
            raise UserError(f"{path}, line {line}: {new.video} is told otherwise further up")
        if known is not new:
            said[new.video] = known.model_copy(update={"texts": known.texts + new.texts})
    yield from said.values()


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and cells of each row."""
    if not path.exists():
        raise DatasetMissing(f"{path} is missing: the TOML file's `csv` names it")
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, restval="")
        if set(reader.fieldnames or ()) != set(CSV_COLUMNS):
            raise UserError(f"{path} has the columns {reader.fieldnames}, not {list(CSV_COLUMNS)}")
        for row in reader:
            if None in row:
                raise UserError(f"{path}, line {reader.line_num}: a cell too many; quote the text")
            yield reader.line_num, row


def _check(path: Path, videos: tuple[Video, ...], query: Query) -> None:
    if not videos:
        raise UserError(f"{path} has no videos")
    video, times = Counter(video.video for video in videos).most_common(1)[0]
    if times > 1:
        raise UserError(f"{path} has {video} {times} times: give each video one table")
    for video in videos:
        if query == "text" and not any(text.strip() for text in video.texts[:1]):
            raise UserError(f"{path}: {video.video} has no text to search it by")


def _first(error: ValidationError) -> str:
    """The first of a model's complaints, with its key: `videos[2].split: ...`."""
    wrong = error.errors()[0]
    keys = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in wrong["loc"])
    came = f" (came: {wrong['input']!r})" if wrong["type"] != "missing" else ""
    return f"{keys.lstrip('.')}: {wrong['msg']}{came}"
