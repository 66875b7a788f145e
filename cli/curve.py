"""`retrace curve`: one video's anomaly scores over time."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli import defaults
from cli.options import LibraryOption, VideoArgument
from cli.output import require_one, require_png, say, terminal_width, write, write_picture
from cli.plots import describe_peak, describe_reasons, text_plot
from cli.remote import KeyFileOption, UrlOption, open_client
from cli.remote_curves import curve_there, default_detector
from cli.tables import curve_csv
from detectors import local_patterns, trace
from detectors.local_patterns.cameras import NOTHING_KNOWN
from search_api.curves import DEFAULT_DETECTOR, score_title, to_curve
from search_api.explained import EXPLAINING
from search_api.explaining import Explainer
from search_api.meanings import calibration_of, digests_of
from search_api.media import place_of
from search_api.schemas import Curve, Explanation
from segments.catalog import Catalog, VideoRecord
from segments.errors import UserError
from segments.library import Library
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore

if TYPE_CHECKING:
    from search_api.client import Client
    from search_api.curve_picture import Still
    from search_api.curve_regions import Peak


def curve(
    video: VideoArgument,
    library: LibraryOption = defaults.LIBRARY,
    url: UrlOption = None,
    key_file: KeyFileOption = None,
    detector: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"Whose scores. Default: {DEFAULT_DETECTOR}; with --explain {trace.NAME} or "
            f"{local_patterns.NAME}, where the video has them.",
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Say why: the nearest sentences, or the oddest things."),
    ] = False,
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
    form = "json" if json else "csv" if csv else "plot"
    if url:
        with open_client(url, key_file) as client:
            found = curve_there(client, video, detector, explains=explain)
            if png:
                _draw_there(png, found, client)
            else:
                _show(found, form)
        return
    opened = Library.open(library)
    with Catalog(opened) as catalog:
        record = catalog.find(video)
        tracks = TrackStore(opened.tracks)
        chosen_detector = detector or default_detector(tracks.detectors(record.video_id), explain)
        track = tracks.load(record.video_id, chosen_detector)
        place = place_of(catalog, record, prefer=video)
        meaning = calibration_of(opened, track, place.camera)
        reasons = _reasons(opened, track, record.video_id) if explain else []
        _say_unfitted(opened, chosen_detector, place.camera)
        found = to_curve(track, record, place, meaning, reasons)
        if png:
            _write_picture(png, found, opened, catalog, record)
        else:
            _show(found, form)


def _reasons(library: Library, track: AnomalyTrack, video_id: str) -> list[Explanation]:
    explainer = Explainer(library)
    if reasons := explainer.of_track(video_id, track.detector):
        return reasons
    advice = f"`retrace index --detectors {DEFAULT_DETECTOR},{trace.NAME}` on its file adds some"
    for name in EXPLAINING:
        if explainer.of_track(video_id, name):
            advice = f"--detector {name} has some"
    raise UserError(f"{track.detector!r} gives no reasons for its scores of this video: {advice}")


def _say_unfitted(library: Library, detector: str, camera: str | None) -> None:
    """Where nothing is known to be normal, scores of regions are plain speed."""
    if (
        detector != local_patterns.NAME
        or NOTHING_KNOWN not in digests_of(library, detector, camera).values()
    ):
        return
    advice = f"`retrace train local-patterns --part rm --camera {camera or 'NAME'}` learns it"
    say(f"nothing is known to be normal here, so the fastest thing counts: {advice}")


def _show(found: Curve, form: Literal["json", "csv", "plot"]) -> None:
    if form == "json":
        write(found.model_dump_json(indent=2))
    elif form == "csv":
        write(curve_csv(found))
    else:
        _plot(found)


def _plot(found: Curve) -> None:
    known = found.calibration
    title = f"{found.video}  ·  {score_title(found)}"
    alarm = f"alarm from {known.threshold:.3f} on: " if known.threshold is not None else ""
    peak = " · ".join(filter(None, [describe_peak(found), known.peak_meaning]))
    plot = text_plot(found, width=terminal_width())
    why = ["", *describe_reasons(found)] if found.explanations else []
    write("\n".join([title, "", *plot, "", f"{alarm}{known.meaning}", peak, *why]))


def _write_picture(
    path: Path, found: Curve, library: Library, catalog: Catalog, record: VideoRecord
) -> None:
    from search_api.curve_reasons import marked
    from search_api.gathering import read_peaks, read_stills

    stills = read_stills(catalog, record, prefer=found.video)
    things = [one for one in marked(found) if one.regions]
    peaks = read_peaks(catalog, record, Explainer(library), things, prefer=found.video)
    _draw(path, found, stills, peaks)


def _draw_there(path: Path, found: Curve, client: "Client") -> None:
    from cli.remote_pictures import peaks_there, stills_there

    _draw(path, found, stills_there(client, found), peaks_there(client, found))


def _draw(path: Path, found: Curve, stills: "Sequence[Still]", peaks: "Sequence[Peak]") -> None:
    from search_api.curve_picture import draw_curve

    if all(still.pixels is None for still in stills):
        say(f"{found.video} cannot be read any more: the picture has no frames")
    figure = draw_curve(found, stills, peaks)
    write_picture(path, lambda file: figure.savefig(file, format="png"))
