"""Sentences about one region of a picture, for encoders that cannot write their own.

The sentences are this project's own. A file per sort of thing, each with what it is about.
"""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

_HERE = Path(__file__).parent


class Captions(BaseModel):
    """The sentences of one file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    """One word for the sort: person, group, vehicle, animal, thing, hazard or ground."""
    sentences: tuple[str, ...]


_CAPTIONS = TypeAdapter(Captions)


@cache
def region_captions() -> dict[str, str]:
    """What each sentence of the bank is about, by sentence, in the order of the files' names."""
    files = [
        _CAPTIONS.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in sorted(_HERE.glob("*.yaml"))
    ]
    return {sentence: file.about for file in files for sentence in file.sentences}
