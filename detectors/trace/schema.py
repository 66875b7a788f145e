"""What the files of a trace bank may hold."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from detectors.trace.sentences import normalise
from segments.trace_words import CONTEXT_NAME, MAX_NAME, MAX_SENTENCE, Kind


def _sentence(text: str) -> str:
    if not normalise(text) or text != text.strip() or not text.isprintable():
        raise ValueError("must be one line of words without blanks around it")
    if len(text) > MAX_SENTENCE:
        raise ValueError(f"has {len(text)} characters; {MAX_SENTENCE} are allowed")
    return text


def _context_name(name: str) -> str:
    if not re.fullmatch(CONTEXT_NAME, name) or len(name) > MAX_NAME:
        raise ValueError(f"must be words of a-z and 0-9, {MAX_NAME} characters at most")
    if name == "removed":
        raise ValueError("is the name of another file: choose another")
    return name


Sentence = Annotated[str, AfterValidator(_sentence)]
"""One line of words, at most MAX_SENTENCE characters."""
ContextName = Annotated[str, AfterValidator(_context_name)]
"""Lower-case words with one space between: `bank hall`."""


class FileModel(BaseModel):
    """Nothing beyond its fields, and no text that YAML took for a number or a truth value."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Anomaly(FileModel):
    """An item of `anomalous`."""

    text: Sentence
    kind: Kind


class ContextFile(FileModel):
    """`CONTEXT.yaml`."""

    context: ContextName
    scene: list[Sentence] = []
    normal: list[Sentence] = []
    anomalous: list[Anomaly] = []


class RemovedFile(FileModel):
    """`removed.yaml` in a user's folder: sentences of the shipped bank that are not to be used."""

    removed: list[Sentence]
