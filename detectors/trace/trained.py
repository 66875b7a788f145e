"""Where trained networks lie, known without loading any: the shipped ones, or a library's own.

SPACE/trace_network.json          which network the library adopted for this space; else the shipped
SPACE/trace_networks/IDENTITY/    its config.json, model.safetensors and trained_on.json
"""

import hashlib
import shutil
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from detectors.files import CONFIG_FILE, WEIGHTS_FILE
from segments.errors import LibraryError, WeightsMissing
from segments.files import sha256_of, write_atomically
from segments.library import Library

WEIGHTS = Path(__file__).parent / "weights"
"""A folder per profile that has a trained network."""
RECORD_FILE = "trained_on.json"
"""Beside a network: what it was trained on."""
FILES = (CONFIG_FILE, WEIGHTS_FILE, RECORD_FILE)


class AdoptedNetwork(BaseModel):
    """A network that a library uses in place of the shipped one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    identity: str
    """See `identity_of`."""
    origin: str
    """The folder that it was taken from."""


def network_digest(library: Library) -> str:
    """What identifies the network of a library's space, or "untrained"; no file is compared.

    Raises:
        LibraryError: what is kept of an adopted one is damaged.
    """
    known = adopted(library)
    return known.identity if known else shipped_digest(library.space)


def shipped_digest(profile: str) -> str:
    """What identifies the network that comes with a profile, or "untrained"."""
    shipped = WEIGHTS / profile
    return identity_of(shipped) if shipped.is_dir() else "untrained"


def network_folder(library: Library) -> Path:
    """Where the network of a library's space lies; no folder is there where none was trained.

    Raises:
        WeightsMissing: the files of an adopted one are not there, or are others.
        LibraryError: what is kept of it is damaged.
    """
    known = adopted(library)
    if known is None:
        return WEIGHTS / library.space
    folder = _folder(library, known.identity)
    try:
        found = identity_of(folder)
    except OSError:
        found = None
    if found != known.identity:
        state = "gone" if found is None else "changed"
        raise WeightsMissing(
            f"the TRACE network that {library.root} adopted from {known.origin} is {state}: bring "
            "it back with `retrace traces network DIR`, or take the shipped one with `retrace "
            "traces network --shipped`"
        )
    return folder


def identity_of(folder: Path) -> str:
    """SHA-256 of a network's weights and settings together.

    Raises:
        OSError: a file cannot be read.
    """
    digests = " ".join(sha256_of(folder / name) for name in (WEIGHTS_FILE, CONFIG_FILE))
    return hashlib.sha256(digests.encode()).hexdigest()


def adopted(library: Library) -> AdoptedNetwork | None:
    """What a library adopted for its space; None where it uses the shipped network.

    Raises:
        LibraryError: the file that says so is damaged.
    """
    file = _file(library)
    try:
        return AdoptedNetwork.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise LibraryError(
            f"{file} is damaged ({error.errors()[0]['msg']}): say again which network to use, "
            "with `retrace traces network`"
        ) from None


def adopt(library: Library, folder: Path) -> None:
    """Copies a network into the library's space; from then on it is the one in use."""
    network = AdoptedNetwork(identity=identity_of(folder), origin=str(folder.absolute()))
    for name in FILES:
        write_atomically(_folder(library, network.identity) / name, (folder / name).read_bytes())
    write_atomically(_file(library), network.model_dump_json(indent=2).encode())
    _sweep(library, keep=network.identity)


def use_shipped(library: Library) -> None:
    """Forgets what was adopted."""
    _file(library).unlink(missing_ok=True)
    _sweep(library, keep=None)


def _sweep(library: Library, *, keep: str | None) -> None:
    for folder in _networks(library).glob("*"):
        if folder.name != keep:
            shutil.rmtree(folder)


def _file(library: Library) -> Path:
    return library.vectors.path / "trace_network.json"


def _networks(library: Library) -> Path:
    return library.vectors.path / "trace_networks"


def _folder(library: Library, identity: str) -> Path:
    return _networks(library) / identity
