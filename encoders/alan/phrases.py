"""Noun and verb phrases of captions, for masking (METHODS A.7).

With spaCy and its English model installed: noun chunks, and verbs with their auxiliaries, particles
and adverbs. Else TextBlob's shallow parser, which carries its lexicon: noun chunks, and verb chunks
with a following particle or adverb.
"""

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from segments.errors import UserError

Engine = Literal["auto", "spacy", "textblob"]
SPACY_MODEL = "en_core_web_sm"
VERB_PATTERN = [
    {"POS": "ADV", "OP": "*"},
    {"POS": "AUX", "OP": "*"},
    {"POS": "VERB", "OP": "+"},
    {"POS": {"IN": ["PART", "ADV"]}, "OP": "*"},
]
"""spaCy has no verb phrases; this is ADV* AUX* VERB+ (PART | ADV)*."""
Span = tuple[int, int]
"""Characters [start, end)."""


@dataclass(frozen=True)
class Phrases:
    """Where the phrases of one text stand."""

    nouns: tuple[Span, ...]
    verbs: tuple[Span, ...]


def phrase_finder(engine: Engine = "auto") -> tuple[str, Callable[[str], Phrases]]:
    """A parser and its name, for the record; "auto" takes spaCy where its model is installed.

    Raises:
        UserError: the parser that was asked for is not installed.
    """
    has_spacy = importlib.util.find_spec(SPACY_MODEL) is not None
    if engine == "spacy" and not has_spacy:
        raise UserError(
            f"spaCy's model {SPACY_MODEL} is not installed: `python -m spacy download "
            f"{SPACY_MODEL}`, or ask for the engine textblob, which needs no model"
        )
    if engine == "spacy" or (engine == "auto" and has_spacy):
        return "spacy", _with_spacy
    if importlib.util.find_spec("textblob") is None:
        raise UserError("no parser for phrases is installed: `pip install 'retrace[train]'`")
    return "textblob", _with_textblob


@cache
def _spacy() -> tuple[Any, Any]:
    import spacy  # pyright: ignore[reportMissingImports]
    from spacy.matcher import Matcher  # pyright: ignore[reportMissingImports]

    parser = spacy.load(SPACY_MODEL)
    matcher = Matcher(parser.vocab)
    matcher.add("verb phrase", [VERB_PATTERN], greedy="LONGEST")
    return parser, matcher


def _with_spacy(text: str) -> Phrases:
    parser, matcher = _spacy()
    doc = parser(text)
    verbs = sorted((doc[start:end] for _, start, end in matcher(doc)), key=lambda s: s.start)
    return Phrases(
        tuple((chunk.start_char, chunk.end_char) for chunk in doc.noun_chunks),
        tuple((span.start_char, span.end_char) for span in verbs),
    )


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    tag: str
    chunk: str
    """B-NP, I-NP, B-VP, ... or O, as chunkers mark them."""

    @property
    def is_particle(self) -> bool:
        return self.tag in ("RP", "RB")


def _with_textblob(text: str) -> Phrases:
    words = _parsed(text)
    return Phrases(_chunks(words, "NP"), tuple(_widened(s, words) for s in _chunks(words, "VP")))


def _parsed(text: str) -> list[_Word]:
    """TextBlob's words at their place in the text; what it rewrote is left out."""
    from textblob.en import parse

    words: list[_Word] = []
    end = 0
    tagged: Any = parse(text, chunks=True)  # a string that splits into sentences of words
    for sentence in tagged.split():
        for token, tag, chunk, *_ in sentence:
            start = text.find(token, end)
            if start >= 0:
                end = start + len(token)
                words.append(_Word(start, end, tag, chunk))
    return words


def _chunks(words: Sequence[_Word], kind: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    inside = False
    for word in words:
        if word.chunk == f"I-{kind}" and inside:
            spans[-1] = (spans[-1][0], word.end)
        elif word.chunk in (f"B-{kind}", f"I-{kind}"):
            spans.append((word.start, word.end))
        inside = word.chunk in (f"B-{kind}", f"I-{kind}")
    return tuple(spans)


def _widened(verb: Span, words: Sequence[_Word]) -> Span:
    """A verb phrase with the particle or adverb that follows: "runs away", "knocked down"."""
    following = next((word for word in words if word.start >= verb[1]), None)
    is_joined = following is not None and following.is_particle
    return (verb[0], following.end) if is_joined and following is not None else verb
