"""Bringing a pretrained model into the library, from a folder or from the hub."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from encoders.models.hub import download, forget_download
from encoders.models.installing import (
    claimed,
    copy_hashed,
    install,
    is_installed,
    locked_file,
)
from encoders.models.library import ModelLibrary
from encoders.models.lock import LockedFile, LockedModel
from encoders.models.selection import Selection, select_files
from encoders.models.sources import Source, find_source
from encoders.models.specs import ModelSpec
from segments.files import sha256_of

Outcome = Literal["pulled", "already here"]
Say = Callable[[str], None]
"""Hears one line about each step that takes long."""


def pull(
    library: ModelLibrary,
    spec: ModelSpec,
    *,
    source: Path | None,
    progress: Say,
    replace: bool = False,
) -> Outcome:
    """Copies a model's files into the library and locks their digests.

    Interrupted at any moment, nothing half-written counts as there, and a second call finishes.

    Args:
        source: a folder (see `encoders.models.sources`); None for the hub.
        replace: take files that differ from the locked ones.

    Raises:
        WeightsMissing: the source does not have the model, whole and as safetensors.
        UserError: the lock file has other digests.
    """
    with claimed(library, spec.name):
        if source is None and not replace and _is_whole(library, spec.name):
            return "already here"
        found = _find(library, spec, source, progress, replace=replace)
        selection = select_files(spec, found)
        outcome: Outcome = "already here"
        if not is_installed(library, spec.name, selection.digests, replace=replace):
            install(
                library, spec.name, lambda folder: _fill(folder, spec, found, selection, progress)
            )
            outcome = "pulled"
        forget_download(found, library.root)
        return outcome


def _is_whole(library: ModelLibrary, name: str) -> bool:
    return library.has(name) and not library.verify(name)


def _find(
    library: ModelLibrary, spec: ModelSpec, source: Path | None, progress: Say, *, replace: bool
) -> Source:
    entry = library.lock.read().get(spec.name)
    locked = entry.revision if entry is not None and not replace else None
    if source is not None:
        return find_source(spec, source, revision=locked)
    progress(f"{spec.name}: fetching {spec.hub_id} ({spec.download_mb:.0f} MB)")
    return download(spec, library.root, revision=spec.revision or locked)


def _fill(
    folder: Path, spec: ModelSpec, source: Source, selection: Selection, progress: Say
) -> LockedModel:
    files: dict[str, LockedFile] = {}
    for name, path in selection.files.items():
        progress(f"{spec.name}: copying {name} ({path.stat().st_size / 1e6:.1f} MB)")
        files[name] = copy_hashed(path, folder / name)
    for name, path in selection.pickles.items():
        progress(f"{spec.name}: converting {path.name} to {name}")
        files[name] = _convert(path, folder / name, spec)
    return LockedModel(
        family=spec.family,
        origin=source.origin,
        hub_id=spec.hub_id,
        revision=source.revision,
        files=files,
        pickles={name: sha256_of(path) for name, path in selection.pickles.items()},
    )


def _convert(source: Path, target: Path, spec: ModelSpec) -> LockedFile:
    from encoders.models.conversion import convert

    assert spec.convert is not None  # only a spec with one selects pickles
    convert(source, target, spec.convert)
    return locked_file(target)
