"""Texts that pretrained models are asked: what a sound is called, what is normal and what is not.

Written for retrace; no caption of any data set is among them.
"""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class SoundPhrase:
    """One event in words, as it sounds and as it looks."""

    heard: str
    """For a model of sounds and texts: "the sound of a single gunshot"."""
    seen: str
    """For a model of pictures and texts, the same event as a surveillance camera shows it."""


@dataclass(frozen=True)
class AnomalyPrompts:
    """Scenes in words, for a score without training: how near a picture is to each side."""

    normal: tuple[str, ...]
    anomalous: tuple[str, ...]


@cache
def sound_phrases() -> tuple[SoundPhrase, ...]:
    """The events of sounds.toml, in its order; no `heard` and no `seen` comes twice."""
    return tuple(SoundPhrase(**entry) for entry in _table("sounds.toml")["sound"])


@cache
def anomaly_prompts() -> AnomalyPrompts:
    """The scenes of anomaly_prompts.toml, in its order; no scene comes twice."""
    lists = _table("anomaly_prompts.toml")
    return AnomalyPrompts(normal=tuple(lists["normal"]), anomalous=tuple(lists["anomalous"]))


def digest(*groups: Sequence[str]) -> str:
    """SHA-256, 64 hex digits, of texts in their order and grouping.

    Vectors made of the texts are good for as long as it stays the same: a changed, moved, added or
    removed text changes it, and so does a text that goes from one group to the next.
    """
    # JSON keeps the borders: plain joining would make ("ab", "c") and ("a", "bc") one.
    return hashlib.sha256(json.dumps([list(group) for group in groups]).encode()).hexdigest()


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))
