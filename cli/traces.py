"""`retrace traces`: the sentences that TRACE compares footage with, and the places they are for."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cli import defaults, trace_generation, trace_rescoring, trace_trials
from cli.options import LibraryOption
from cli.output import say, show, write
from cli.trace_tables import choices_table, traces_table
from detectors.trace.sentences import Kind, Trace
from detectors.trace.traces import add_trace, load_bank, remove_trace, require_context
from segments.camera_contexts import CameraContexts, ChosenContexts
from segments.catalog import Catalog
from segments.errors import UserError
from segments.library import Library

if TYPE_CHECKING:
    from detectors.trace.index import Scenes

STORE_WAIT_S = 10.0

app = typer.Typer(
    help="Looks after the sentences that TRACE compares footage with.", no_args_is_help=True
)
app.command("generate")(trace_generation.generate)
app.command("accept")(trace_generation.accept)
app.command("test")(trace_trials.try_sentence)
app.command("audit")(trace_trials.audit)
app.command("rescore")(trace_rescoring.rescore)
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
CameraArgument = Annotated[str, typer.Argument(metavar="CAMERA", help="As `library info` says.")]


@app.command("list")
def list_traces(
    library: LibraryOption = defaults.LIBRARY,
    context: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only of this context.")
    ] = None,
    kind: Annotated[
        Kind | None, typer.Option(metavar="KIND", help="Only anomalous ones of this kind.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Lists the sentences: those that come with retrace, and the library's own over them."""
    bank = load_bank(own=library / "traces")
    names = [require_context(bank, context)] if context else list(bank)
    traces = [trace for name in names for trace in bank[name].traces if kind in (None, trace.kind)]
    if as_json:
        write(json.dumps([{"id": trace.id, **asdict(trace)} for trace in traces], indent=2))
    elif traces:
        show(traces_table(traces))
    say(f"{len(traces)} sentences in {len({trace.context for trace in traces})} contexts")


@app.command()
def add(
    sentence: Annotated[str, typer.Argument(metavar="SENTENCE", help="What a camera may show.")],
    context: Annotated[str, typer.Option(metavar="NAME", help="The place it is for.")],
    normal: Annotated[bool, typer.Option("--normal", help="It is normal there.")] = False,
    anomalous: Annotated[bool, typer.Option("--anomalous", help="It is not.")] = False,
    kind: Annotated[
        Kind | None, typer.Option(metavar="KIND", help="What is wrong, with --anomalous.")
    ] = None,
    library: LibraryOption = defaults.LIBRARY,
) -> None:
    """Adds a sentence to the library's own; footage is compared with it from the next run on."""
    if normal == anomalous:
        raise UserError("say whether the sentence is --normal or --anomalous")
    trace = Trace(sentence, context, is_anomalous=anomalous, kind=kind)
    add_trace(Library.open(library).own_traces, trace)
    show(f"added {trace.id} to {context!r} as {trace.label}")


@app.command()
def remove(
    sentence: Annotated[str, typer.Argument(metavar="ID|SENTENCE", help="The whole, or its id.")],
    library: LibraryOption = defaults.LIBRARY,
) -> None:
    """Takes a sentence out of the bank, as this library sees it."""
    removed = remove_trace(Library.open(library).own_traces, sentence)
    show(f"removed {removed.text!r}, {removed.label} in {removed.context!r}")


@app.command()
def contexts(
    library: LibraryOption = defaults.LIBRARY,
    choose: Annotated[
        bool, typer.Option("--choose", help="Choose anew, by all the footage of each camera.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Shows which places stand for each camera: those pinned, or those chosen by its footage."""
    opened = Library.open(library)
    if choose:
        _choose(opened)
    with Catalog(opened) as catalog, CameraContexts(opened) as kept:
        pinned, chosen = kept.pinned(), kept.chosen()
        cameras = sorted({*catalog.cameras(), *pinned, *chosen})
    if as_json:
        facts = {name: _facts(pinned.get(name, ()), chosen.get(name)) for name in cameras}
        write(json.dumps(facts, indent=2))
    elif cameras:
        show(choices_table(cameras, pinned, chosen))
    else:
        say("no video of this library names its camera")


@app.command()
def pin(
    camera: CameraArgument,
    names: Annotated[list[str], typer.Argument(metavar="CONTEXT...", help="As `list` says.")],
    library: LibraryOption = defaults.LIBRARY,
) -> None:
    """Lets these places stand for a camera, whatever its footage looks like."""
    opened = Library.open(library)
    bank = load_bank(own=opened.own_traces)
    with Catalog(opened) as catalog, CameraContexts(opened) as kept:
        if camera not in catalog.cameras():
            known = ", ".join(catalog.cameras()) or "none"
            raise UserError(f"no video of a camera {camera!r}; there are: {known}")
        kept.pin(camera, [require_context(bank, name) for name in dict.fromkeys(names)])
    show(f"{camera} is {' or '.join(names)} from here on")


@app.command()
def unpin(camera: CameraArgument, library: LibraryOption = defaults.LIBRARY) -> None:
    """Lets a camera's footage choose its places again."""
    with CameraContexts(Library.open(library)) as kept:
        if not kept.unpin(camera):
            known = ", ".join(kept.pinned()) or "none"
            raise UserError(f"nothing is pinned to {camera!r}; pinned cameras: {known}")
    show(f"{camera} is what its footage shows from here on")


def _choose(library: Library) -> None:
    # Imported late: a profile takes seconds to load.
    from detectors.trace.index import open_index
    from encoders.registry import load_profile
    from indexer.choosing import choose_for_cameras

    bank = load_bank(own=library.own_traces)
    with open_index(library, load_profile(library.space), bank, wait_s=STORE_WAIT_S) as index:
        scenes: Scenes = index.load_scenes()
    choose_for_cameras(library, scenes)


def _facts(pinned: tuple[str, ...], chosen: ChosenContexts | None) -> dict[str, object]:
    return {"pinned": pinned, "chosen": chosen and chosen.model_dump(mode="json")}
