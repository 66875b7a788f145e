"""`retrace train local-patterns --part rm`: what is normal at one camera, and its scores anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import typer

from cli.index import EXIT_INTERRUPTED
from cli.output import say, show
from detectors import local_patterns
from search_api.clock import parse_clock
from search_api.meanings import show_length
from segments.catalog import Catalog, VideoRecord
from segments.errors import UserError
from segments.library import Library
from segments.spans import TimeSpan

if TYPE_CHECKING:
    from detectors.local_patterns.base import Pooling
    from detectors.local_patterns.cameras import FittedRecord
    from indexer.region_fitting import FitSettings
    from indexer.rescoring import RescoringReport

EPOCHS = 10


@dataclass(frozen=True)
class CameraFit:
    """What was asked for."""

    library: Path
    camera: str | None
    videos: Sequence[str]
    start: str | None
    end: str | None
    trim: float
    layers: int
    epochs: int | None
    pool: str | None
    seed: int


def train_rm(asked: CameraFit) -> None:
    """Fits a camera's Reconstruction Module on its normal footage, then scores its videos anew.

    Raises:
        UserError: no camera is named, it is not known, or it has no regions.
        LibraryError: another process indexes, or a file is damaged.
    """
    from cli.progress import VideoProgress
    from cli.stopping import stop_on_interrupt
    from indexer.region_fitting import fit_camera, rescore_camera

    if asked.camera is None:
        raise UserError("name the camera with --camera NAME: each has its own idea of normal")
    opened = Library.open(asked.library)
    videos = _footage(opened, asked.camera, asked.videos)
    settings = _settings(asked)
    say(f"learning what is normal at {asked.camera} from {len(videos)} videos")
    record = fit_camera(opened, asked.camera, videos, settings)
    show(_fitted(record))
    with stop_on_interrupt() as stop, VideoProgress() as progress:
        report = rescore_camera(opened, asked.camera, on_video=progress.show, stop=stop)
    show(_rescored(report))
    if report.interrupted:
        say("interrupted: run the same command again to go on from here")
        raise typer.Exit(EXIT_INTERRUPTED)
    command = f"retrace calibrate --camera {asked.camera} --detector {local_patterns.NAME}"
    say(f"`{command}` gives these scores a meaning")


def _footage(library: Library, camera: str, names: Sequence[str]) -> list[VideoRecord]:
    """The camera's videos that Local Patterns has seen, or those of them that are named."""
    with Catalog(library) as catalog:
        if camera not in (known := catalog.cameras()):
            raise UserError(f"no camera {camera!r}; there are: {', '.join(known) or 'none'}")
        videos = {video.video_id: video for video in catalog.videos(camera=camera)}
        named = {catalog.find(name).video_id for name in names} or set(videos)
    if foreign := sorted(named - videos.keys()):
        raise UserError(f"camera {camera!r} did not see {', '.join(v[:12] for v in foreign)}")
    chosen = [videos[video] for video in sorted(named)]
    seen = [video for video in chosen if local_patterns.NAME in video.detectors]
    if not seen:
        raise UserError(
            f"no regions of camera {camera!r} are known: `retrace index --detectors "
            f"alan,{local_patterns.NAME}` on its files finds some"
        )
    if len(seen) < len(chosen):
        say(f"{len(chosen) - len(seen)} videos have no regions and are not counted")
    return seen


def _settings(asked: CameraFit) -> "FitSettings":
    from indexer.region_fitting import FitSettings

    return FitSettings(
        span=_span(asked.start, asked.end),
        trim=asked.trim,
        layers=asked.layers,
        epochs=asked.epochs or EPOCHS,
        pooling=_pooling(asked.pool),
        seed=asked.seed,
    )


def _pooling(name: str | None) -> "Pooling | None":
    from detectors.local_patterns.base import Pooling

    known: tuple[Pooling, ...] = get_args(Pooling)
    if name is not None and name not in known:
        raise UserError(f"--pool {name!r}: choose {', '.join(known)}")
    return next((one for one in known if one == name), None)


def _span(start: str | None, end: str | None) -> TimeSpan | None:
    if start is None and end is None:
        return None
    from_s = parse_clock(start) if start else 0.0
    to_s = parse_clock(end) if end else float("inf")
    if to_s <= from_s:
        raise UserError(f"--to {end} does not come after --from {start}")
    return TimeSpan(from_s, to_s)


def _fitted(record: "FittedRecord") -> str:
    median, high, highest = record.score_range
    left_out = f", {record.left_out} oddest left out" if record.left_out else ""
    return (
        f"camera {record.camera}: {show_length(record.footage_s)} of footage, "
        f"{record.num_regions} regions{left_out}; their scores: half up to {median:.3f}, "
        f"99 % up to {high:.3f}, all up to {highest:.3f}"
    )


def _rescored(report: "RescoringReport") -> str:
    unseen = report.count("unseen")
    left_out = f"; {unseen} have no regions" if unseen else ""
    return (
        f"{report.count('changed')} videos scored anew, {report.count('same')} stayed as they "
        f"were{left_out}"
    )
