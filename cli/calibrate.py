"""`retrace calibrate`: what raw scores mean at one camera, from its own normal footage."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from cli import defaults
from cli.options import LibraryOption
from cli.output import say, show, write
from detectors.calibration.alarms import GAP_S
from detectors.calibration.fitting import calibrate as fit
from detectors.calibration.rates import threshold_rate
from search_api.clock import parse_wall_time
from search_api.curves import DEFAULT_DETECTOR
from search_api.meanings import describe, digests_of
from segments.calibrations import CalibrationRecord, CalibrationStore
from segments.catalog import Catalog
from segments.errors import UserError
from segments.library import Library
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore


def calibrate(
    library: LibraryOption = defaults.LIBRARY,
    camera: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose scores are to get a meaning.")
    ] = None,
    detector: Annotated[str, typer.Option(metavar="NAME", help="Whose scores.")] = DEFAULT_DETECTOR,
    alarms_per_day: Annotated[
        float, typer.Option(metavar="K", help="How many alarms a day of normal footage may ring.")
    ] = 1.0,
    video: Annotated[
        list[str] | None,
        typer.Option(metavar="V", help="Normal footage of this camera; repeat. Default: all."),
    ] = None,
    after: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only videos from this time on (ISO 8601).")
    ] = None,
    before: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only videos that start before this time.")
    ] = None,
    leave_out: Annotated[
        int, typer.Option(min=0, metavar="M", help="Highest alarms that were real: not counted.")
    ] = 0,
    gap: Annotated[
        float, typer.Option(min=0, metavar="S", help="Seconds of quiet between two alarms.")
    ] = GAP_S,
    as_list: Annotated[bool, typer.Option("--list", help="Show what was calibrated.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Gives a camera's raw scores a meaning: the threshold for about K alarms a day.

    The footage is taken as normal. A rate below one alarm in all of it is refused.
    """
    opened = Library.open(library)
    if as_list:
        return _list(opened, as_json=as_json)
    if camera is None:
        raise UserError("name the camera with --camera NAME, or show all with --list")
    if not 0 < alarms_per_day < float("inf"):
        raise UserError(f"--alarms-per-day {alarms_per_day}: give a number above 0")
    if gap == float("inf"):
        raise UserError(f"--gap {gap}: give seconds, 0 or more")
    ids = _footage(opened, camera, video or [], after=after, before=before)
    tracks = _tracks(opened, ids, detector)
    record = CalibrationRecord(
        camera=camera,
        videos=tuple(sorted(tracks)),
        digests=digests_of(opened, detector, camera),
        made_at=datetime.now(UTC).replace(microsecond=0),
        calibration=fit(
            list(tracks.values()),
            detector=detector,
            alarms_per_day=alarms_per_day,
            gap_s=gap,
            leave_out=leave_out,
        ),
    )
    _keep(record, CalibrationStore.of(opened))
    if as_json:
        write(json.dumps(_facts(record, opened), indent=2))
    else:
        show(_line(record, opened))


def _list(library: Library, *, as_json: bool) -> None:
    records = CalibrationStore.of(library).all()
    if as_json:
        return write(json.dumps({"calibrations": [_facts(r, library) for r in records]}, indent=2))
    if not records:
        return say("no camera is calibrated: `retrace calibrate --camera NAME` does it")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("camera", "detector", "alarm from", "meaning", "made"):
        table.add_column(title, overflow="fold")
    for record in records:
        known = record.calibration
        threshold = "" if known.threshold is None else f"{known.threshold:.3f}"
        made = f"{record.made_at:%Y-%m-%d}"
        table.add_row(record.camera, known.detector, threshold, _meaning(record, library), made)
    show(table)


def _footage(
    library: Library, camera: str, names: list[str], *, after: str | None, before: str | None
) -> list[str]:
    """Ids of the videos to take as normal, in the order of their recording where it is known.

    Raises:
        UserError: the camera is unknown, a named video is another's, or nothing is left.
    """
    start, end = (parse_wall_time(text) if text else None for text in (after, before))
    with Catalog(library) as catalog:
        if camera not in (known := catalog.cameras()):
            raise UserError(f"no camera {camera!r}; there are: {', '.join(known) or 'none'}")
        named = {catalog.find(name).video_id for name in names}
        indexed = {video.video_id for video in catalog.videos(camera=camera)}
        places = [place for place in catalog.sources() if place.camera == camera]
    if foreign := sorted(named - indexed):
        raise UserError(f"camera {camera!r} did not see {', '.join(v[:12] for v in foreign)}")
    chosen = named or indexed
    times = {place.video_id: place.recorded_at for place in places if place.video_id in chosen}
    if start or end:
        times = _within(times, start, end)
    if not times:
        raise UserError(f"camera {camera!r} has no such video between those times")
    epoch = datetime.min.replace(tzinfo=UTC)
    return sorted(times, key=lambda video: (times[video] or epoch, video))


def _within(
    times: Mapping[str, datetime | None], start: datetime | None, end: datetime | None
) -> dict[str, datetime | None]:
    known = {video: time for video, time in times.items() if time}
    if len(known) < len(times):
        say(f"{len(times) - len(known)} videos have no known time and are not counted")
    return {
        video: time
        for video, time in known.items()
        if (not start or time >= start) and (not end or time < end)
    }


def _tracks(library: Library, ids: list[str], detector: str) -> dict[str, AnomalyTrack]:
    """By video, those that have scores.

    Raises:
        UserError: none has.
    """
    store = TrackStore(library.tracks)
    scored = [video for video in ids if detector in store.detectors(video)]
    if not scored:
        known = sorted({name for video in ids for name in store.detectors(video)})
        raise UserError(f"no {detector!r} scores here; there are: {', '.join(known) or 'none'}")
    if len(scored) < len(ids):
        say(f"{len(ids) - len(scored)} videos have no {detector!r} scores and are not counted")
    return {video: store.load(video, detector) for video in scored}


def _keep(record: CalibrationRecord, store: CalibrationStore) -> None:
    """Saves it, unless it found no threshold and an earlier one did."""
    earlier = store.find(record.camera, record.calibration.detector)
    if record.calibration.is_calibrated or not (earlier and earlier.calibration.is_calibrated):
        store.save(record)
    else:
        say(f"the calibration of {earlier.made_at:%Y-%m-%d} stays")


def _line(record: CalibrationRecord, library: Library) -> str:
    known = record.calibration
    where = f"camera {record.camera}, {known.detector}"
    if known.threshold is None:
        return f"{where}: {_meaning(record, library)}"
    return f"{where}: alarm from {known.threshold:.3f} on, {_meaning(record, library)}"


def _meaning(record: CalibrationRecord, library: Library) -> str:
    if _is_void(record, library):
        return "void: scores are made by other weights now, calibrate again"
    return describe(record.calibration)


def _is_void(record: CalibrationRecord, library: Library) -> bool:
    detector = record.calibration.detector
    return record.is_void(digests_of(library, detector, record.camera))


def _facts(record: CalibrationRecord, library: Library) -> dict[str, object]:
    """The record without its levels, and what it says."""
    known = record.calibration
    rate = threshold_rate(known) if known.is_calibrated else None
    facts = record.model_dump(mode="json")
    del facts["calibration"]["levels"]
    return facts | {
        "is_void": _is_void(record, library),
        "per_day": rate and rate.per_day,
        "per_day_interval": rate and [rate.low, rate.high],
        "meaning": _meaning(record, library),
    }
