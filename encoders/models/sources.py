"""Where a model's files lie: a folder of this machine, laid out in one of several ways.

DIR/models--OWNER--REPOSITORY/snapshots/REVISION    the hub's cache; also one of its folders
DIR/NAME    DIR/OWNER/REPOSITORY    DIR/REPOSITORY    DIR itself
"""

import re
from dataclasses import dataclass
from pathlib import Path

from encoders.models.specs import ModelSpec
from segments.errors import WeightsMissing

CONFIG_FILE = "config.json"
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Source:
    """A folder with a model's files."""

    folder: Path
    boundary: Path
    """Links may lead anywhere in here, and nowhere else."""
    revision: str | None
    """The hub's commit, where the layout tells it."""
    origin: str
    """What the lock file says of it."""

    def file(self, name: str) -> Path | None:
        """A file's real path; None where the folder has none of that name.

        Raises:
            WeightsMissing: it is a link that leads out of the source, or nowhere.
        """
        path = self.folder / name
        if not path.is_symlink() and not path.is_file():
            return None
        real = path.resolve()
        if not real.is_file():
            raise WeightsMissing(f"{path} is a link to nothing: copy the model with its blobs")
        if not real.is_relative_to(self.boundary.resolve()):
            raise WeightsMissing(f"{path} is a link that leads out of {self.boundary}: refused")
        return real


def find_source(spec: ModelSpec, given: Path, *, revision: str | None = None) -> Source:
    """The folder of a model in what the user named.

    Args:
        revision: which one to take where a cache has several.

    Raises:
        WeightsMissing: the model is not there, or at another revision than the pinned one.
    """
    given = given.absolute()
    source = _cached(spec, given, revision) or _plain(spec, given)
    if source is None:
        raise WeightsMissing(
            f"{given} does not hold {spec.name}: expected its files in {given}, "
            f"{given / spec.name}, {given / spec.hub_id} or a hub cache ({_cache_name(spec)})"
        )
    if spec.revision and source.revision and source.revision != spec.revision:
        raise WeightsMissing(
            f"{source.folder} is {spec.hub_id} at revision {source.revision}, but retrace uses "
            f"{spec.revision}: fetch that one (`{fetch_command(spec)}`)"
        )
    return source


def fetch_command(spec: ModelSpec) -> str:
    """What to run on a machine with a network."""
    revision = f" --revision {spec.revision}" if spec.revision else ""
    return f"hf download {spec.hub_id}{revision} --local-dir DIR/{spec.name}"


def _cache_name(spec: ModelSpec) -> str:
    return f"models--{spec.hub_id.replace('/', '--')}"


def _cached(spec: ModelSpec, given: Path, revision: str | None) -> Source | None:
    if given.parent.name == "snapshots":
        if given.parent.parent.name != _cache_name(spec):
            raise WeightsMissing(f"{given} is of another repository than {spec.hub_id}")
        return _snapshot(given)
    cache = given if given.name == _cache_name(spec) else given / _cache_name(spec)
    if not (cache / "snapshots").is_dir():
        return None
    return _snapshot(cache / "snapshots" / _choose(cache, spec.revision or revision))


def _snapshot(folder: Path) -> Source:
    cache = folder.parent.parent
    return Source(folder, cache, _as_commit(folder.name), f"hub cache {cache}")


def _choose(cache: Path, wanted: str | None) -> str:
    held = sorted(path.name for path in (cache / "snapshots").iterdir())
    main = cache / "refs" / "main"
    if wanted in held:
        return wanted
    if main.is_file() and (named := main.read_text().strip()) in held:
        return named
    if len(held) != 1:
        raise WeightsMissing(
            f"{cache} has {len(held)} revisions: name one of its snapshots/ folders"
        )
    return held[0]


def _plain(spec: ModelSpec, given: Path) -> Source | None:
    nested = [given / spec.name, given / spec.hub_id, given / spec.repository]
    for folder in [*nested, given]:
        if (folder / CONFIG_FILE).is_file():
            return Source(folder, given, _downloaded_revision(folder), f"folder {folder}")
    return None


def _downloaded_revision(folder: Path) -> str | None:
    """`hf download --local-dir` leaves the commit in the first line of a file's metadata."""
    metadata = folder / ".cache" / "huggingface" / "download" / f"{CONFIG_FILE}.metadata"
    if not metadata.is_file():
        return None
    return _as_commit(metadata.read_text().partition("\n")[0].strip())


def _as_commit(text: str) -> str | None:
    return text if _COMMIT.fullmatch(text) else None
