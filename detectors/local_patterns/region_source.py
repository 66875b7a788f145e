"""How the regions of one vector space are found and read: one way in each, or none compare."""

from dataclasses import asdict
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from detectors import local_patterns
from detectors.local_patterns.pipeline import PatternConfig
from detectors.local_patterns.regions.opening import ENGINES
from segments.errors import IndexMismatch, LibraryError
from segments.files import sha256_of, write_atomically
from segments.library import Library


class RegionSource(BaseModel):
    """What found and read the regions of a space."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    engine: str
    """Its name, or the path of its weights."""
    engine_digest: str | None
    """SHA-256 of those weights."""
    encoder: str
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
        LibraryError: the engine's weights are not there.
        """
        path = engine if engine in ENGINES else str(Path(engine).absolute())
        digest = None if engine in ENGINES else _digest(Path(path))
        return cls(
            engine=path,
            engine_digest=digest,
            encoder=encoder,
            answers_digest=answers,
            acts_digest=acts,
            config=asdict(config),
        )

    def is_same(self, other: "RegionSource") -> bool:
        """Whether regions of both compare: weights may lie somewhere else."""
        moved = self.engine_digest is not None and self.engine_digest == other.engine_digest
        return self == (other.model_copy(update={"engine": self.engine}) if moved else other)

    def __str__(self) -> str:
        return f"{Path(self.engine).name}, read by {self.encoder}"


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
            "compare with them: index without --regions to go on as before, or into a new folder"
        )
    if earlier != source:
        write_atomically(_file(library), source.model_dump_json(indent=1).encode())


def _has_regions(library: Library) -> bool:
    return any(library.tracks.glob(f"*/{local_patterns.NAME}.regions.*"))


def _file(library: Library) -> Path:
    return library.local_patterns / "regions.json"


def _digest(path: Path) -> str:
    """Of a file, or of the weights of a folder."""
    weights = path / "model.safetensors" if path.is_dir() else path
    try:
        return sha256_of(weights)
    except FileNotFoundError:
        raise LibraryError(
            f"the regions' weights {weights} are not there: name an ONNX file, a folder with "
            f"model.safetensors, or one of {', '.join(ENGINES)} with --regions"
        ) from None
