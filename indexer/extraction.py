"""Footage to folders of clip features: the same reading and encoding as indexing, kept as files."""

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from encoders.base import Profile
from indexer.discovery import FoundFile
from indexer.feature_folder import FeatureFolder
from indexer.features import VideoFeatures, encode_batch
from indexer.footage import (
    Broken,
    Decoded,
    DecoderPool,
    Ended,
    Event,
    Opened,
    default_workers,
)
from indexer.report import FileOutcome, RunReport, Status
from indexer.steps import Observer, Step
from segments.errors import UserError
from segments.levels import count_clips
from segments.media import VideoSource

NameBy = Literal["file", "folder"]
MAX_NAMED = 5
"""Clashes that an error names."""


@dataclass
class ExtractionReport(RunReport):
    """What an extraction did."""

    success = "extracted"


def extract_features(
    root: Path,
    files: Sequence[FoundFile],
    profile: Profile,
    *,
    name_by: NameBy = "file",
    workers: int | None = None,
    observer: Observer = lambda step: None,
    stop: threading.Event | None = None,
) -> ExtractionReport:
    """Writes the clip features of files into the folder `root` (see `indexer.feature_folder`).

    A file that cannot be read is reported and skipped. Files whose features are there are passed
    over; a file that changed is read again. The memory does not grow with a video's length.

    Args:
        name_by: what a video is called: "file" takes its file's name without extension, "folder"
            puts the name of its folder and "_" in front.
        workers: decoders; None for as many as suit the machine.
        stop: set it to end early; the next call does what is missing.

    Raises:
        UserError: two files have one name, or `root` holds something else, or features of another
            profile or other weights. Nothing was written.
        LibraryError: another process is writing to `root`.
    """
    names = name_videos(files, name_by)
    with FeatureFolder(root, profile) as folder:
        extraction = _Extraction(profile, folder, names, observer)
        extraction.run(workers or default_workers(), stop or threading.Event())
    extraction.report.measure()
    return extraction.report


def name_videos(files: Sequence[FoundFile], name_by: NameBy) -> dict[FoundFile, str]:
    """What each file's video is called.

    Raises:
        UserError: two files have one name.
    """
    by_name: defaultdict[str, list[FoundFile]] = defaultdict(list)
    for file in files:
        prefix = f"{file.path.parent.name}_" if name_by == "folder" else ""
        by_name[prefix + file.path.stem].append(file)
    clashes = {name: found for name, found in by_name.items() if len(found) > 1}
    if clashes:
        raise UserError(_describe(clashes, name_by))
    return {found[0]: name for name, found in by_name.items()}


def _describe(clashes: Mapping[str, Sequence[FoundFile]], name_by: NameBy) -> str:
    named = [
        f"{name!r} ({', '.join(str(file.path) for file in files)})"
        for name, files in list(clashes.items())[:MAX_NAMED]
    ]
    more = f" and {len(clashes) - MAX_NAMED} more" if len(clashes) > MAX_NAMED else ""
    remedy = "`--name-by folder` or " if name_by == "file" else ""
    return (
        f"several files would share one name: {'; '.join(named)}{more}. Features are found by "
        f"name: use {remedy}a folder of features for each"
    )


class _EveryFile:
    """Reads all from the start: a content that has two names is wanted under both."""

    def claim(self, video_id: str) -> int:
        return 0


@dataclass(frozen=True)
class _Reading:
    """A video that is being read."""

    source: VideoSource
    features: VideoFeatures


class _Extraction:
    """One run. Used once."""

    def __init__(
        self,
        profile: Profile,
        folder: FeatureFolder,
        names: Mapping[FoundFile, str],
        observer: Observer,
    ) -> None:
        self._profile = profile
        self._folder = folder
        self._names = names
        self._observe = observer
        self._readings: dict[FoundFile, _Reading] = {}
        self.report = ExtractionReport()

    def run(self, workers: int, stop: threading.Event) -> None:
        missing = [file for file in self._names if not self._pass_known(file)]
        pool = DecoderPool(missing, self._profile.spec, _EveryFile(), workers=workers)
        with closing(pool.events(stop)) as events:
            for event in events:
                self._handle(event)
        self.report.interrupted = stop.is_set()

    def _pass_known(self, file: FoundFile) -> bool:
        is_known = self._folder.has(self._names[file], file)
        if is_known:
            self._end(file, "known")
        return is_known

    def _handle(self, event: Event) -> None:
        match event:
            case Opened(file, source):
                num_clips = count_clips(source.duration_s)
                features = self._folder.begin(self._names[file], num_clips)
                self._readings[file] = _Reading(source, features)
            case Decoded():
                self._take(event)
            case Ended(file):
                self._finish(file)
            case Broken(file, reason):
                self._fail(file, reason)

    def _take(self, event: Decoded) -> None:
        reading = self._readings[event.file]
        encode_batch(self._profile, event.batch, reading.features)
        step = Step.encoded(event.file, reading.source, event.batch.clips)
        self.report.count(step.footage_s, step.num_frames)
        self._observe(step)

    def _finish(self, file: FoundFile) -> None:
        reading = self._readings.pop(file)
        self._folder.finish(self._names[file], file, reading.features)
        if reading.source.problems:
            self.report.problems[str(file.path)] = reading.source.problems
        self._end(file, "extracted", video_id=reading.source.video_id)

    def _fail(self, file: FoundFile, reason: str) -> None:
        reading = self._readings.pop(file, None)
        if reading is not None:
            reading.features.discard()
        self._end(file, "failed", reason=reason)

    def _end(
        self,
        file: FoundFile,
        status: Status,
        *,
        video_id: str | None = None,
        reason: str | None = None,
    ) -> None:
        outcome = FileOutcome(str(file.path), status, video_id, reason)
        self.report.outcomes.append(outcome)
        self._observe(Step(file, share=1.0, outcome=outcome))
