"""The library as the service holds it: opened once, fed from the spool, opened again if it left."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import structlog

from encoders.base import Profile
from search_api.service.metrics import Metrics
from search_api.service.opening import (
    MEANINGS,
    LoadProfile,
    OpenLibrary,
    State,
    choose_library,
    is_current,
    make_library,
    open_library,
    state_of,
)
from search_api.service.problems import ApiProblem
from search_api.service.settings import ServiceSettings
from segments.catalog import Catalog
from segments.errors import RetraceError
from segments.library import Library
from segments.store.base import VectorStore
from segments.store.spool import ingest

Upkeep = Callable[[Library, VectorStore], object]
"""Brings the store in step with what is known, after what was handed over is in it."""

_log = structlog.get_logger("retrace.library")


def no_upkeep(library: Library, store: VectorStore) -> None:
    """Where whoever indexes sees to it."""


class LibraryOwner:
    """Owns the library's store from `start` to `stop`. Threads may share it.

    Args:
        load_profile: called once for each profile that is needed.
        upkeep: called about every second by the thread that ingests.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        load_profile: LoadProfile,
        *,
        upkeep: Upkeep = no_upkeep,
        metrics: Metrics,
    ) -> None:
        self._settings, self._load_profile = settings, load_profile
        self._upkeep, self._metrics = upkeep, metrics
        self._profiles: dict[str, Profile] = {}
        self._opened: OpenLibrary | None = None
        self._users = 0
        self._changed = threading.Condition()
        """Held to change who uses what is open."""
        self._stopping = threading.Event()
        self._keeper: threading.Thread | None = None
        self._local = threading.local()
        self._last_error = ""
        self.state: State = "starting"

    def start(self) -> None:
        """Opens what is there, and from now on looks after it."""
        self._stopping.clear()
        self._make_if_missing()
        self._tick()
        self._keeper = threading.Thread(target=self._keep, name="library-owner", daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        """Closes the store, once nobody uses it, and gives its lock back."""
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join()
        self._close("stopped")

    @contextmanager
    def use(self) -> Generator[OpenLibrary]:
        """The open library, which stays open for the block.

        Raises:
            ApiProblem: "library-unavailable".
        """
        with self._changed:
            opened = self._opened
            if opened is None:
                raise self.unavailable()
            self._users += 1
        try:
            yield opened
        finally:
            with self._changed:
                self._users -= 1
                self._changed.notify_all()

    def unavailable(self) -> ApiProblem:
        """What a request is told that needs the library now."""
        wait = {"Retry-After": str(self._settings.retry_after_s)}
        return ApiProblem("library-unavailable", MEANINGS[self.state], headers=wait)

    def library(self) -> Library:
        """The library's places, also while its store is away.

        Raises:
            ApiProblem: "library-unavailable".
        """
        opened = self._opened
        if opened is not None:
            return opened.library
        try:
            return choose_library(self._settings)
        except RetraceError:
            raise self.unavailable() from None

    def catalog(self) -> Catalog:
        """This thread's own, also while the store is away: do not close it, nor hand it on.

        Raises:
            ApiProblem: "library-unavailable".
            LibraryError: the database is damaged.
        """
        library = self.library()
        stamp = (library, library.database.stat().st_ino if library.database.exists() else None)
        kept: tuple[object, Catalog] | None = getattr(self._local, "catalog", None)
        if kept is None or kept[0] != stamp:
            kept = (stamp, Catalog(library))
            self._local.catalog = kept
        return kept[1]

    def _make_if_missing(self) -> None:
        """Only at the start: what goes away later may come back."""
        try:
            profile = make_library(self._settings, self._load_profile)
        except (RetraceError, OSError) as error:
            self._report("library.not_made", error)
            return
        if profile is not None:
            self._profiles = {profile.spec.name: profile}
            _log.info("library.made", folder=str(self._settings.library), space=profile.spec.name)

    def _keep(self) -> None:
        while not self._stopping.wait(self._settings.ingest_every_s):
            self._tick()
            self._warm()
            self._optimize()

    def _tick(self) -> None:
        """Opens, closes or feeds the library, as it is now; what fails is tried again."""
        try:
            opened = self._opened
            if opened is not None and not is_current(opened, self._settings):
                self._close("missing")
            if self._opened is None:
                self._open()
        except RetraceError as error:
            self.state = state_of(error, self._settings)
            self._report("library.unavailable", error)
            return
        except Exception as error:  # the thread outlives any bug of what it calls
            self.state = "damaged"
            self._report("library.unavailable", error)
            return
        self._feed()

    def _open(self) -> None:
        opened = open_library(
            self._settings, self._loaded, on_batch=self._metrics.encode_batch.observe
        )
        with self._changed:
            self._opened = opened
        self.state, self._last_error = "ready", ""
        _log.info("library.open", space=opened.library.space, points=opened.store.count())

    def _loaded(self, name: str) -> Profile:
        if name not in self._profiles:
            self._profiles = {name: self._load_profile(name)}
        return self._profiles[name]

    def _feed(self) -> None:
        try:
            with self.use() as opened:
                chunks = ingest(opened.library, opened.store)
                self._upkeep(opened.library, opened.store)
        except Exception as error:  # searches go on; the next look at the spool tries again
            self._report("spool.error", error)
            return
        self._last_error = ""
        if chunks:
            self._metrics.ingested.inc(len(chunks))
            videos = sorted({chunk.video_id for chunk in chunks})
            _log.info("spool.ingested", chunks=len(chunks), videos=videos)

    def _warm(self) -> None:
        """Searches null queries anew where the library has grown, before a request has to wait."""
        try:
            with self.use() as opened:
                opened.kept.confidence.judge({"text"}, "moment")
        except ApiProblem:
            return  # it is not open: `_tick` has said why
        except Exception as error:  # the request that needs it will say so again
            self._report("confidence.error", error)

    def _optimize(self) -> None:
        """Adds int8 copies where so many vectors have none that searches would become slow.

        Searches go on; what is written waits, and so does the spool, until it is done or the
        service stops.
        """
        try:
            with self.use() as opened:
                opened.store.optimize(self._stopping)
        except ApiProblem:
            return  # it is not open: `_tick` has said why
        except Exception as error:  # it stays as it was, and slow
            self._report("store.error", error)

    def _close(self, state: State) -> None:
        with self._changed:
            opened, self._opened = self._opened, None
            self.state = state
            self._changed.wait_for(lambda: self._users == 0, self._settings.stop_timeout_s)
        if opened is not None:
            opened.close()
            _log.info("library.closed", state=state)

    def _report(self, event: str, error: Exception) -> None:
        """Logs an error once, however often it comes back."""
        if str(error) == self._last_error:
            return
        self._last_error = str(error)
        is_ours = isinstance(error, RetraceError)
        _log.warning(event, state=self.state, error=str(error), exc_info=not is_ours)
