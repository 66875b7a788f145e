"""`retrace traces list`, `add` and `remove`: the sentences of the bank."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from cli import defaults
from cli.options import LibraryOption
from cli.output import say, show, write
from cli.traces.options import JsonOption
from cli.traces.tables import traces_table
from detectors.trace.sentences import Trace
from detectors.trace.traces import add_trace, load_bank, remove_trace, require_context
from segments.errors import UserError
from segments.library import Library
from segments.trace_words import Kind


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


def remove(
    sentence: Annotated[str, typer.Argument(metavar="ID|SENTENCE", help="The whole, or its id.")],
    library: LibraryOption = defaults.LIBRARY,
) -> None:
    """Takes a sentence out of the bank, as this library sees it."""
    removed = remove_trace(Library.open(library).own_traces, sentence)
    show(f"removed {removed.text!r}, {removed.label} in {removed.context!r}")
