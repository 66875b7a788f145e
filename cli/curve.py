"""`retrace curve`: one video's anomaly scores over time."""

from pathlib import Path
from typing import Annotated

import typer

from cli import defaults
from cli.options import LibraryOption, VideoArgument
from cli.output import require_one, require_png, say, terminal_width, write, write_picture
from cli.plots import describe_peak, text_plot
from cli.tables import curve_csv
from search_api.curves import DEFAULT_DETECTOR, score_title, to_curve
from search_api.meanings import calibration_of
from search_api.media import place_of
from search_api.schemas import Curve
from segments.catalog import Catalog, VideoRecord
from segments.library import Library
from segments.tracks import TrackStore


def curve(
    video: VideoArgument,
    library: LibraryOption = defaults.LIBRARY,
    detector: Annotated[str, typer.Option(metavar="NAME", help="Whose scores.")] = DEFAULT_DETECTOR,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="One line per score on stdout.")] = False,
    png: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a picture: the curve, and frames under it."),
    ] = None,
) -> None:
    """Shows a video's anomaly scores over time; in the terminal, unless told otherwise."""
    chosen = {"--json": json, "--csv": csv, "--png": png is not None}
    require_one(option for option, is_chosen in chosen.items() if is_chosen)
    if png:
        require_png(png)
    opened = Library.open(library)
    with Catalog(opened) as catalog:
        record = catalog.find(video)
        track = TrackStore(opened.tracks).load(record.video_id, detector)
        place = place_of(catalog, record, prefer=video)
        found = to_curve(track, record, place, calibration_of(opened, track, place.camera))
        if png:
            _write_picture(png, found, catalog, record)
        elif json:
            write(found.model_dump_json(indent=2))
        elif csv:
            write(curve_csv(found))
        else:
            _plot(found)


def _plot(found: Curve) -> None:
    known = found.calibration
    title = f"{found.video}  ·  {score_title(found)}"
    alarm = f"alarm from {known.threshold:.3f} on: " if known.threshold is not None else ""
    peak = " · ".join(filter(None, [describe_peak(found), known.peak_meaning]))
    plot = text_plot(found, width=terminal_width())
    write("\n".join([title, "", *plot, "", f"{alarm}{known.meaning}", peak]))


def _write_picture(path: Path, found: Curve, catalog: Catalog, record: VideoRecord) -> None:
    from search_api.curve_picture import draw_curve
    from search_api.gathering import read_stills

    stills = read_stills(catalog, record, prefer=found.video)
    if all(still.pixels is None for still in stills):
        say(f"{found.video} cannot be read any more: the picture has no frames")
    figure = draw_curve(found, stills)
    write_picture(path, lambda file: figure.savefig(file, format="png"))
