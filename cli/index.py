"""`retrace index`: footage into a library."""

import json
from dataclasses import asdict
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import defaults
from cli.footage_options import known_paths, read_paths, source_rules
from cli.options import LibraryOption
from cli.output import say, show, write
from segments.errors import UserError
from segments.library import Library
from segments.sources import parse_clock_offset

if TYPE_CHECKING:
    from cli.progress_lines import ProgressLines
    from encoders.base import Profile
    from indexer.discovery import FoundFile
    from indexer.pipeline import IndexSettings, LazyProfile
    from indexer.report import IndexReport, RunReport
    from indexer.steps import Step

EXIT_INTERRUPTED = 130


def index(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files, and folders of files. Default: what the library knows."),
    ] = None,
    library: LibraryOption = defaults.LIBRARY,
    profile: Annotated[
        str, typer.Option(help="Models to use; auto takes the library's, or the best that is here.")
    ] = "auto",
    detectors: Annotated[str, typer.Option(help="Anomaly detectors, by comma.")] = "alan",
    regions: Annotated[
        str | None,
        typer.Option(
            metavar="ENGINE",
            help="What finds the regions of local_patterns: motion, windows (:HEIGHTxWIDTH), "
            "sliding, a YOLOX file .onnx, or the folder of an RT-DETR. Default: as before; motion "
            "at first.",
        ),
    ] = None,
    region_encoder: Annotated[
        str | None,
        typer.Option(
            metavar="ENCODER",
            help="What reads and describes them: compact, or the folder of a BLIP-2. "
            "Default: as before; compact at first.",
        ),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    compile: Annotated[
        bool, typer.Option("--compile", help="Compile large models: slow to start, then faster.")
    ] = False,
    camera: Annotated[str | None, typer.Option(help="The camera that recorded it all.")] = None,
    name_pattern: Annotated[
        str | None,
        typer.Option(
            help="What file names say, like '{camera}_{start:%Y%m%d_%H%M%S}*'; "
            "with / also what folders say."
        ),
    ] = None,
    sources_csv: Annotated[
        Path | None,
        typer.Option(help="CSV of file, camera, start[, clock_offset_s]."),
    ] = None,
    recorded_at: Annotated[
        str | None, typer.Option(help="When the one file given was recorded (ISO 8601).")
    ] = None,
    clock_offset: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CAMERA=SECONDS", help="Add to what a camera's clock says; kept in the library."
        ),
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Zone of times that name none. Default: this machine's.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Files to decode side by side.")
    ] = None,
    files_from: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="More paths, with a zero byte after each; - reads them from stdin."
        ),
    ] = None,
    within: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR", help="Leave out what truly lies elsewhere, links followed; repeatable."
        ),
    ] = None,
    hand_over: Annotated[
        bool,
        typer.Option(
            "--hand-over", help="Leave the store to the service that owns it, now or later."
        ),
    ] = False,
    progress: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Add a JSON object per step to a file, for programs."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list what would be indexed.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Indexes footage: cuts it into moments, scenes and videos that can be searched.

    Run it again to go on after an interruption, or to add what is new; nothing is done twice.
    Another profile than the library's makes a second set of vectors beside the first, which goes on
    answering until `retrace library use PROFILE`.
    Exit code: 0 all fine, 3 some files failed, 1 nothing could be done.
    """
    from cli.progress_lines import ProgressLines
    from detectors.registry import require_detectors
    from indexer.discovery import discover
    from indexer.pipeline import IndexSettings
    from indexer.region_choice import RegionChoice

    with ProgressLines(progress) as lines:
        rules = source_rules(camera, name_pattern, sources_csv, recorded_at, timezone)
        settings = IndexSettings(
            rules=rules,
            clock_offsets=dict(parse_clock_offset(text) for text in clock_offset or []),
            detectors=require_detectors(name for name in detectors.split(",") if name),
            regions=RegionChoice(regions, region_encoder, device),
            workers=workers,
            hands_over=hand_over,
        )
        named = [*(paths or ()), *read_paths(files_from)]
        if not paths and files_from is None:
            named = known_paths(library)
        files = discover(named, skip=library, within=within or ())
        require_files(files)
        _require_one_time(files, recorded_at)
        chosen = _choose_profile(profile, library, device=device, compile=compile)
        if dry_run:
            _list(files, settings, library, chosen.name, as_json=as_json)
            return
        report = _run(library, files, chosen, settings, lines)
    _say_unused(library, chosen.name)
    if recorded_at or name_pattern or sources_csv:
        say(f"times that name no zone are taken as {zone_name(rules.zone)}")
    print_report(report, as_json=as_json)
    raise typer.Exit(EXIT_INTERRUPTED if report.interrupted else report.exit_code)


def _say_unused(library: Path, profile: str) -> None:
    used = Library.open(library).space
    if used != profile:
        say(
            f"searches still use the profile {used}: `retrace library use {profile} "
            f"--library {library}` switches"
        )


def require_files(files: "list[FoundFile]") -> None:
    """Raises:
    UserError: there are none.
    """
    if not files:
        raise UserError("no media files are there: name a folder that holds some, or a file")


def _require_one_time(files: "list[FoundFile]", recorded_at: str | None) -> None:
    if recorded_at is not None and len(files) > 1:
        raise UserError(
            f"--recorded-at is the time of one file, not of {len(files)}: "
            "use --name-pattern or --sources-csv"
        )


def _choose_profile(name: str, library: Path, *, device: str, compile: bool) -> "LazyProfile":
    """The profile that is named; for "auto" the library's own, or the best on this machine."""
    from indexer.pipeline import LazyProfile

    if name == "auto" and (library / "library.json").exists():
        chosen = Library.open(library).space
    else:
        from encoders.registry import resolve_profile

        chosen = resolve_profile(name)
        if name == "auto":
            say(f"profile {chosen}: the best whose weights are on this machine")

    @cache
    def load() -> "Profile":
        from encoders.registry import load_profile

        return load_profile(chosen, device=device, compile=compile)

    return LazyProfile(chosen, load)


def _run(
    library: Path,
    files: "list[FoundFile]",
    profile: "LazyProfile",
    settings: "IndexSettings",
    lines: "ProgressLines",
) -> "IndexReport":
    from cli.progress import IndexProgress
    from cli.stopping import stop_on_interrupt
    from indexer.pipeline import index_files

    with stop_on_interrupt() as stop, IndexProgress(files) as bar:

        def show(step: "Step") -> None:
            bar.show(step)
            lines.show(step)

        lines.found(files)
        report = index_files(library, files, profile, settings, observer=show, stop=stop)
        lines.end(report)
        return report


def print_report(report: "RunReport", *, as_json: bool) -> None:
    """What a run did, on stdout: its lines, or JSON."""
    if as_json:
        write(json.dumps(report.to_json(), indent=2))
    else:
        show("\n".join(report.lines()))
    if report.interrupted:
        say("interrupted: run the same command again to go on from here")


def zone_name(zone: tzinfo | None) -> str:
    """What people call the zone that naive times are read in."""
    if zone is not None:
        return str(zone)
    return f"this machine's zone ({datetime.now().astimezone().tzname()})"


def _list(
    files: "list[FoundFile]",
    settings: "IndexSettings",
    library: Path,
    profile: str,
    *,
    as_json: bool,
) -> None:
    from indexer.preview import preview

    planned = preview(library, profile, files, settings)
    if as_json:
        write(json.dumps([asdict(plan) for plan in planned], indent=2))
        return
    for plan in planned:
        about = f"{plan.camera or 'camera unknown'}, {plan.recorded_at or 'time unknown so far'}"
        show(f"{plan.state:<8} {plan.path} ({about})")
    num_new = sum(plan.state != "known" for plan in planned)
    say(f"{len(planned)} files, {num_new} to index; a container's own time is read when indexing")
