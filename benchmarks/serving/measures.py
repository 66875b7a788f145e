"""Numbers of many answers, and of the store alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from benchmarks.serving.asking import PHASES, Body, Client, Run
from benchmarks.serving.child import PATH

STORE_QUERIES = 60
"""Of each stream, that are asked of the store alone as well."""
PERCENTILES = (50, 95, 99)


def summary(run: Run, clients: int) -> dict[str, Any]:
    """Milliseconds of one run, and how many answers came per second."""
    answers = run.answers
    spent = {phase: [a.phases_s[phase] for a in answers] for phase in PHASES}
    spent["rest"] = [a.rest_s for a in answers]
    return {
        "clients": clients,
        "answers": len(answers),
        "per_s": round(len(answers) / run.wall_s, 1),
        "total_ms": percentiles([a.total_s for a in answers]),
        "overhead_ms": percentiles([a.overhead_s for a in answers]),
        "phases_ms": {phase: percentiles(seconds) for phase, seconds in spent.items()},
    }


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """In milliseconds, by name: p50 and so on."""
    values = np.percentile(1000 * np.array(seconds), PERCENTILES)
    return {f"p{p}": round(float(v), 3) for p, v in zip(PERCENTILES, values, strict=True)}


@dataclass(frozen=True)
class StoreAlone:
    """Queries that were asked of the store itself, in the service's process."""

    seconds: list[float]
    recalls: list[float]
    """Share of the ten exactly nearest that were found; of fewer where there are fewer."""

    @classmethod
    def ask(cls, url: str, bodies: Sequence[Body]) -> "StoreAlone":
        """Asks one after the other."""
        client, alone = Client(url), cls([], [])
        for body in bodies:
            _, content = client.post(PATH, body)
            answer = json.loads(content)
            alone.seconds.append(answer["seconds"])
            alone.recalls.append(recall(answer["found"], answer["exact"]))
        client.close()
        return alone

    def scores(self) -> dict[str, Any]:
        return {
            "store_alone_ms": percentiles(self.seconds),
            "recall_at_10": round(float(np.mean(self.recalls)), 4),
        }


def recall(found: Sequence[str], expected: Sequence[str]) -> float:
    """Share of what was expected that was found; 1 where nothing was."""
    return len(set(found) & set(expected)) / len(expected) if expected else 1.0


def some(bodies: Any) -> list[Body]:
    """As many as the store alone is asked."""
    return list(islice(bodies, STORE_QUERIES))
