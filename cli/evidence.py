"""`retrace evidence`: signed bundles of what was found, and the key that signs them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli import defaults
from cli.clip import parse_span
from cli.options import LibraryOption
from cli.output import say, show
from segments.case_records import Case, CaseFinding
from segments.cases import Cases
from segments.catalog import Catalog
from segments.errors import UserError
from segments.files import write_atomically
from segments.library import Library

app = typer.Typer(help="Makes evidence that others can check.", no_args_is_help=True)
KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        help="The private key (PEM, Ed25519). Default: this user's own, made at first use.",
    ),
]


@app.command()
def export(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE.zip", help="The bundle to write.")
    ],
    case: Annotated[
        str | None, typer.Argument(metavar="[CASE]", help="All hits of this case, in its order.")
    ] = None,
    hit: Annotated[
        list[int] | None,
        typer.Option(metavar="N", help="Only this hit of the case; repeat for several."),
    ] = None,
    video: Annotated[
        str | None,
        typer.Option(metavar="VIDEO", help="A span of this video instead of a case."),
    ] = None,
    start: Annotated[
        str | None, typer.Option(metavar="TIME", help="Of the span: seconds, mm:ss or hh:mm:ss.")
    ] = None,
    end: Annotated[str | None, typer.Option(metavar="TIME", help="Likewise.")] = None,
    exact: Annotated[
        bool,
        typer.Option(
            "--exact/--copy",
            help="Encode clips anew to begin at the very picture, or copy the recording's own "
            "data from a key picture up to 10 s earlier.",
        ),
    ] = False,
    library: LibraryOption = defaults.LIBRARY,
    key: KeyOption = None,
) -> None:
    """Writes a signed ZIP file: clips, pictures, scores, reasons, and what made them.

    Recordings are read again and compared with what was indexed; changed ones are refused.
    """
    from search_api.evidence import bundle, signing

    opened = Library.open(library)
    found, findings = _choose(opened, case, hit or [], video, start, end)
    signer = signing.load_key(key) if key else signing.load_or_make_key(signing.default_key_file())
    manifest = bundle.export_bundle(opened, findings, output, key=signer, case=found, exact=exact)
    say(f"wrote {output}: {len(manifest.items)} findings, {len(manifest.files)} files")
    say("whoever checks it needs this fingerprint, by another way than the bundle:")
    show(signing.fingerprint(signer))


@app.command("key")
def show_key(
    key: KeyOption = None,
    public: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the public key (PEM).")
    ] = None,
) -> None:
    """Prints the fingerprint of the signing key; makes the key where there is none yet."""
    from search_api.evidence import signing

    path = key or signing.default_key_file()
    is_new = not path.exists()
    signer = signing.load_or_make_key(path)
    say(f"{'made' if is_new else 'the key is'} {path}: whoever has this file can sign as you")
    if public:
        write_atomically(public, signing.public_pem(signer))
        say(f"wrote {public}")
    show(signing.fingerprint(signer))


def _choose(
    library: Library,
    case: str | None,
    hits: Sequence[int],
    video: str | None,
    start: str | None,
    end: str | None,
) -> tuple[Case | None, Sequence[CaseFinding]]:
    from search_api.evidence.findings import chosen

    if (case is None) == (video is None) or (hits and case is None):
        raise UserError("name a case, or a span with --video, --start and --end")
    if case is not None:
        with Cases(library) as cases:
            found = cases.find(case)
        return found, [found.hit(number) for number in hits] or found.hits
    if video is None or start is None or end is None:
        raise UserError("--video goes with --start and --end")
    with Catalog(library) as catalog:
        return None, [chosen(catalog, video, parse_span(start, end))]
