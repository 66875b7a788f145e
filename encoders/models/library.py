"""The library of models: a folder on this machine.

NAME/               config.json, model.safetensors, tokenizer files: as published
models.lock.json    where each model came from, and the SHA-256 of every file
profiles.json       profiles with a trained ALAN that were adopted here
"""

import os
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter

from encoders.models.lock import EntryFile, LockedFile, LockedModel
from encoders.models.specs import ProfileRecipe, model_specs
from segments.errors import UserError, WeightsMissing
from segments.files import sha256_of
from segments.names import is_name

LOCK_FILE = "models.lock.json"
PROFILES_FILE = "profiles.json"
ENVIRONMENT = "RETRACE_MODELS"
_checked: set[tuple[Path, str]] = set()
"""Folders whose every digest this process has compared, with the entry they were compared to."""


class ModelLibrary:
    """The models that are on this machine. Nothing here ever goes to the network."""

    def __init__(self, root: Path) -> None:
        """
        Args:
            root: need not exist yet.
        """
        self.root = root
        self.lock = EntryFile(root / LOCK_FILE, TypeAdapter(dict[str, LockedModel]))
        self.profiles = EntryFile(root / PROFILES_FILE, TypeAdapter(dict[str, ProfileRecipe]))

    @classmethod
    def default(cls) -> Self:
        """$RETRACE_MODELS, else ~/.local/share/retrace/models."""
        named = os.environ.get(ENVIRONMENT)
        return cls(Path(named) if named else Path.home() / ".local/share/retrace/models")

    def has(self, name: str) -> bool:
        """Whether all files of a model are there and have their size; nothing is hashed."""
        entry = self.lock.read().get(name)
        return entry is not None and not self._missing(name, entry)

    def settings(self, name: str) -> Path:
        """A model's folder, to read its settings: files have their size, and are not hashed.

        Raises:
            WeightsMissing: the model is not here.
        """
        self._require(name)
        return self._folder(name)

    def folder(self, name: str) -> Path:
        """A model's folder, to load; every file is compared with the lock file, once in a process.

        Raises:
            WeightsMissing: the model is not here, or its files are not those that were pulled.
        """
        entry, folder = self._require(name), self._folder(name)
        key = (folder.resolve(), entry.model_dump_json())
        if key not in _checked:
            if problems := self.verify(name):
                raise WeightsMissing(f"{'; '.join(problems)}. Run `{remedy(name)}` again")
            _checked.add(key)
        return folder

    def digests(self, name: str) -> dict[str, str]:
        """SHA-256 by "NAME/FILE" of the files that decide a model's vectors, as locked.

        Raises:
            WeightsMissing: the model is not in the library.
        """
        entry = self._require(name)
        return {f"{name}/{file}": locked.sha256 for file, locked in sorted(entry.files.items())}

    def verify(self, name: str) -> list[str]:
        """What is wrong with a model's files, in words; every file is hashed."""
        entry = self.lock.read().get(name)
        if entry is None:
            return [f"{name} is not in the library"]
        folder = self._folder(name)
        problems = [
            problem
            for file, locked in sorted(entry.files.items())
            if (problem := _problem(folder / file, locked))
        ]
        found = {path.name for path in folder.iterdir()} if folder.is_dir() else set[str]()
        strangers = sorted(found - set(entry.files))
        return problems + [f"{name}/{file} is in no lock file: remove it" for file in strangers]

    def adopted_recipes(self) -> dict[str, ProfileRecipe]:
        """The profiles with a trained ALAN that were adopted here, by name."""
        return self.profiles.read()

    def _require(self, name: str) -> LockedModel:
        entry = self.lock.read().get(name)
        if entry is None or self._missing(name, entry):
            raise WeightsMissing(f"the model {name} is not in {self.root}: run `{remedy(name)}`")
        return entry

    def _folder(self, name: str) -> Path:
        if not is_name(name):
            raise UserError(f"{name!r} cannot be a model: letters, digits, '-' and '_' are allowed")
        return self.root / name

    def _missing(self, name: str, entry: LockedModel) -> list[str]:
        folder = self._folder(name)
        return [name for name, file in entry.files.items() if not _has_size(folder / name, file)]


def remedy(name: str) -> str:
    """The command that brings a model into the library."""
    if name in model_specs():
        return f"retrace models pull {name}"
    return f"retrace models adopt FOLDER --as {name.removesuffix('-alan')} --profile BASE"


def _has_size(path: Path, file: LockedFile) -> bool:
    return path.is_file() and path.stat().st_size == file.size_bytes


def _problem(path: Path, file: LockedFile) -> str | None:
    name = f"{path.parent.name}/{path.name}"
    if not path.is_file():
        return f"{name} is missing"
    if not _has_size(path, file):
        return f"{name} has {path.stat().st_size} bytes, not the {file.size_bytes} of the lock file"
    found = sha256_of(path)
    if found != file.sha256:
        return f"{name} was changed: its SHA-256 is {found}, not {file.sha256}"
    return None
