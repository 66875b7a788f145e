"""What becomes of a job when its run has ended."""

from typing import NamedTuple

from search_api.jobs.lines import Line, RunEnded, RunRefused
from search_api.jobs.places import one_line
from search_api.jobs.records import JobRecord, State

IN_USE = "another process is indexing into the library"
CUT_SHORT = "the service was ended while it ran: it goes on"
MAX_ATTEMPTS = 20
"""Runs of one job: one whose runs all end with the service may be what ends it."""
_ALL_FAILED = 1


class Outcome(NamedTuple):
    """How a job is from now on."""

    state: State
    """"waiting": it goes on in another run."""
    reason: str | None = None


def after_run(job: JobRecord, said: Line | None, *, how: str) -> Outcome:
    """After a run that the service saw end.

    Args:
        said: the last thing the run said.
        how: it ended, as `processes.Run` says it.
    """
    match said:
        case RunEnded(was_interrupted=False):
            return _looked_at_all(said)
        case _ if job.state == "cancelling":
            return Outcome("cancelled")
        case RunRefused(is_in_use=True):
            return Outcome("waiting", IN_USE)
        case RunRefused():
            return Outcome("failed", one_line(said.reason, within=job.order.within))
        case RunEnded():
            return Outcome("cancelled", "its process was interrupted from outside")
        case _:
            return Outcome("failed", f"its process {how} before its work was done")


def after_service(job: JobRecord, said: Line | None) -> Outcome:
    """After a run that ended while no service was there to see it."""
    match said:
        case RunEnded(was_interrupted=False):
            return _looked_at_all(said)
        case _ if job.state == "cancelling":
            return Outcome("cancelled")
        case RunRefused(is_in_use=False):
            return Outcome("failed", one_line(said.reason, within=job.order.within))
        case _ if job.attempts >= MAX_ATTEMPTS:
            return Outcome("failed", f"{job.attempts} runs of it were cut short")
        case _:
            return Outcome("waiting", CUT_SHORT)


def _looked_at_all(ended: RunEnded) -> Outcome:
    if ended.exit_code == _ALL_FAILED:
        return Outcome("failed", "none of its files could be indexed")
    return Outcome("done")
