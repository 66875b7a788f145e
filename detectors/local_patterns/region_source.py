"""How the regions of one vector space are found and read: one way in each, or none compare."""

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from detectors import local_patterns
from detectors.local_patterns.pipeline import PatternConfig
from detectors.local_patterns.regions.opening import ENGINES, needs_weights
from segments.errors import IndexMismatch, LibraryError
from segments.files import sha256_of, write_atomically
from segments.library import Library

COMPACT = "compact"
"""What reads regions where nothing else is named: its weights are on every machine."""


class RegionSource(BaseModel):
    """What found and read the regions of a space."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    engine: str
    """Its name, or the path of its weights."""
    engine_digest: str | None
    """SHA-256 of those weights."""
    encoder: str
    """`COMPACT`, or the folder of its weights."""
    encoder_digest: str | None = None
    """SHA-256 of those weights; None for what comes with retrace."""
    answers_digest: str | None
    """SHA-256 of what decides whether captions are carried on; None where none are."""
    acts_digest: str | None = None
    """SHA-256 of what says what regions do; None where nothing does."""
    config: dict[str, float | int | str | bool]
    """A `PatternConfig`."""

    @classmethod
    def of(
        cls,
        engine: str,
        encoder: str,
        config: PatternConfig,
        *,
        answers: str | None,
        acts: str | None = None,
    ) -> Self:
        """Raises:
        LibraryError: weights are not there.
        """
        finder, finder_digest = _known(engine, _FINDS) if needs_weights(engine) else (engine, None)
        reader, reader_digest = _known(encoder, _READS) if encoder != COMPACT else (encoder, None)
        return cls(
            engine=finder,
            engine_digest=finder_digest,
            encoder=reader,
            encoder_digest=reader_digest,
            answers_digest=answers,
            acts_digest=acts,
            config=asdict(config),
        )

    def is_same(self, other: "RegionSource") -> bool:
        """Whether regions of both compare: weights may lie somewhere else."""
        moved = dict[str, str]()
        if self.engine_digest is not None and self.engine_digest == other.engine_digest:
            moved["engine"] = self.engine
        if self.encoder_digest is not None and self.encoder_digest == other.encoder_digest:
            moved["encoder"] = self.encoder
        return self == other.model_copy(update=moved)

    def __str__(self) -> str:
        return f"{Path(self.engine).name}, read by {Path(self.encoder).name}"


def load_source(library: Library) -> RegionSource | None:
    """How the space's regions were found; None where none were looked for.

    Raises:
        LibraryError: what is kept of it is damaged.
    """
    path = _file(library)
    try:
        return RegionSource.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise LibraryError(f"{path} is damaged: delete it and index again") from error


def require_source(library: Library, source: RegionSource) -> None:
    """Keeps it; from the first stored region on there is no other.

    Raises:
        IndexMismatch: the space holds regions that were found or read in another way.
    """
    earlier = load_source(library)
    if earlier is not None and not earlier.is_same(source) and _has_regions(library):
        raise IndexMismatch(
            f"the space {library.space!r} holds regions of {earlier}, and those of {source} do not "
            "compare with them: index without --regions and --region-encoder to go on as "
            "before, or into a new folder"
        )
    if earlier != source:
        write_atomically(_file(library), source.model_dump_json(indent=1).encode())


def _has_regions(library: Library) -> bool:
    return any(library.tracks.glob(f"*/{local_patterns.NAME}.regions.*"))


def _file(library: Library) -> Path:
    return library.local_patterns / "regions.json"


_FINDS = (
    f"an ONNX file, a folder with model.safetensors, or one of {', '.join(ENGINES)} with --regions"
)
_READS = f"a folder with a BLIP-2's *.safetensors, or {COMPACT}, with --region-encoder"


def _known(name: str, allowed: str) -> tuple[str, str]:
    """Where weights lie, and their SHA-256: of a file, or of a list of a folder's safetensors and
    their digests where there are several."""
    path = Path(name).absolute()
    files = sorted(path.glob("*.safetensors")) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise LibraryError(f"the regions' weights {path} are not there: name {allowed}")
    if len(files) == 1:
        return str(path), sha256_of(files[0])
    listed = "".join(f"{sha256_of(file)}  {file.name}\n" for file in files)
    return str(path), hashlib.sha256(listed.encode()).hexdigest()
