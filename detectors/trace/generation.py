"""Sentences for the bank from a language model, into a file that a person reads first.

What the model answers is not trusted: sentences that the bank may not hold are dropped and named,
and nothing enters the bank before `accept`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from detectors.trace.chat import SHOWN, Endpoint, ask
from detectors.trace.schema import Anomaly, ContextFile, Sentence
from detectors.trace.sentences import Context, Trace
from detectors.trace.traces import add_traces
from detectors.trace.yaml_files import first_error, read_yaml, write_yaml
from segments.errors import UserError
from segments.trace_words import Kind

MAX_COUNT = 100
"""Sentences of each label that one question asks for."""
_ANOMALY, _SENTENCE = TypeAdapter(Anomaly), TypeAdapter(Sentence)

PROMPT = """\
You write short sentences about what a fixed surveillance camera shows.
The place: {scene}
Write {count} sentences about normal things that happen there, and {count} about anomalous ones.
Each sentence says what can be seen, in the present tense, in 5 to 15 plain English words, without
names, causes or judgements. No two sentences describe the same thing.
An anomalous sentence has one of these kinds: {kinds}.
Answer with one JSON object and nothing else:
{{"normal": ["..."], "anomalous": [{{"text": "...", "kind": "..."}}]}}"""


@dataclass(frozen=True)
class Proposal:
    """What a model wrote, sorted by whether the bank may hold it."""

    traces: tuple[Trace, ...]
    dropped: tuple[str, ...]
    """Each with the reason."""


class _Answer(BaseModel):
    """What the model is asked for; each sentence is checked on its own later."""

    model_config = ConfigDict(extra="forbid", strict=True)

    normal: list[Any]
    anomalous: list[Any]


def propose(
    endpoint: Endpoint, scene: str, *, context: str, count: int, bank: Mapping[str, Context]
) -> Proposal:
    """Asks for sentences about a place.

    Args:
        scene: the place, in words.
        context: the name that the sentences will be kept under.
        count: sentences of each label, 1 to MAX_COUNT.
        bank: what there is already.

    Raises:
        UserError: the count is out of range, or the server does not answer, refuses, takes too
            long, answers too much, or answers with something else than was asked for.
    """
    if not 1 <= count <= MAX_COUNT:
        raise UserError(f"{count} sentences of each label: 1 to {MAX_COUNT} can be asked for")
    prompt = PROMPT.format(scene=scene, count=count, kinds=", ".join(get_args(Kind)))
    answer = _parse(ask(endpoint, prompt))
    return _sorted_out(answer, context, known=_ids(bank.values()))


def write_review(path: Path, proposal: Proposal, *, context: str) -> None:
    """Writes what was proposed as a bank file to read, change and `accept`.

    Raises:
        UserError: nothing was proposed, the context cannot have this name, or the file exists.
    """
    if path.exists():
        raise UserError(f"{path} exists: name another file, or remove it")
    if not proposal.traces:
        raise UserError(f"no sentence can be kept: {'; '.join(proposal.dropped) or 'none came'}")
    normal = [trace.text for trace in proposal.traces if not trace.is_anomalous]
    anomalous = [
        {"text": trace.text, "kind": trace.kind} for trace in proposal.traces if trace.is_anomalous
    ]
    content = {"context": context, "normal": normal, "anomalous": anomalous}
    try:
        write_yaml(path, ContextFile.model_validate(content))
    except ValidationError as error:
        raise UserError(f"context {context!r}: {first_error(error)}") from None


def accept(path: Path, own: Path) -> tuple[Trace, ...]:
    """Adds every sentence of a reviewed file to a user's folder, or none; what was added.

    Raises:
        UserError: the file is no review, or the bank has one of its sentences already.
    """
    review = read_yaml(path, ContextFile)
    normal = [Trace(text, review.context, is_anomalous=False) for text in review.normal]
    anomalous = [
        Trace(item.text, review.context, is_anomalous=True, kind=item.kind)
        for item in review.anomalous
    ]
    add_traces(own, traces := (*normal, *anomalous))
    return traces


def _parse(text: str) -> _Answer:
    try:
        return _Answer.model_validate_json(text)
    except ValidationError as error:
        raise UserError(
            f"the model did not answer with the JSON object that was asked for: "
            f"{first_error(error)[:SHOWN]}; it wrote: {text[:SHOWN]!r}. Ask again, or another model"
        ) from None


def _sorted_out(answer: _Answer, context: str, *, known: set[str]) -> Proposal:
    """Each sentence that the bank may hold, once, and why the others were dropped."""
    kept: dict[str, Trace] = {}
    dropped: list[str] = []
    items = [(item, False) for item in answer.normal] + [(item, True) for item in answer.anomalous]
    for item, is_anomalous in items:
        try:
            trace = _trace(item, context, is_anomalous)
        except ValidationError as error:
            dropped.append(f"{item!r:.{SHOWN}}: {first_error(error)[:SHOWN]}")
            continue
        if trace.id in known:
            dropped.append(f"{trace.text!r}: the bank has it already")
        elif trace.id in kept:
            dropped.append(f"{trace.text!r}: it came twice")
        else:
            kept[trace.id] = trace
    return Proposal(tuple(kept.values()), tuple(dropped))


def _trace(item: Any, context: str, is_anomalous: bool) -> Trace:
    if not is_anomalous:
        return Trace(_SENTENCE.validate_python(item, strict=True), context, is_anomalous=False)
    anomaly = _ANOMALY.validate_python(item)
    return Trace(anomaly.text, context, is_anomalous=True, kind=anomaly.kind)


def _ids(contexts: Iterable[Context]) -> set[str]:
    return {trace.id for context in contexts for trace in context.traces}
