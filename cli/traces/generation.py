"""`retrace traces generate` and `accept`: sentences from a language model, reviewed first."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cli import defaults
from cli.options import LibraryOption
from cli.output import require_one, say, show
from detectors.trace.sentences import Context
from detectors.trace.traces import load_bank
from segments.camera_contexts import CameraContexts
from segments.errors import UserError
from segments.library import Library

KEY = "RETRACE_LLM_API_KEY"


def generate(
    llm: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help=f"Base of an OpenAI-compatible server, as in http://host/v1; its key from {KEY}.",
        ),
    ],
    model: Annotated[str, typer.Option(metavar="NAME", help="What the server calls the model.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE.yaml", help="Where to write the review.")
    ],
    scene: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The place, in your words.")
    ] = None,
    camera: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The place is the one that stands for this camera."),
    ] = None,
    context: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Where the sentences go; the camera's own by default."),
    ] = None,
    count: Annotated[int, typer.Option(metavar="N", help="Sentences of each label.")] = 10,
    timeout: Annotated[float, typer.Option(metavar="S", help="Seconds to wait.")] = 120.0,
    library: LibraryOption = defaults.LIBRARY,
) -> None:
    """Asks a language model for sentences about a place, into a file that changes nothing yet.

    Read the file, change it as you like, and let `retrace traces accept` add what is left. Only
    the place and the question are sent; no footage and no sentence of the bank is.
    """
    from detectors.trace.chat import Endpoint
    from detectors.trace.generation import propose, write_review

    require_one(["--scene" if scene else None, "--camera" if camera else None])
    bank = load_bank(own=library / "traces")
    name, place = _place_of(library, bank, camera, context) if camera else (context, scene)
    if not name or not place:
        raise UserError("name the place: --scene TEXT with --context NAME, or --camera NAME")
    endpoint = Endpoint(llm, model, api_key=os.environ.get(KEY), timeout_s=timeout)
    proposal = propose(endpoint, place, context=name, count=count, bank=bank)
    for reason in proposal.dropped:
        say(f"dropped {reason}")
    write_review(out, proposal, context=name)
    show(f"{len(proposal.traces)} sentences for {name!r} are in {out}: read them, then run")
    show(f"retrace traces accept {out} --library {library}")


def accept(
    review: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="What `generate` wrote.")],
    library: LibraryOption = defaults.LIBRARY,
) -> None:
    """Adds all sentences of a reviewed file to the library's own, or none of them."""
    from detectors.trace.generation import accept as accept_review

    added = accept_review(review, Library.open(library).own_traces)
    show(f"added {len(added)} sentences to {', '.join(sorted({t.context for t in added}))!r}")


def _place_of(
    library: Path, bank: dict[str, Context], camera: str, context: str | None
) -> tuple[str, str]:
    """The context that stands for a camera, and how it looks."""
    with CameraContexts(Library.open(library)) as kept:
        in_use = [name for name in kept.in_use(camera) if name in bank]
    if not in_use:
        raise UserError(
            f"no context stands for camera {camera!r}: pin one with `retrace traces pin`, or "
            "describe the place with --scene"
        )
    return context or in_use[0], "; ".join(bank[in_use[0]].scenes)
