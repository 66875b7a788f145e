"""Files read side by side, in threads, into one bounded queue."""

import os
import queue
import threading
import time
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from encoders.base import ProfileSpec
from indexer.chunks import BATCH_CLIPS, plan_chunks
from indexer.discovery import FoundFile
from segments.errors import RetraceError
from segments.media import ClipBatch, LookSpec, VideoSource
from segments.reading import iter_clip_batches, probe

QUEUED_PER_WORKER = 2
"""Batches that wait for the model, per decoder: they bound the memory."""
POLL_S = 0.2

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Opened:
    """A file was probed. `first_chunk` is None where its content needs no reading."""

    file: FoundFile
    source: VideoSource
    probe_s: float
    first_chunk: int | None


@dataclass(frozen=True)
class Decoded:
    """The next batch of a file's content."""

    file: FoundFile
    batch: ClipBatch
    decode_s: float


@dataclass(frozen=True)
class Ended:
    """A file was read to its end."""

    file: FoundFile


@dataclass(frozen=True)
class Broken:
    """A file cannot be read, or no further."""

    file: FoundFile
    reason: str


Event = Opened | Decoded | Ended | Broken


class Claims(Protocol):
    """Says which contents are to be read. Shared by the decoders."""

    def claim(self, video_id: str) -> int | None:
        """The chunk to start at; None where the content needs no reading."""
        ...


@dataclass
class Progress:
    """Reads each content once, from where earlier runs left it."""

    done: Collection[str]
    """Contents that are completely indexed."""
    chunks: Mapping[str, int]
    """Chunks that earlier runs finished, by content."""
    _claimed: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def claim(self, video_id: str) -> int | None:
        """The chunk to start at; None where the content is done or another file's."""
        with self._lock:
            if video_id in self.done or video_id in self._claimed:
                return None
            self._claimed.add(video_id)
            return self.chunks.get(video_id, 0)


class DecoderPool:
    """Decoders that read files in order, each file by one of them."""

    def __init__(
        self,
        files: Sequence[FoundFile],
        spec: ProfileSpec,
        claims: Claims,
        *,
        workers: int,
        second: LookSpec | None = None,
    ) -> None:
        """
        Args:
            second: what to sample of clips beside what the profile looks at.
        """
        self._spec = spec
        self._second = second
        self._claims = claims
        self._files = queue.SimpleQueue[FoundFile]()
        for file in files:
            self._files.put(file)
        self._events: queue.Queue[Event | None] = queue.Queue(workers * QUEUED_PER_WORKER)
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"decoder-{index}", daemon=True)
            for index in range(min(workers, len(files)))
        ]

    def events(self, stop: threading.Event) -> Generator[Event]:
        """What the decoders find, until all is read or `stop` is set; in order within a file."""
        for thread in self._threads:
            thread.start()
        working = len(self._threads)
        try:
            while working and not stop.is_set():
                try:
                    event = self._events.get(timeout=POLL_S)
                except queue.Empty:
                    continue
                if event is None:
                    working -= 1
                else:
                    yield event
        finally:
            self._stopped.set()
            for thread in self._threads:
                thread.join()

    def _work(self) -> None:
        while not self._stopped.is_set():
            try:
                file = self._files.get_nowait()
            except queue.Empty:
                break
            self._read(file)
        self._put(None)

    def _read(self, file: FoundFile) -> None:
        try:
            for event in self._events_of(file):
                if not self._put(event):
                    return
        except (RetraceError, OSError) as error:
            self._put(Broken(file, str(error)))
        except Exception as error:  # one odd file must not end a night's run
            log.exception("decoding failed", path=str(file.path))
            self._put(Broken(file, f"retrace failed on it: {type(error).__name__}: {error}"))

    def _events_of(self, file: FoundFile) -> Iterator[Event]:
        started = time.perf_counter()
        source = probe(file.path)
        first_chunk = self._claims.claim(source.video_id)
        yield Opened(file, source, time.perf_counter() - started, first_chunk)
        if first_chunk is None:
            return
        for chunk in plan_chunks(source.duration_s)[first_chunk:]:
            yield from self._decode(file, source, chunk)
        yield Ended(file)

    def _decode(self, file: FoundFile, source: VideoSource, chunk: range) -> Iterator[Event]:
        """Each chunk is opened anew: a resumed run reads just what an undisturbed one does."""
        started = time.perf_counter()
        batches = iter_clip_batches(
            source,
            frame_size=self._spec.frame_size,
            frames_per_clip=self._spec.frames_per_clip,
            fields_per_clip=self._spec.fields_per_clip,
            audio_rate_hz=self._spec.audio_rate_hz,
            clips_per_batch=BATCH_CLIPS,
            first_clip=chunk.start,
            last_clip=chunk.stop,
            second=self._second,
        )
        for batch in batches:
            yield Decoded(file, batch, time.perf_counter() - started)
            started = time.perf_counter()

    def _put(self, event: Event | None) -> bool:
        """Waits for room in the queue; False where the pool was stopped meanwhile."""
        while not self._stopped.is_set():
            try:
                self._events.put(event, timeout=POLL_S)
            except queue.Full:
                continue
            return True
        return False


def default_workers() -> int:
    """One decoder for two cores: the model needs the rest."""
    return max(1, min(8, (os.cpu_count() or 1) // 2))
