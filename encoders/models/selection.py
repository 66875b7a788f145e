"""Which of a source's files are a model's, and whether they are all there."""

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from encoders.models.sources import CONFIG_FILE, Source
from encoders.models.specs import WEIGHTS_FILE, WEIGHTS_INDEX, ModelSpec
from segments.errors import WeightsMissing
from segments.files import sha256_of

PICKLES = ("*.bin", "*.pth", "*.pt", "*.ckpt", "*.pkl")


@dataclass(frozen=True)
class Selection:
    """The files to take, by the name they get."""

    files: dict[str, Path]
    pickles: dict[str, Path]
    """What a file is converted from."""

    def digests(self) -> dict[str, str]:
        """SHA-256 by name, of converted files that of their pickle; see `LockedModel.digests`."""
        return {name: sha256_of(path) for name, path in (self.files | self.pickles).items()}


def select_files(spec: ModelSpec, source: Source) -> Selection:
    """Picks the files that match the spec; all else in the folder is left alone.

    Raises:
        WeightsMissing: no config.json, one of another family, or no safetensors weights.
    """
    names = sorted(path.name for path in source.folder.iterdir())
    wanted = [name for name in names if any(fnmatchcase(name, p) for p in _patterns(spec))]
    files = {name: path for name in wanted if (path := source.file(name)) is not None}
    pickles = _pickles(spec, source, files)
    _require_family(spec, source, files.get(CONFIG_FILE))
    _require_weights(source, files, pickles, names)
    for name, path in files.items():
        if name.endswith(".safetensors"):
            _require_safetensors(path)
    return Selection(files, pickles)


def _patterns(spec: ModelSpec) -> tuple[str, ...]:
    return spec.files if spec.convert is None else (*spec.files, spec.convert.target)


def _pickles(spec: ModelSpec, source: Source, files: dict[str, Path]) -> dict[str, Path]:
    convert = spec.convert
    if convert is None or convert.target in files:
        return {}
    if convert.target == WEIGHTS_FILE and WEIGHTS_INDEX in files:
        return {}
    path = source.file(convert.source)
    if path is not None:
        return {convert.target: path}
    if convert.target == WEIGHTS_FILE:
        return {}  # `_require_weights` says what is there instead
    where = convert.url or spec.hub_id
    raise WeightsMissing(f"{source.folder} lacks {convert.source}: put it there, from {where}")


def _require_family(spec: ModelSpec, source: Source, config: Path | None) -> None:
    if config is None:
        raise WeightsMissing(f"{source.folder} has no {CONFIG_FILE}: it is not a model's folder")
    family = _json_object(config).get("model_type")
    if family != spec.family:
        raise WeightsMissing(
            f"{source.folder} holds a model of the family {family!r}, but {spec.name} is of "
            f"{spec.family!r}: name the folder of {spec.hub_id}"
        )


def _require_weights(
    source: Source, files: dict[str, Path], pickles: dict[str, Path], names: list[str]
) -> None:
    if WEIGHTS_FILE in files or WEIGHTS_FILE in pickles:
        return
    if WEIGHTS_INDEX in files:
        shards = set(_json_object(files[WEIGHTS_INDEX]).get("weight_map", {}).values())
        if missing := sorted(shards - set(files)):
            raise WeightsMissing(f"{source.folder} lacks {', '.join(missing)}: copy all parts")
        return
    unsafe = [name for name in names if any(fnmatchcase(name, pattern) for pattern in PICKLES)]
    if unsafe:
        raise WeightsMissing(
            f"{source.folder} has its weights only as {', '.join(unsafe)}, a pickle, which can "
            f"run code when it is read: bring a revision with {WEIGHTS_FILE}"
        )
    raise WeightsMissing(f"{source.folder} has no {WEIGHTS_FILE}: copy the model's weights too")


def _json_object(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise WeightsMissing(f"{path} is not JSON ({error}): fetch it again") from None
    if not isinstance(content, dict):
        raise WeightsMissing(f"{path} is not a JSON object: fetch it again")
    return content


def _require_safetensors(path: Path) -> None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            file.keys()
    except SafetensorError as error:
        raise WeightsMissing(
            f"{path} is not a whole safetensors file ({error}); a small one may be a git-lfs "
            "pointer: fetch the file itself"
        ) from None
