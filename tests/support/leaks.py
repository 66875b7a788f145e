"""Sentences of our own that are too near to the captions of a data set."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.datasets.captions import read_captions, read_uca
from benchmarks.datasets.ucfcrime_ar import SHEETS

RUN = 7
"""Words in a row that no two sentences share by chance."""
OVERLAP = 0.8
"""Jaccard index of two sentences' sets of words above which they are one."""


def captions(shared_data: Path) -> list[str]:
    """Every English sentence of UCFCrime-AR and UCA; XDViolence-AR has none, it is asked by sound.

    Args:
        shared_data: the folder that the fixture of the same name gives.
    """
    sheets = (read_captions(shared_data / "ucfcrime-ar" / name) for name in SHEETS.values())
    official = [text for sheet in sheets for text in sheet.values()]
    uca = read_uca(shared_data / "uca").values()
    return official + [sentence.text for video in uca for sentence in video]


def leaks(sentences: Iterable[str], captions: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs (sentence, caption) that share a run of 7 words, or most of their words.

    Case and punctuation do not count. Equal sentences share all their words.
    """
    words = [_words(caption) for caption in captions]
    with_word, with_run = _index(map(set, words)), _index(map(_runs, words))
    found: list[tuple[str, str]] = []
    for sentence in sentences:
        own = _words(sentence)
        near = {i for i in _candidates(set(own), with_word) if _jaccard(own, words[i]) > OVERLAP}
        near.update(i for run in _runs(own) for i in with_run.get(run, ()))
        found.extend((sentence, captions[i]) for i in sorted(near))
    return found


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _runs(words: Sequence[str]) -> set[str]:
    return {" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def _index(sets: Iterable[set[str]]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for i, members in enumerate(sets):
        for member in members:
            places[member].append(i)
    return dict(places)


def _candidates(own: set[str], with_word: dict[str, list[int]]) -> Iterator[int]:
    """Captions that may overlap enough: fewer than a fifth of `own` can be missing in such a one.

    So it has one of any fifth and one more; the rarest are the fewest to look at.
    """
    rarest = sorted(own, key=lambda word: len(with_word.get(word, ())))
    for word in rarest[: len(own) // 5 + 1]:
        yield from with_word.get(word, ())


def _jaccard(one: Sequence[str], other: Sequence[str]) -> float:
    return len(set(one) & set(other)) / len(set(one) | set(other))
