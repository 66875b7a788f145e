"""The words of the trace bank: a sentence with what it stands for, and the place it belongs to."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace

from segments.errors import UserError
from segments.trace_words import Kind


def normalise(text: str) -> str:
    """The words of a sentence in lower case, one space between them, without punctuation."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def trace_id(text: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the normalised sentence."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Trace:
    """One sentence of the bank.

    Raises:
        UserError: an anomalous trace without a kind, or a normal one with a kind.
    """

    text: str
    context: str
    is_anomalous: bool
    kind: Kind | None = None
    """What is wrong in it; None where nothing is."""

    def __post_init__(self) -> None:
        if self.is_anomalous != (self.kind is not None):
            raise UserError(
                f"{self.text!r} is {self.label} and of kind {self.kind}: "
                "an anomalous trace has a kind, a normal one has none"
            )

    @property
    def id(self) -> str:
        return trace_id(self.text)

    @property
    def label(self) -> str:
        return "anomalous" if self.is_anomalous else "normal"


@dataclass(frozen=True)
class Context:
    """A sort of place, with what is normal and what is anomalous there."""

    name: str
    scenes: tuple[str, ...]
    """How such a place looks to a fixed camera: chooses contexts by a camera's own footage."""
    traces: tuple[Trace, ...]

    @property
    def normal(self) -> tuple[Trace, ...]:
        return tuple(trace for trace in self.traces if not trace.is_anomalous)

    @property
    def anomalous(self) -> tuple[Trace, ...]:
        return tuple(trace for trace in self.traces if trace.is_anomalous)

    def without(self, ids: set[str]) -> "Context":
        return replace(self, traces=tuple(trace for trace in self.traces if trace.id not in ids))
