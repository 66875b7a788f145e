"""What of the service works, and how much there is of everything."""

from search_api.answers.health import Checks
from search_api.jobs.desk import JobDesk
from search_api.service.metrics import Metrics
from search_api.service.owner import LibraryOwner
from search_api.service.problems import ApiProblem
from segments.errors import RetraceError
from segments.store.spool import iter_chunks, iter_damaged


def check(owner: LibraryOwner) -> Checks:
    """Asks the store now."""
    try:
        with owner.use() as opened:
            opened.store.count()
            is_damaged = any(iter_damaged(opened.library))
    except ApiProblem:
        return Checks(library=owner.state, store="away", model="not-loaded")
    except RetraceError:
        return Checks(library=owner.state, store="away", model="loaded")
    spool = "damaged" if is_damaged else "whole"
    return Checks(library=owner.state, store="answering", model="loaded", spool=spool)


def refresh_gauges(owner: LibraryOwner, metrics: Metrics, jobs: JobDesk) -> None:
    """Counts what is there now; where the library is away, only that is told."""
    metrics.model.clear()
    try:
        with owner.use() as opened:
            metrics.points.set(opened.store.count())
            metrics.videos.set(len(owner.catalog().videos()))
            with jobs.table() as table:
                for state, number in table.count().items():
                    metrics.jobs.labels(state).set(number)
            metrics.spooled.set(sum(1 for _ in iter_chunks(opened.library)))
            metrics.damaged.set(sum(1 for _ in iter_damaged(opened.library)))
            manifest = opened.profile.manifest
            for weights, sha256 in manifest.digests.items():
                metrics.model.labels(manifest.profile, weights, sha256).set(1)
            metrics.ready.set(1)
    except (ApiProblem, RetraceError):
        metrics.ready.set(0)
