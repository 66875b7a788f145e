"""The local engine: a pool of decoders feeds one model, and finished chunks go into the store.

Each step may be the last one of a killed process. A chunk is spooled, then marked in the ledger,
then ingested; what is not marked will be repeated, and comes out the same.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from encoders.base import Profile
from indexer.chunks import plan_chunks
from indexer.detecting import DetectorSet, rows_of
from indexer.discovery import FoundFile
from indexer.embedding import make_points
from indexer.features import VideoFeatures
from indexer.footage import Broken, Decoded, DecoderPool, Ended, Event, Opened, Progress
from indexer.intake import Intake, done_contents
from indexer.ledger import Ledger
from indexer.report import FileOutcome, IndexReport
from indexer.steps import Observer, Step
from indexer.upkeep import refresh, sweep
from indexer.video import FinishedChunk, VideoPipeline
from segments.catalog import Catalog, VideoRecord, cameras_of
from segments.errors import LibraryError
from segments.findings import to_files
from segments.levels import count_clips
from segments.library import Library
from segments.media import VideoSource
from segments.score_origins import ScoreOrigins
from segments.sources import SourceRules
from segments.store.base import VectorStore
from segments.store.spool import SpooledChunk, ingest, write_chunk


@dataclass(frozen=True)
class Job:
    """Everything that a run works with."""

    library: Library
    load_profile: Callable[[], Profile]
    """Called once, and only if some file must be read."""
    store: VectorStore | None
    """None where another process owns the store."""
    catalog: Catalog
    ledger: Ledger
    origins: ScoreOrigins
    rules: SourceRules
    detectors: tuple[str, ...]
    load_detectors: Callable[[Profile], DetectorSet]
    """Called once, after the profile was loaded."""
    workers: int


class LocalEngine:
    """Indexes files on this machine. Used once."""

    def __init__(self, job: Job, observer: Observer) -> None:
        self._job = job
        self._observe = observer
        self._done = done_contents(job.catalog, job.ledger, job.detectors)
        self._intake = Intake(job.catalog, job.ledger, job.rules, done=self._done)
        self._unfinished = _reopen_features(job)
        self._pipelines: dict[FoundFile, VideoPipeline] = {}
        self._elsewhere: dict[FoundFile, str] = {}
        """Files whose content is done, or is being read from another file."""
        self._timings_s: defaultdict[str, float] = defaultdict(float)
        self.report = IndexReport(handed_over=job.store is None)

    def run(self, files: Sequence[FoundFile], stop: threading.Event) -> None:
        """Indexes what is not done; returns early, at a batch's end, once `stop` is set."""
        sweep(self._job.library, keep=self._unfinished)
        self._ingest()
        unknown = [file for file in files if not self._pass_known(file)]
        if unknown and not stop.is_set():
            self._read(unknown, self._job.load_profile(), stop)
        self.report.interrupted = stop.is_set()
        self._settle_elsewhere()
        self._refresh()
        self.report.timings_s = dict(self._timings_s)

    def _read(self, files: Sequence[FoundFile], profile: Profile, stop: threading.Event) -> None:
        detectors = self._job.load_detectors(profile)
        pool = DecoderPool(
            files,
            profile.spec,
            self._progress(),
            workers=self._job.workers,
            second=detectors.second,
        )
        with closing(pool.events(stop)) as events:
            for event in events:
                self._handle(event, profile, detectors)

    def _pass_known(self, file: FoundFile) -> bool:
        video_id = self._intake.known_content(file)
        if video_id is not None:
            self._intake.record_known(file, video_id)
            self._end_file(FileOutcome(str(file.path), "known", video_id), file)
        return video_id is not None

    def _progress(self) -> Progress:
        ledger = self._job.ledger
        chunks = ledger.progress()
        return Progress(self._done, {video_id: chunks[video_id] for video_id in self._unfinished})

    def _handle(self, event: Event, profile: Profile, detectors: DetectorSet) -> None:
        match event:
            case Opened():
                self._open(event, profile, detectors)
            case Decoded():
                self._take(event)
            case Ended(file):
                self._finish(file)
            case Broken(file, reason):
                self._fail(file, reason)

    def _open(self, event: Opened, profile: Profile, detectors: DetectorSet) -> None:
        source, video_id = event.source, event.source.video_id
        self._intake.record(event.file, video_id, source.created_at)
        if event.first_chunk is None:
            self._elsewhere[event.file] = video_id
            return
        self._job.ledger.begin(video_id, profile.manifest.digests)
        if event.first_chunk == 0:
            self._job.ledger.forget_chunks(video_id)
        pipeline = VideoPipeline(
            source,
            profile,
            self._features(source),
            detectors=detectors.of(cameras_of(self._job.catalog.sources(video_id))),
            first_chunk=event.first_chunk,
        )
        pipeline.timings_s["probe"] = event.probe_s
        self._pipelines[event.file] = pipeline

    def _features(self, source: VideoSource) -> VideoFeatures:
        if source.video_id in self._unfinished:
            return self._unfinished.pop(source.video_id)
        is_long = len(plan_chunks(source.duration_s)) > 1
        folder = self._job.library.work / source.video_id if is_long else None
        return VideoFeatures(count_clips(source.duration_s), folder)

    def _take(self, event: Decoded) -> None:
        pipeline = self._pipelines[event.file]
        pipeline.timings_s["decode"] += event.decode_s
        chunk = pipeline.take(event.batch)
        if chunk is not None:
            with pipeline.timed("store"):
                self._commit(pipeline.source, chunk)
        step = Step.encoded(event.file, pipeline.source, event.batch.clips)
        self.report.count(step.footage_s, step.num_frames)
        self._observe(step)

    def _commit(self, source: VideoSource, chunk: FinishedChunk) -> None:
        job, library = self._job, self._job.library
        points = make_points(
            chunk.embeddings,
            space=library.space,
            tracks=chunk.tracks,
            sources=job.catalog.sources(source.video_id),
        )
        for finding in chunk.findings:
            job.origins.note(source.video_id, finding, is_first=chunk.index == 0)
        files = to_files(chunk.findings, chunk=chunk.index)
        spooled = SpooledChunk(source.video_id, chunk.index, library.space, tuple(points), files)
        write_chunk(library, spooled)
        job.ledger.mark_chunk(source.video_id, chunk.index)
        self._ingest()

    def _finish(self, file: FoundFile) -> None:
        pipeline = self._pipelines.pop(file)
        source = pipeline.source
        self._job.catalog.add_video(_video_record(source, self._job.detectors))
        self._job.ledger.finish(source.video_id, pipeline.timings_s)
        pipeline.features.discard()
        for phase, seconds in pipeline.timings_s.items():
            self._timings_s[phase] += seconds
        if source.problems:
            self.report.problems[str(file.path)] = source.problems
        self._end_file(FileOutcome(str(file.path), "indexed", source.video_id), file)

    def _fail(self, file: FoundFile, reason: str) -> None:
        pipeline = self._pipelines.pop(file, None)
        video_id = None if pipeline is None else pipeline.source.video_id
        if pipeline is None:
            self._intake.record_unreadable(file, reason)
        else:
            self._job.ledger.fail(pipeline.source.video_id, reason, pipeline.timings_s)
            self._job.ledger.forget_chunks(pipeline.source.video_id)
            self._job.ledger.mark_stale(pipeline.source.video_id)
            pipeline.features.discard()
        self._end_file(FileOutcome(str(file.path), "failed", video_id, reason), file)

    def _settle_elsewhere(self) -> None:
        for file, video_id in self._elsewhere.items():
            content = self._job.ledger.content(video_id)
            if content is not None and content.state == "done":
                self._end_file(FileOutcome(str(file.path), "known", video_id), file)
            elif content is not None and content.state == "failed":
                outcome = FileOutcome(str(file.path), "failed", video_id, content.reason)
                self._end_file(outcome, file)

    def _ingest(self) -> None:
        if self._job.store is not None:
            ingest(self._job.library, self._job.store)

    def _refresh(self) -> None:
        job = self._job
        if job.store is not None:
            removals = refresh(job.library, job.store, catalog=job.catalog, ledger=job.ledger)
            self.report.removed = [removal.video_id for removal in removals]

    def _end_file(self, outcome: FileOutcome, file: FoundFile) -> None:
        self.report.outcomes.append(outcome)
        self._observe(Step(file, share=1.0, outcome=outcome))


def _reopen_features(job: Job) -> dict[str, VideoFeatures]:
    """Features that an earlier run left, of contents that go on from there."""
    features: dict[str, VideoFeatures] = {}
    for video_id, num_chunks in job.ledger.progress().items():
        try:
            if num_chunks:
                features[video_id] = VideoFeatures.reopen(
                    job.library.work / video_id,
                    detectors=job.detectors,
                    rows=rows_of(job.detectors),
                )
        except LibraryError:  # lost or never written: the content starts anew
            continue
    return features


def _video_record(source: VideoSource, detectors: tuple[str, ...]) -> VideoRecord:
    return VideoRecord(
        video_id=source.video_id,
        duration_s=source.duration_s,
        width=source.width,
        height=source.height,
        fps=source.fps,
        codec=source.codec,
        has_audio=source.has_audio,
        size_bytes=source.size_bytes,
        problems=source.problems,
        detectors=detectors,
    )
