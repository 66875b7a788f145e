"""`retrace traces contexts`, `pin` and `unpin`: the places that cameras look at."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cli import defaults
from cli.options import LibraryOption
from cli.output import require_one, say, show, write
from cli.traces.options import STORE_WAIT_S, JsonOption
from cli.traces.tables import choices_table
from detectors.trace.traces import load_bank, require_context
from segments.camera_contexts import CameraContexts, ChosenContexts
from segments.catalog import Catalog
from segments.errors import UserError
from segments.library import Library

if TYPE_CHECKING:
    from detectors.trace.index import Scenes

CameraArgument = Annotated[str, typer.Argument(metavar="CAMERA", help="As `library info` says.")]


def contexts(
    library: LibraryOption = defaults.LIBRARY,
    choose: Annotated[
        bool, typer.Option("--choose", help="Choose anew, by all the footage of each camera.")
    ] = False,
    forget: Annotated[
        bool,
        typer.Option("--forget", help="Forget what was chosen: the whole bank, or pins, again."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Shows which places stand for each camera: pinned, chosen by footage, or the whole bank."""
    require_one(["--choose" if choose else None, "--forget" if forget else None])
    opened = Library.open(library)
    if choose:
        _choose(opened)
    with Catalog(opened) as catalog, CameraContexts(opened) as kept:
        if forget:
            kept.forget_choices()
        pinned, chosen = kept.pinned(), kept.chosen()
        cameras = sorted({*catalog.cameras(), *pinned, *chosen})
    if as_json:
        facts = {name: _facts(pinned.get(name, ()), chosen.get(name)) for name in cameras}
        write(json.dumps(facts, indent=2))
    elif cameras:
        show(choices_table(cameras, pinned, chosen))
    else:
        say("no video of this library names its camera")


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


def unpin(camera: CameraArgument, library: LibraryOption = defaults.LIBRARY) -> None:
    """Lets what a camera's footage chose stand for it again, or else the whole bank."""
    with CameraContexts(Library.open(library)) as kept:
        if not kept.unpin(camera):
            known = ", ".join(kept.pinned()) or "none"
            raise UserError(f"nothing is pinned to {camera!r}; pinned cameras: {known}")
    show(f"{camera} is what its footage chose, else compared with the whole bank, from here on")


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
