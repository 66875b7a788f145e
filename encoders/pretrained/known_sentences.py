"""Vectors of sentences that a text half has encoded once, kept beside the models.

The trace bank, the prompts of the untrained detector and what sounds are put into are the same for
every library: the first one pays for them, the next one reads a file.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import structlog
from jaxtyping import Float32
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from encoders.models.lock import exclusive
from encoders.towers.base import TextTower
from segments.errors import UserError
from segments.files import write_atomically

log = structlog.get_logger(__name__)
Vectors = Mapping[bytes, Float32[np.ndarray, " d"]]
"""By the SHA-256 of a sentence: the file shows nobody what a user asked."""


@dataclass(frozen=True)
class _Kept:
    """The content of a file."""

    vectors: Vectors
    logit_scale: float


class KnownSentences:
    """A `TextTower` that is opened only for sentences that it has not met.

    A file of another tower's vectors, or a damaged one, is made anew. Where the folder cannot be
    written to, nothing is kept.
    """

    def __init__(self, open_tower: Callable[[], TextTower], file: Path, *, tower: str) -> None:
        """
        Args:
            tower: digest of all that decides its vectors.
        """
        self._open, self._file, self._identity = open_tower, file, tower

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        known = next(iter(self._kept.vectors.values()), None) if self._kept else None
        return self._tower.dim if known is None else len(known)

    @property
    def logit_scale(self) -> float:
        """As the tower's."""
        return self._tower.logit_scale if self._kept is None else self._kept.logit_scale

    def encode(self, texts: Sequence[str]) -> Float32[np.ndarray, "b d"]:
        """Unit vectors, as the tower gives them."""
        keys = {text: _key(text) for text in texts}
        known = self._kept.vectors if self._kept else {}
        if new := [text for text, key in keys.items() if key not in known]:
            fresh = zip(map(_key, new), self._tower.encode(new), strict=True)
            known = self._keep(dict(fresh))
        rows = [known[keys[text]] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)

    @cached_property
    def _tower(self) -> TextTower:
        return self._open()

    @cached_property
    def _kept(self) -> _Kept | None:
        return _read(self._file, self._identity)

    def _keep(self, fresh: Vectors) -> Vectors:
        """Adds to what is in the file by now: other processes may have added, too."""
        scale = self._tower.logit_scale
        try:
            with exclusive(self._file.with_name(f".{self._file.name}.owner")):
                there = _read(self._file, self._identity)
                vectors = {**(there.vectors if there else {}), **fresh}
                write_atomically(self._file, _packed(vectors, scale, self._identity))
        except (OSError, UserError) as error:
            log.warning(
                "vectors of sentences cannot be kept", file=str(self._file), reason=str(error)
            )
            vectors = {**(self._kept.vectors if self._kept else {}), **fresh}
        self._kept = _Kept(vectors, scale)
        return vectors


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _packed(vectors: Vectors, logit_scale: float, identity: str) -> bytes:
    keys = np.frombuffer(b"".join(vectors), np.uint8).reshape(len(vectors), -1)
    rows = np.stack(list(vectors.values())).astype(np.float32)
    facts = {"tower": identity, "logit_scale": repr(logit_scale), "sha256": _digest(keys, rows)}
    return save({"keys": keys, "vectors": rows}, metadata=facts)


def _read(file: Path, identity: str) -> _Kept | None:
    """What is kept of this very tower; None where there is no such thing."""
    try:
        with safe_open(file, framework="numpy") as opened:
            facts = opened.metadata()
            keys, rows = opened.get_tensor("keys"), opened.get_tensor("vectors")
        if facts["sha256"] != _digest(keys, rows):
            raise ValueError("its numbers are not those that were written")
    except FileNotFoundError:
        return None
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        log.warning(
            "kept vectors of sentences are damaged: encoding anew",
            file=str(file),
            reason=str(error),
        )
        file.unlink(missing_ok=True)
        return None
    if facts["tower"] != identity:
        return None
    names = (key.tobytes() for key in keys)
    return _Kept(dict(zip(names, rows, strict=True)), float(facts["logit_scale"]))


def _digest(*arrays: np.ndarray) -> str:
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()
