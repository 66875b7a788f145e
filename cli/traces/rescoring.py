"""`retrace traces rescore`: known footage compared with the sentences as they are now."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import defaults
from cli.index import EXIT_INTERRUPTED
from cli.options import LibraryOption
from cli.output import say, show
from detectors import local_patterns, trace
from search_api.meanings import show_length
from segments.calibrations import CalibrationStore
from segments.library import Library

if TYPE_CHECKING:
    from indexer.rescoring import RescoringReport

SPEAKING = (trace.NAME, local_patterns.NAME)
"""Detectors whose scores rest on sentences."""


def rescore(
    library: LibraryOption = defaults.LIBRARY,
    camera: Annotated[
        str | None, typer.Option(metavar="CAM", help="Only its videos. Default: all.")
    ] = None,
) -> None:
    """Scores known videos anew after the sentences or a camera's places changed.

    Local Patterns says anew what things do. No footage is read. Run it again to go on after an
    interruption.
    """
    # Imported late: a profile takes seconds to load.
    from cli.progress import VideoProgress
    from cli.stopping import stop_on_interrupt
    from encoders.registry import load_profile
    from indexer.rescoring import rescore as score_anew

    opened = Library.open(library)
    profile = load_profile(opened.space)
    with stop_on_interrupt() as stop, VideoProgress() as progress:
        report = score_anew(opened, profile, camera=camera, on_video=progress.show, stop=stop)
    show(_summary(report))
    if report.untold:
        say(
            f"what things do in {report.untold} videos is said as before: an older retrace kept "
            "too little of them; index them into a new library to have it follow the sentences"
        )
    if report.count("changed"):
        _say_outdated(opened, camera)
    if report.interrupted:
        say("interrupted: run the same command again to go on from here")
        raise typer.Exit(EXIT_INTERRUPTED)


def _summary(report: "RescoringReport") -> str:
    unseen = report.count("unseen")
    left_out = f"; {unseen} videos that no detector with words has seen" if unseen else ""
    length = show_length(report.footage_s)
    return (
        f"{report.count('changed')} videos changed, {report.count('same')} stayed as they were "
        f"({length} of footage){left_out}"
    )


def _say_outdated(library: Library, camera: str | None) -> None:
    """What a score means rests on scores that were made before."""
    for record in CalibrationStore.of(library).all():
        known = record.calibration
        is_ours = known.detector in SPEAKING and camera in (None, record.camera)
        if is_ours and known.is_calibrated:
            say(
                f"camera {record.camera} was calibrated on earlier scores: `retrace calibrate "
                f"--camera {record.camera} --detector {known.detector}` does it anew"
            )
