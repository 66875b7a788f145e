"""`retrace traces test` and `audit`: sentences against footage."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from cli import defaults
from cli.options import LibraryOption
from cli.output import say, show, terminal_width, write
from cli.tables import short_names
from cli.traces.options import STORE_WAIT_S
from cli.traces.tables import audit_table, beaten_lines, gap_lines
from detectors.trace.sentences import Context
from detectors.trace.traces import load_bank, require_context
from search_api.clock import show_clock
from search_api.curves import binned, sparkline
from segments.camera_contexts import contexts_for
from segments.catalog import Catalog, cameras_of
from segments.errors import UserError
from segments.library import Library
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan

if TYPE_CHECKING:
    from detectors.trace.audit_records import LabelledEvent
    from detectors.trace.index import TraceIndex
    from detectors.trace.trying import Trial
    from encoders.base import Profile

FIELDS = ("video", "start_s", "end_s")


def try_sentence(
    sentence: Annotated[str, typer.Argument(metavar="SENTENCE", help="Need not be in the bank.")],
    video: Annotated[str, typer.Option(metavar="VIDEO", help="Path, file name or start of id.")],
    library: LibraryOption = defaults.LIBRARY,
    context: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Beside these contexts; repeat. Default: those of its camera."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Shows how near a sentence is to a video over time, and which sentences it would beat."""
    from cli.traces.windows import clip_vectors
    from detectors.trace.trying import compare
    from indexer.choosing import contexts_in_use

    opened = Library.open(library)
    bank = load_bank(own=opened.own_traces)
    with Catalog(opened) as catalog:
        record = catalog.find(video)
        found = clip_vectors(opened, record)
        chosen = [require_context(bank, name) for name in context or ()]
        cameras = cameras_of(catalog.sources(record.video_id))
        contexts = tuple(chosen) or contexts_for(cameras, contexts_in_use(opened, bank))
    profile, index = _open(opened, bank)
    with index:
        vector = profile.encode_sentences([sentence])[0]
        trial = compare(vector, found.rows["windows"], *index.load_sets(contexts))
        best = found.rows["windows"][trial.best[0]]
        near = {
            label: [
                {"text": m.point.payload.text, "similarity": m.score}
                for m in index.search(best, label=label, contexts=contexts)
            ]
            for label in ("normal", "anomalous")
        }
    track = AnomalyTrack("sentence", trial.similarities, found.pts_s, found.end_s)
    if as_json:
        write(json.dumps({**_facts(trial, track), "contexts": contexts, "nearest": near}, indent=2))
    else:
        where = ", ".join(contexts) or "the whole bank"
        show("\n".join([*_lines(trial, track), f"beside the sentences of {where}"]))


def audit(
    library: LibraryOption = defaults.LIBRARY,
    labels: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Events to be found: video,start_s,end_s."),
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", help="Windows and gaps at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Shows what the bank misses or cannot tell, and what no sentence is near to."""
    from cli.traces.windows import library_windows
    from detectors.trace.audit import audit as look_through

    opened = Library.open(library)
    with Catalog(opened) as catalog:
        events = read_labels(labels, catalog) if labels else None
        paths = {v.video_id: catalog.sources(v.video_id)[0].path for v in catalog.videos()}
    bank = load_bank(own=opened.own_traces)
    windows = library_windows(opened, bank)
    _, index = _open(opened, bank)
    with index:
        normal, anomalous = index.load_sets()
    found = look_through(windows, normal, anomalous, events=events, limit=limit)
    if as_json:
        write(json.dumps({**asdict(found), "paths": paths}, indent=2))
        return
    short = short_names(list(paths.values()))
    names = {video_id: short[path] for video_id, path in paths.items()}
    if events is None:
        say(f"of {found.num_windows} windows, the least decided:")
    else:
        say(f"{len(found.windows)} of {len(events)} events are missed:")
    if found.windows:
        show(audit_table(found, names))
    show("\n".join(gap_lines(found, names)) or "every window has a sentence near to it")


def read_labels(path: Path, catalog: Catalog) -> "list[LabelledEvent]":
    """Reads `video,start_s,end_s` lines; a video is named as in other commands.

    Raises:
        UserError: the file cannot be read, a line is something else, or a video is not there.
    """
    from detectors.trace.audit_records import LabelledEvent

    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    if not rows:
        raise UserError(f"{path} has no events: a header {','.join(FIELDS)} and a line for each")
    events: list[LabelledEvent] = []
    for number, row in enumerate(rows, start=2):
        try:
            video, start_s, end_s = (row[name] for name in FIELDS)
            span = TimeSpan(float(start_s), float(end_s))
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(
                f"{path}, line {number}: {','.join(FIELDS)} are needed, times in seconds ({error})"
            ) from None
        events.append(LabelledEvent(catalog.find(video).video_id, span))
    return events


def _open(library: Library, bank: Mapping[str, Context]) -> "tuple[Profile, TraceIndex]":
    from detectors.trace.index import open_index
    from encoders.registry import load_profile

    profile = load_profile(library.space)
    return profile, open_index(library, profile, bank, wait_s=STORE_WAIT_S)


def _facts(trial: "Trial", track: AnomalyTrack) -> dict[str, object]:
    return {
        "pts_s": track.pts_s.tolist(),
        "end_s": track.end_s,
        "similarities": trial.similarities.tolist(),
        "percentiles": trial.percentiles.tolist(),
        "best": [{"start_s": float(track.pts_s[clip]), **_at(trial, clip)} for clip in trial.best],
        "beaten_normal": [asdict(one) for one in trial.beaten_normal],
        "beaten_anomalous": [asdict(one) for one in trial.beaten_anomalous],
    }


def _at(trial: "Trial", clip: int) -> dict[str, float]:
    return {
        "similarity": float(trial.similarities[clip]),
        "percentile": float(trial.percentiles[clip]),
    }


def _lines(trial: "Trial", track: AnomalyTrack) -> Sequence[str]:
    low, high = float(track.scores.min()), float(track.scores.max())
    heights = binned(track, TimeSpan(0.0, track.end_s), min(len(track), terminal_width()))
    bars = sparkline((heights - low) / max(high - low, 1e-9))
    best = [
        f"{show_clock(float(track.pts_s[clip]))}  {trial.similarities[clip]:.3f}, nearer than "
        f"{trial.percentiles[clip]:.0f} % of the bank's sentences there"
        for clip in trial.best
    ]
    return [
        f"{bars}  {low:.3f} to {high:.3f}",
        *best,
        f"over the video nearer than {np.median(trial.percentiles):.0f} % (median)",
        *beaten_lines(trial.beaten_normal, "normal", len(track)),
        *beaten_lines(trial.beaten_anomalous, "anomalous", len(track)),
    ]
