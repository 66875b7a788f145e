"""Making scores by sentences anew in the background, one rescoring at a time.

How it is done belongs to the indexer, which this package may not import: who starts a service hands
it over (`indexer.rescoring.rescore`).
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal, Protocol

import structlog

from detectors import local_patterns, trace
from encoders.base import Profile
from search_api.access.roles import Principal
from search_api.answers.traces import Rescoring
from search_api.service.owner import LibraryOwner
from search_api.service.problems import ApiProblem
from segments.calibrations import CalibrationStore
from segments.errors import LibraryInUse, RetraceError, UserError
from segments.library import Library
from segments.store.base import VectorStore

BUSY = "footage is being indexed: rescore once that is done"
SPEAKING = (trace.NAME, local_patterns.NAME)
"""Detectors whose scores rest on sentences."""
FAILED = "the scores could not be made anew; the log says why"

_log = structlog.get_logger("retrace.rescoring")


class RescoringReport(Protocol):
    """What a rescoring did."""

    @property
    def footage_s(self) -> float: ...
    @property
    def interrupted(self) -> bool: ...
    @property
    def untold(self) -> int: ...
    def count(self, outcome: Literal["changed", "same", "unseen"], /) -> int: ...


class Rescore(Protocol):
    """Makes the scores of known videos anew; may be repeated after a crash."""

    def __call__(
        self,
        library: Library,
        profile: Profile,
        *,
        camera: str | None,
        on_video: Callable[[int, int], None],
        stop: threading.Event,
        held: VectorStore,
    ) -> RescoringReport:
        """Raises:
        UserError: there is nothing to score, or a camera is pinned to what is not there.
        LibraryInUse: another process is indexing.
        """
        ...


class RescoringDesk:
    """Takes rescorings, and has them done. Threads may share it."""

    def __init__(self, owner: LibraryOwner, rescore: Rescore | None) -> None:
        self._owner, self._rescore = owner, rescore
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._now = Rescoring()

    @property
    def now(self) -> Rescoring:
        """The one at work, or the last one."""
        with self._lock:
            return self._now.model_copy()

    def start(self, camera: str | None, principal: Principal) -> Rescoring:
        """Begins a rescoring.

        Raises:
            ApiProblem: "conflict": one is at work; "library-unavailable".
        """
        if self._rescore is None:
            raise self._owner.unavailable()
        with self._lock:
            if self._now.state == "running":
                raise ApiProblem("conflict", "scores are being made anew already: wait, or stop it")
            self._stopping.clear()
            self._now = Rescoring(
                state="running",
                camera=camera,
                started_by=principal.name,
                started_at=datetime.now(UTC),
            )
            work = (self._rescore, camera)
            self._thread = threading.Thread(target=self._run, args=work, name="rescoring")
            self._thread.start()
            return self._now.model_copy()

    def stop(self) -> Rescoring:
        """Has the one at work end after the video that it is at; what is done by then stays."""
        self._stopping.set()
        return self.now

    def close(self) -> None:
        """Ends the one at work, and waits for it."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, rescore: Rescore, camera: str | None) -> None:
        try:
            with self._owner.use() as opened:
                report = rescore(
                    opened.library,
                    opened.profile,
                    camera=camera,
                    on_video=self._note,
                    stop=self._stopping,
                    held=opened.store,
                )
                is_changed = report.count("changed") > 0
                to_calibrate = _to_calibrate(opened.library, camera) if is_changed else []
        except Exception as error:
            self._fail(error)
            return
        self._set(
            state="stopped" if report.interrupted else "done",
            changed=report.count("changed"),
            same=report.count("same"),
            unseen=report.count("unseen"),
            untold=report.untold,
            footage_s=round(report.footage_s, 3),
            to_calibrate=to_calibrate,
            ended_at=datetime.now(UTC),
        )

    def _note(self, done: int, total: int) -> None:
        self._set(done=done, total=total)

    def _fail(self, error: Exception) -> None:
        is_ours = isinstance(error, RetraceError | ApiProblem)
        _log.warning("rescoring.failed", error=str(error), exc_info=not is_ours)
        self._set(state="failed", reason=_said(error), ended_at=datetime.now(UTC))

    def _set(self, **changes: object) -> None:
        with self._lock:
            self._now = self._now.model_copy(update=changes)


def _said(error: Exception) -> str:
    """For whoever asked; what names folders is left to the log."""
    match error:
        case LibraryInUse():
            return BUSY
        case UserError() | ApiProblem():
            return str(error)
        case _:
            return FAILED


def _to_calibrate(library: Library, camera: str | None) -> list[str]:
    """Cameras whose scores' meaning rests on scores that were made before."""
    return sorted(
        record.camera
        for record in CalibrationStore.of(library).all()
        if record.calibration.detector in SPEAKING
        and record.calibration.is_calibrated
        and camera in (None, record.camera)
    )
