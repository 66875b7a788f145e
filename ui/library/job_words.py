"""Indexing jobs in words."""

from datetime import tzinfo

from search_api.answers.jobs import JobAnswer, JobState
from ui import words

LIVE: tuple[JobState, ...] = ("waiting", "running", "cancelling")
STATES: dict[JobState, str] = {
    "waiting": "waits",
    "running": "runs",
    "cancelling": "is being cancelled",
    "done": "done",
    "failed": "failed",
    "cancelled": "cancelled",
}
ORIGINS = {"request": "", "retry": "tried again", "watch": "from a watched folder"}


def is_live(job: JobAnswer) -> bool:
    """Whether it is not over yet."""
    return job.state in LIVE


def can_repeat(job: JobAnswer) -> bool:
    """Whether it left something undone."""
    return not is_live(job) and bool(job.files.failed or job.files.left or not job.files.total)


def title(job: JobAnswer) -> str:
    """What it is to index: "a.mp4 and 2 more"."""
    names = [path.rstrip("/").rpartition("/")[2] or path for path in job.paths]
    more = job.num_paths - 1
    return f"{names[0]} and {more:,} more" if names and more else (names or ["footage"])[0]


def heading(job: JobAnswer, zone: tzinfo) -> str:
    """Who had it made, when, and with what."""
    told = (
        ORIGINS[job.origin],
        f"by {job.created_by}",
        words.wall_time(job.created_at, zone),
        f"camera {job.camera}" if job.camera else "",
        f"detectors {', '.join(job.detectors)}",
        f"run {job.attempts}" if job.attempts > 1 else "",
    )
    return " · ".join(filter(None, told))


def outcome(job: JobAnswer) -> str:
    """ "12 files: 8 indexed, 2 known already, 1 failed, 1 left"."""
    files = job.files
    counts = {
        "indexed": files.indexed,
        "known already": files.known,
        "failed": files.failed,
        "left": files.left,
    }
    said = ", ".join(f"{number:,} {what}" for what, number in counts.items() if number)
    return f"{words.count(files.total, 'file')}{': ' + said if said else ''}"


def progress(job: JobAnswer) -> str:
    """ "48 % · 31 times as fast as it plays · about 3 min left · a.mp4"."""
    now = job.progress
    told = (
        f"{100 * now.share:.0f} %",
        f"{now.speed:.3g} times as fast as it plays" if now.speed else "",
        f"about {words.duration(now.left_s)} left" if now.left_s is not None else "",
        now.current or "",
    )
    return " · ".join(filter(None, told))
