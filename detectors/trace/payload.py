"""What a sentence of the bank carries in a store, and how one is asked for."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid5

from detectors.trace.sentences import Context, trace_id
from segments.payload import Payload
from segments.store.filters import Condition, OneOf
from segments.trace_words import Kind

_NAMESPACE = UUID("0b0f2f55-94a3-4c0b-8a55-5f2d7f3a9b61")
Label = Literal["normal", "anomalous", "scene"]
""" "scene": how the context looks to a fixed camera, which is no trace."""


class TracePayload(Payload):
    """The payload of a sentence."""

    INDEXES = {"label": "keyword", "context": "keyword", "kind": "keyword"}

    trace_id: str
    text: str
    context: str
    label: Label
    kind: Kind | None = None
    """What is wrong in it; None unless it is anomalous."""

    @property
    def point_id(self) -> str:
        """The same words with the same meaning give the same id, on every machine."""
        return str(uuid5(_NAMESPACE, self.model_dump_json()))


@dataclass(frozen=True)
class TraceFilter:
    """What a sentence must satisfy; None or empty asks nothing."""

    label: Label | None = None
    contexts: tuple[str, ...] = ()
    """Any of these."""
    kinds: tuple[Kind, ...] = ()
    """Any of these."""

    def conditions(self) -> tuple[Condition, ...]:
        labels = (self.label,) if self.label else ()
        lists = {"label": labels, "context": self.contexts, "kind": self.kinds}
        return tuple(OneOf(key, values) for key, values in lists.items() if values)


def payloads_of(bank: Mapping[str, Context]) -> list[TracePayload]:
    """Every sentence of a bank, in its order; a context's scenes after its traces."""
    return [payload for context in bank.values() for payload in _payloads(context)]


def bank_digest(bank: Mapping[str, Context]) -> str:
    """SHA-256 of all that the bank says; the order of sentences has no part in it."""
    lines = sorted(payload.model_dump_json() for payload in payloads_of(bank))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _payloads(context: Context) -> list[TracePayload]:
    traces = [
        TracePayload(
            trace_id=trace.id,
            text=trace.text,
            context=context.name,
            label="anomalous" if trace.is_anomalous else "normal",
            kind=trace.kind,
        )
        for trace in context.traces
    ]
    scenes = [
        TracePayload(trace_id=trace_id(text), text=text, context=context.name, label="scene")
        for text in context.scenes
    ]
    return [*traces, *scenes]
