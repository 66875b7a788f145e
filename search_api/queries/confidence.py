"""How sure one may be of a hit: how often a query that matches nothing finds as much.

The queries of `null_queries` are searched in the library itself, so the answer follows its size.
How far the best moment of each stands out of that query's usual similarities is kept in the space's
`confidence.json` until the number of points has changed by a tenth.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from jaxtyping import Float32
from pydantic import BaseModel, ConfigDict, ValidationError

from encoders.base import Profile
from search_api.queries import null_queries
from search_api.queries.background import Background, has_grown
from search_api.queries.candidates import Candidate
from search_api.queries.probes import ProbeKind
from segments.files import write_atomically
from segments.library import Library
from segments.media import AudioClip, Level
from segments.store.base import Filter, VectorStore

CONFIDENT = 0.1
"""Share of null queries that may find as much where a hit is one to rely on."""
LEAST_POINTS = 30
"""Of a level: with fewer nothing is known of what is usual."""


class NullScores(BaseModel):
    """Salience of the best moment of each null query, lowest first."""

    model_config = ConfigDict(extra="forbid")

    count: int
    """Points of the library then."""
    scores: list[float]

    def share_above(self, salience: float) -> float:
        """How often a null query finds as much, in (0, 1]; never 0 after so few of them."""
        as_good = len(self.scores) - bisect_left(self.scores, salience)
        return (1 + as_good) / (1 + len(self.scores))


class NullTable(BaseModel):
    """What the null queries of one space found."""

    model_config = ConfigDict(extra="forbid")

    found: dict[str, NullScores] = {}
    """By kind of probe and level: "text.moment"."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """What is there; empty where nothing is, or nothing that can be read."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return cls()


@dataclass(frozen=True)
class Judge:
    """Judges the candidates of one query."""

    nulls: Mapping[ProbeKind, NullScores]
    """Of its probes; empty where the library is too small to know."""

    def confidence(self, candidate: Candidate) -> float | None:
        """The smallest share of null queries that find as much by any probe, times the probes.

        Of two moments that follow each other, the less sure one counts. None: it is not known.
        """
        if not self.nulls:
            return None
        shares = [self.nulls[kind].share_above(one) for kind, one in candidate.saliences.items()]
        own = min(1.0, len(self.nulls) * min(shares))
        later = candidate.followed and self.confidence(candidate.followed)
        return own if later is None else max(own, later)


class Confidence:
    """Null queries of one space. Threads may share it: whoever comes first searches them."""

    def __init__(self, library: Library, store: VectorStore, profile: Profile) -> None:
        self.background = Background(store)
        self._path = library.vectors.path / "confidence.json"
        self._alpha = library.manifest().default_alpha
        self._store, self._profile = store, profile
        self._lock = threading.Lock()
        """Held while null queries are searched: others wait for them."""
        self._table = NullTable.load(self._path)

    def judge(self, kinds: set[ProbeKind], level: Level) -> Judge:
        """Made ready for the probes of a query; takes seconds where the library has grown."""
        if len(self.background.sample("alan", level)) < LEAST_POINTS:
            return Judge({})
        with self._lock:
            return Judge({kind: self._nulls(kind, level) for kind in kinds})

    def _nulls(self, kind: ProbeKind, level: Level) -> NullScores:
        key, count = f"{kind}.{level}", self.background.count
        kept = self._table.found.get(key)
        if kept is None or has_grown(kept.count, count):
            kept = NullScores(count=count, scores=sorted(self._search(kind, level)))
            self._table.found[key] = kept
            write_atomically(self._path, self._table.model_dump_json(indent=1).encode())
        return kept

    def _search(self, kind: ProbeKind, level: Level) -> Iterator[float]:
        vector_name = "audio" if kind == "sound-to-sound" else "alan"
        for vector in self._vectors(kind):
            usual = self.background.usual(vector_name, vector, level)
            found = self._store.search(
                vector_name, vector, limit=1, where=Filter(level=level), exact=False
            )
            for best in found:
                yield usual.salience(best.score)

    def _vectors(self, kind: ProbeKind) -> Iterator[Float32[np.ndarray, " d"]]:
        profile, alpha = self._profile, self._alpha
        if kind == "text":
            for text in null_queries.SENTENCES:
                yield profile.encode_text(text).vector(alpha)
        elif kind == "image":
            for pixels in null_queries.images():
                yield profile.encode_image(pixels).vector(alpha)
        else:
            rate_hz = profile.spec.audio_rate_hz
            for samples in null_queries.sounds(rate_hz):
                query = profile.encode_sound(AudioClip(samples, 0.0, rate_hz))
                yield query.audio if kind == "sound-to-sound" else query.video.vector(alpha)
