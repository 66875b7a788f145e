"""Fetching a model's files from the hub, into a cache inside the library."""

import os
import shutil
from pathlib import Path
from urllib.request import urlopen

from encoders.models.sources import Source, fetch_command
from encoders.models.specs import WEIGHTS_FILE, WEIGHTS_INDEX, Conversion, ModelSpec
from segments.errors import WeightsMissing

DOWNLOADS = ".downloads"


def download(spec: ModelSpec, root: Path, *, revision: str | None) -> Source:
    """Fetches what is missing of a model; an interrupted download goes on where it was.

    Args:
        root: the library's folder.
        revision: the commit to take; None for the newest.

    Raises:
        WeightsMissing: there is no network, or the hub refuses; names the way without a network.
    """
    # the base of what the client's HTTP library raises; a broken download is no OSError
    from huggingface_hub.errors import HTTPError  # pyright: ignore[reportPrivateImportUsage]

    cache = root / DOWNLOADS
    try:
        snapshot = _snapshot(spec, cache, revision, spec.files)
        convert = spec.convert
        if convert is not None and _is_needed(convert, snapshot):
            if convert.url is None:
                snapshot = _snapshot(spec, cache, snapshot.name, (*spec.files, convert.source))
            else:
                _fetch(convert.url, snapshot / convert.source)
    except (OSError, HTTPError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise WeightsMissing(
            f"{spec.name} could not be fetched from the hub ({reason}). Without a network: run "
            f"`{fetch_command(spec)}` elsewhere, bring DIR here, and run "
            f"`retrace models pull {spec.name} --from DIR`"
        ) from error
    return Source(snapshot, snapshot.parent.parent, snapshot.name, f"hub {spec.hub_id}")


def forget_download(source: Source, root: Path) -> None:
    """Removes a model's cache once its files are in the library."""
    if source.boundary.parent == root / DOWNLOADS:
        shutil.rmtree(source.boundary)


def _snapshot(
    spec: ModelSpec, cache: Path, revision: str | None, patterns: tuple[str, ...]
) -> Path:
    import huggingface_hub

    folder = huggingface_hub.snapshot_download(
        spec.hub_id, revision=revision, cache_dir=cache, allow_patterns=list(patterns)
    )
    return Path(folder)


def _is_needed(convert: Conversion, snapshot: Path) -> bool:
    if (snapshot / convert.target).exists() or (snapshot / convert.source).exists():
        return False
    return convert.target != WEIGHTS_FILE or not (snapshot / WEIGHTS_INDEX).exists()


def _fetch(url: str, target: Path) -> None:
    partial = target.with_name(f".{target.name}.partial")
    with urlopen(url) as answer, partial.open("wb") as file:  # an https address of models.toml
        shutil.copyfileobj(answer, file)
        os.fsync(file.fileno())
    partial.replace(target)
