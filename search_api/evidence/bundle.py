"""Writing a bundle: there completely or not at all."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from search_api.evidence.archive import write_archive
from search_api.evidence.items import ItemWriter
from search_api.evidence.manifest import (
    MANIFEST,
    SIGNATURE,
    BundleManifest,
    CaseFacts,
    Item,
)
from search_api.evidence.report import REPORT, write_report
from search_api.evidence.signing import Signature
from segments.case_records import Case, CaseFinding
from segments.catalog import Catalog
from segments.copies import partial_folder
from segments.digests import FileDigest
from segments.errors import UserError
from segments.files import sync_folder
from segments.library import Library


def export_bundle(
    library: Library,
    findings: Sequence[CaseFinding],
    out: Path,
    *,
    key: Ed25519PrivateKey,
    case: Case | None = None,
    exact: bool = False,
    progress: Callable[[int], None] | None = None,
    open_catalog: Callable[[Library], Catalog] = Catalog,
) -> BundleManifest:
    """Gathers findings of a library into a signed ZIP file; what it says.

    The same findings at the same time give the same bytes. A kill leaves at most a hidden folder
    beside `out`, which the next export to that name deletes.

    Args:
        case: where the findings come from; its name and notes go along.
        exact: encodes clips anew, to begin at the very picture, instead of copying data.
        progress: called with the number of findings that are gathered.
        open_catalog: where videos and their places are looked up; one that shows less than all
            makes a bundle that says less.

    Raises:
        UserError: there are no findings, `out` exists or is no .zip, or a video is not there.
        MediaError: a recording is gone, or was changed since it was indexed.
        LibraryError: the library is damaged.
    """
    if not findings:
        raise UserError("there is nothing to export: add hits to the case first")
    _require_free(out)
    with partial_folder(out) as partial:
        folder = partial / "files"
        with open_catalog(library) as catalog:
            writer = ItemWriter(library, catalog, folder, exact=exact)
            items = _gather(writer, findings, progress=progress)
        manifest = _describe(library, case, items, folder)
        names = _sign(manifest, folder, key)
        _publish(folder, names, partial / out.name, out)
    return manifest


def _require_free(out: Path) -> None:
    if out.suffix.lower() != ".zip":
        raise UserError(f"{out} is to be a ZIP file: let its name end in .zip")
    if out.exists():
        raise UserError(f"{out} exists: name a new file, evidence is never overwritten")


def _gather(
    writer: ItemWriter,
    findings: Sequence[CaseFinding],
    *,
    progress: Callable[[int], None] | None,
) -> list[Item]:
    items: list[Item] = []
    for number, finding in enumerate(findings, start=1):
        items.append(writer.write(finding, f"items/{number:03d}"))
        if progress is not None:
            progress(number)
    return items


def _describe(
    library: Library, case: Case | None, items: Sequence[Item], folder: Path
) -> BundleManifest:
    facts = case and CaseFacts(name=case.name, created_at=case.created_at, notes=case.notes)
    manifest = BundleManifest(
        retrace_version=version("retrace"),
        created_at=datetime.now().astimezone(),
        case=facts,
        space=library.manifest(),
        items=tuple(items),
        files={},
    )
    write_report(folder / REPORT, manifest)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digests = {path.relative_to(folder).as_posix(): FileDigest.of(path) for path in files}
    return manifest.model_copy(update={"files": digests})


def _sign(manifest: BundleManifest, folder: Path, key: Ed25519PrivateKey) -> list[str]:
    """Writes manifest and signature; the names of all files, those two first."""
    content = manifest.to_bytes()
    (folder / MANIFEST).write_bytes(content)
    (folder / SIGNATURE).write_bytes(Signature.of(content, key).to_bytes())
    return [MANIFEST, SIGNATURE, *sorted(manifest.files)]


def _publish(folder: Path, names: Sequence[str], beside: Path, out: Path) -> None:
    """A link, unlike a renaming, does not overwrite what somebody wrote meanwhile."""
    with beside.open("wb") as file:
        write_archive(file, folder, names)
        _sync(file)
    try:
        os.link(beside, out)
    except FileExistsError:
        _require_free(out)
    sync_folder(out.parent)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
