"""`retrace train local-patterns`: the parts of Local Patterns that are learned."""

from pathlib import Path
from typing import Annotated

import typer

from cli import defaults
from cli.options import LibraryOption
from cli.output import say
from cli.train_rm import CameraFit, train_rm


def local_patterns(
    part: Annotated[
        str,
        typer.Option(
            help="acts: what regions do; smm: whether captions still hold; rm: what is normal at a "
            "camera."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="acts, smm: folder for the network.")
    ] = None,
    work: Annotated[
        Path | None,
        typer.Option(
            "--work",
            metavar="DIR",
            help="What is drawn is kept here. Default: runs/simulated, smm: runs/local-patterns.",
        ),
    ] = None,
    videos: Annotated[
        int | None, typer.Option(min=1, help="acts: simulated videos to learn from.")
    ] = None,
    scenes: Annotated[int, typer.Option(min=1, help="Simulated scenes to learn from.")] = 800,
    variant: Annotated[
        str, typer.Option(help="paper: stacked Legendre machines; s4: the released code's.")
    ] = "paper",
    activation: Annotated[
        str, typer.Option(help="After each machine of `paper`: gelu, or none as printed.")
    ] = "gelu",
    machines: Annotated[int, typer.Option(min=1, help="smm: how many are stacked.")] = 3,
    recipe: Annotated[
        str, typer.Option(help="ours, paper (its optimizer and loss), or released (the code's).")
    ] = "ours",
    epochs: Annotated[int | None, typer.Option(min=1, help="Another number of them.")] = None,
    seed: Annotated[int, typer.Option(help="Of weights, order and negatives.")] = 0,
    library: LibraryOption = defaults.LIBRARY,
    camera: Annotated[
        str | None, typer.Option(metavar="NAME", help="rm: whose normal footage to learn.")
    ] = None,
    video: Annotated[
        list[str] | None,
        typer.Option(metavar="V", help="rm: normal footage of this camera; repeat. Default: all."),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="rm: only from here in each video.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="rm: only up to here.")
    ] = None,
    trim: Annotated[
        float,
        typer.Option(min=0, max=0.5, help="rm: share of the oddest regions that is left out."),
    ] = 0.0,
    layers: Annotated[int, typer.Option(min=2, help="rm: fully connected layers.")] = 7,
    pool: Annotated[
        str | None,
        typer.Option(
            help="rm: clips are as odd as their oddest region (max), the mean of three (top3), or "
            "of each picture's oddest (mean). Default: max; of windows mean."
        ),
    ] = None,
) -> None:
    """Trains a part of Local Patterns.

    acts: the network that says what regions do, on simulated regions with captions that say what
    happens and when, not where. A run that was stopped goes on when the same command is given
    again.

    smm: the State Machine Module, on simulated regions with true and false sentences. A run that
    was stopped goes on when the same command is given again.

    rm: the Reconstruction Module of one camera of a library, on its own normal footage as it was
    indexed; then all the camera's videos are scored anew. No footage is read.
    """
    from segments.errors import UserError

    if part == "rm":
        fit = CameraFit(
            library=library,
            camera=camera,
            videos=video or [],
            start=start,
            end=end,
            trim=trim,
            layers=layers,
            epochs=epochs,
            pool=pool,
            seed=seed,
        )
        return train_rm(fit)
    if part not in ("acts", "smm"):
        raise UserError(f"no part {part!r} to train: choose acts, smm or rm")
    if out is None:
        raise UserError("name a folder for the network with --out DIR")
    changes = {"seed": seed} | ({} if epochs is None else {"epochs": epochs})
    kept: dict[str, object] = {} if work is None else {"work": work}
    if part == "acts":
        return _train_acts(kept | changes | ({} if videos is None else {"videos": videos}), out)
    asked = kept | {"scenes": scenes, "variant": variant, "activation": activation}
    asked |= {"machines": machines}
    _train_smm(asked, recipe, changes, out)


def _train_acts(asked: dict[str, object], out: Path) -> None:
    from benchmarks.local_patterns.act_training import ActTraining, train_acts
    from search_api.requests import parse

    training = parse(ActTraining, asked)
    record = train_acts(
        training,
        out,
        progress=_say_hundreds,
        on_epoch=lambda epoch, loss: say(f"epoch {epoch}/{training.epochs}: loss {loss:.4f}"),
    )
    say(f"wrote {out}: {record.regions} regions of {record.lessons} videos")


def _say_hundreds(done: int, total: int) -> None:
    if done % 100 == 0 or done == total:
        say(f"regions of {done} of {total} videos")


def _train_smm(asked: dict[str, object], recipe: str, changes: dict[str, int], out: Path) -> None:
    from dataclasses import replace

    from benchmarks.local_patterns.smm import SmmTraining, train_smm
    from detectors.local_patterns.captions import region_captions
    from detectors.local_patterns.smm_training import recipe_named
    from encoders.compact.profile import CompactProfile
    from encoders.regions.compact import CompactRegionEncoder
    from search_api.requests import parse

    chosen = replace(recipe_named(recipe), **changes)
    training = parse(SmmTraining, asked | {"recipe": chosen})
    encoder = CompactRegionEncoder.of(CompactProfile.load(), tuple(region_captions()))
    record = train_smm(
        training,
        encoder,
        out,
        on_epoch=lambda epoch, loss: say(f"epoch {epoch}/{chosen.epochs}: loss {loss:.4f}"),
    )
    found = record.held_out
    say(
        f"wrote {out}: {record.regions} regions; held out, AUC {found.auc:.3f} and accuracy "
        f"{found.accuracy:.3f} of {found.pairs} pairs (plain cosine: AUC {found.cosine_auc:.3f})"
    )
