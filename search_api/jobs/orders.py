"""What jobs are told to do: from a request, from a job before, from a watched folder."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TypeVar

from detectors.registry import require_detectors
from search_api.access.roles import Principal, Role
from search_api.answers.jobs import JobRequest
from search_api.jobs.footage import FOLDER, FootageTable
from search_api.jobs.places import require_inside
from search_api.jobs.records import JobOrder, JobRecord
from search_api.jobs.table import JobTable
from search_api.jobs.watching import WatchedFolder
from search_api.service.problems import ApiProblem, FieldError
from search_api.service.settings import ServiceSettings
from segments.errors import UserError
from segments.sources import NamePattern, load_zone

T = TypeVar("T")


def requested_order(
    asked: JobRequest,
    asker: Principal,
    settings: ServiceSettings,
    *,
    root: Path,
    footage: FootageTable,
) -> JobOrder:
    """What a request orders, once it may.

    Args:
        root: the library's folder.

    Raises:
        ApiProblem: "role-too-low": only admins name paths. "outside-roots". "not-found": footage
            that is not there or another key's. "invalid-request": the camera is missing, or is
            none of the key's.
        UserError: an option makes no sense.
    """
    _require_camera(asked, asker)
    _check_options(asked)
    if asked.paths:
        if asker.role is not Role.ADMIN:
            raise ApiProblem("role-too-low", "only admins name paths: send the footage instead")
        paths = require_inside(asked.paths, settings.roots, library=root)
        within = [str(folder.resolve()) for folder in settings.roots if folder.is_dir()]
    else:
        paths = [_sent(footage, footage_id, asker) for footage_id in asked.footage]
        within = [str(root.absolute() / FOLDER)]
    return JobOrder(
        paths=tuple(dict.fromkeys(map(str, paths))),
        within=tuple(within),
        footage=tuple(dict.fromkeys(asked.footage)),
        detectors=require_detectors(asked.detectors or settings.job_detectors),
        camera=asked.camera,
        name_pattern=asked.name_pattern,
        timezone=asked.timezone,
    )


def repeated_order(job: JobRecord, table: JobTable, allowed: Collection[str]) -> JobOrder:
    """What a job that is over has not done: files that failed, and those it did not look at.

    Args:
        allowed: folders that may be indexed now (`allowed_folders`).

    Raises:
        ApiProblem: "conflict": it is not over, or has done everything, or its folders may not be
            indexed any more.
    """
    if not job.is_over:
        raise ApiProblem("conflict", f"the job is {job.state}: it can be repeated once it is over")
    within = tuple(folder for folder in job.order.within if folder in allowed)
    if not within:
        raise ApiProblem("conflict", "its folders may not be indexed any more: ask an admin")
    paths = [file.path for file in table.files.choose(job.job_id, ("failed", "left"))]
    if job.files.total and not paths:
        raise ApiProblem("conflict", "every file of the job is indexed: there is nothing to repeat")
    return job.order.model_copy(update={"paths": tuple(paths) or job.order.paths, "within": within})


def allowed_folders(settings: ServiceSettings, root: Path) -> set[str]:
    """What jobs may index: the roots, watched folders, and what was sent.

    Args:
        root: the library's folder.
    """
    watched = [WatchedFolder.parse(text).path for text in settings.watch]
    folders = {str(folder.resolve()) for folder in (*settings.roots, *watched)}
    return folders | {str(root.absolute() / FOLDER)}


def watched_order(
    paths: Sequence[str], folder: WatchedFolder, settings: ServiceSettings
) -> JobOrder:
    """What a watched folder's new files order."""
    return JobOrder(
        paths=tuple(paths),
        within=(str(folder.path.resolve()),),
        detectors=require_detectors(settings.job_detectors),
        camera=folder.camera,
        name_pattern=settings.watch_pattern,
        timezone=settings.watch_timezone,
    )


def _require_camera(asked: JobRequest, asker: Principal) -> None:
    """A key of some cameras adds to these only; which others there are is not told."""
    if asker.cameras is not None and asked.camera not in asker.cameras:
        detail = f"name one of the key's cameras: {', '.join(sorted(asker.cameras))}"
        raise ApiProblem(
            "invalid-request", detail, [FieldError(field="body.camera", detail=detail)]
        )


def _check_options(asked: JobRequest) -> None:
    if asked.name_pattern is not None:
        _renamed("--name-pattern", "name_pattern", lambda: NamePattern(asked.name_pattern or ""))
    if asked.timezone is not None:
        _renamed("--timezone", "timezone", lambda: load_zone(asked.timezone or ""))


def _renamed(option: str, field: str, check: Callable[[], T]) -> T:
    """The check; its message names the field instead of the console's option."""
    try:
        return check()
    except UserError as error:
        raise UserError(str(error).replace(option, field)) from None


def _sent(footage: FootageTable, footage_id: str, asker: Principal) -> Path:
    found = footage.find(footage_id)
    if found is None or (found.key_id != asker.key_id and asker.role is not Role.ADMIN):
        raise ApiProblem("not-found", f"there is no footage {footage_id}: send it (again)")
    return footage.path(found)
