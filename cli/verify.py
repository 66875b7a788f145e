"""`retrace verify`: whether a bundle of evidence is what its signer made."""

import json as json_module
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.output import show, write

EXIT_NOT_PROVEN = 1


def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The ZIP file.")],
    key: Annotated[
        str | None,
        typer.Option(
            metavar="FINGERPRINT|FILE",
            help="The key that you trust: its fingerprint, or a file with it or with the public "
            "key (PEM). From the sender, not from the bundle.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Checks a bundle without a library or a network.

    Names each file that was altered, removed or added. Exit code 0 only where nothing was and the
    trusted key signed it.
    """
    from search_api.evidence.signing import read_trusted
    from search_api.evidence.verifying import verify_bundle

    verdict = verify_bundle(bundle, trusted=None if key is None else read_trusted(key))
    if json:
        facts = {**asdict(verdict), "intact": verdict.is_intact, "verified": verdict.is_proven}
        write(json_module.dumps(facts, indent=2))
    else:
        show("\n".join(verdict.lines()))
    raise typer.Exit(0 if verdict.is_proven else EXIT_NOT_PROVEN)
