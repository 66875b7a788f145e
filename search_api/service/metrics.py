"""What Prometheus is told. Each application has its own registry."""

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Literal, ParamSpec, TypeVar, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

Phase = Literal["encode", "store", "assemble"]
P = ParamSpec("P")
T = TypeVar("T")

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_SIZES = (1, 2, 4, 8, 16, 32)


class Metrics:
    """The service's numbers."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            "retrace_requests",
            "Requests answered.",
            ("route", "method", "status"),
            registry=registry,
        )
        self.request_s = Histogram(
            "retrace_request_seconds",
            "Time until an answer began.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.search_s = Histogram(
            "retrace_search_seconds",
            "Time of a search by phase: encode waits for the models, store for the points.",
            ("phase",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.encode_batch = Histogram(
            "retrace_encode_batch_texts",
            "Texts that one call of the text model encoded.",
            buckets=_SIZES,
            registry=registry,
        )
        self.waiting = Gauge("retrace_waiting_requests", "Requests at work.", registry=registry)
        self.refused = Counter(
            "retrace_refused_requests", "Requests refused or given up.", ("why",), registry=registry
        )
        self.ingested = Counter(
            "retrace_ingested_chunks", "Finished chunks moved into the store.", registry=registry
        )
        self.spooled = Gauge(
            "retrace_spool_chunks", "Finished chunks that wait for the store.", registry=registry
        )
        self.damaged = Gauge(
            "retrace_spool_damaged_chunks",
            "Chunks that were set aside because they cannot be read.",
            registry=registry,
        )
        self.jobs = Gauge(
            "retrace_jobs",
            "Indexing jobs; of those that are over, the last 1,000.",
            ("state",),
            registry=registry,
        )
        self.points = Gauge("retrace_points", "Segments in the store.", registry=registry)
        self.videos = Gauge("retrace_videos", "Videos in the library.", registry=registry)
        self.ready = Gauge("retrace_ready", "1 where the library is open.", registry=registry)
        self.model = Gauge(
            "retrace_model_info",
            "1; the labels say what makes the vectors.",
            ("profile", "weights", "sha256"),
            registry=registry,
        )


class PhaseClock:
    """How long one search spent where."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self.seconds: dict[Phase, float] = {"encode": 0.0, "store": 0.0}

    def timed(self, phase: Phase, target: T) -> T:
        """`target`, whose methods' time counts as the phase's."""
        return cast(T, _Timed(self, phase, target))

    @contextmanager
    def measure(self, phase: Phase) -> Generator[None]:
        """Counts the block's time as the phase's."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[phase] += time.perf_counter() - begun

    def stop(self, metrics: Metrics) -> dict[Phase, float]:
        """Seconds by phase; what no other phase took was assembling."""
        rest = time.perf_counter() - self._begun - sum(self.seconds.values())
        self.seconds["assemble"] = max(0.0, rest)
        for phase, seconds in self.seconds.items():
            metrics.search_s.labels(phase).observe(seconds)
        return self.seconds


def in_ms(seconds: Mapping[Phase, float]) -> dict[str, float]:
    """As a line of the log says them."""
    return {f"{phase}_ms": round(1000 * spent, 2) for phase, spent in seconds.items()}


def server_timing(seconds: Mapping[Phase, float]) -> str:
    """The header `Server-Timing`, which browsers and benchmarks read; in milliseconds."""
    return ", ".join(f"{phase};dur={1000 * spent:.3f}" for phase, spent in seconds.items())


class _Timed:
    def __init__(self, clock: PhaseClock, phase: Phase, target: object) -> None:
        self._clock, self._target = clock, target
        self._phase: Phase = phase

    def __getattr__(self, name: str) -> object:
        found = getattr(self._target, name)
        return self._wrapped(found) if callable(found) else found

    def _wrapped(self, method: Callable[P, T]) -> Callable[P, T]:
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            with self._clock.measure(self._phase):
                return method(*args, **kwargs)

        return call
