"""`retrace traces network`: what footage goes through before it is compared with sentences."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import defaults
from cli.options import LibraryOption
from cli.output import say, show
from detectors import trace
from detectors.trace.trained import adopted, network_digest
from segments.errors import UserError
from segments.library import Library

if TYPE_CHECKING:
    from indexer.trace_networks import Switch


def network(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]", help="As `retrace train trace` wrote it; none: says which."
        ),
    ] = None,
    shipped: Annotated[
        bool, typer.Option("--shipped", help="The one that comes with retrace again.")
    ] = False,
    library: LibraryOption = defaults.LIBRARY,
) -> None:
    """Lets TRACE use your own network in a library, or says which one it uses.

    Videos that it saw through another network are to be indexed again; the command says how.
    """
    if folder is not None and shipped:
        raise UserError("name a folder or --shipped, not both")
    opened = Library.open(library)
    if folder is not None or shipped:
        # Imported late: a profile takes seconds to load.
        from encoders.registry import load_profile
        from indexer.trace_networks import switch_network

        _say_unseen(switch_network(opened, load_profile(opened.space), folder), library)
    show(_in_use(opened))


def _in_use(library: Library) -> str:
    known = adopted(library)
    digest = network_digest(library)
    if known is not None:
        return f"{library.space}: the network from {known.origin} ({digest[:12]})"
    if digest == "untrained":
        return f"{library.space}: none is trained; TRACE is plain retrieval by appearance"
    return f"{library.space}: the shipped network ({digest[:12]})"


def _say_unseen(switch: "Switch", library: Path) -> None:
    if not switch.changed:
        say("that network was in use already")
    if switch.unseen:
        say(
            f"{switch.unseen} videos were seen through the former network, and keep its scores "
            f"until `retrace index --detectors alan,{trace.NAME} --library {library}` reads them "
            "again"
        )
