"""A caption as a question that can be answered with yes or no (paper, Algorithm 2).

The paper moves the first verb to the front, which "a man walks" and "a man riding a bike" do not
bear: here they take the helper that English gives them. Rules, a small list of verbs and no parser:
captions are short, and say what is seen.
"""

import re
from collections.abc import Sequence

from detectors.local_patterns import caption_words as w
from detectors.local_patterns.clauses import Verb, bare_word, is_many, main_verb

_PREFACE = re.compile(
    r"^(?:(?:this|it) is |there is )?(?:an? |the )?(?:[\w-]+ (?:and [\w-]+ )?){0,2}?"
    r"(?:photo|photograph|picture|image|view|shot|close[- ]?up|footage) of (?=\w)",
    re.IGNORECASE,
)
_CONTRACTIONS = {"'re": "are", "'m": "am", "'ll": "will", "'ve": "have"}
_SUBJECTS_OF_S = w.PRONOUNS | {"there", "that"}


def to_question(caption: str) -> str:
    """The question that a caption answers: "Is the man pushing a stroller?".

    It starts with a capital where the caption does, every sentence of it becomes a question, and
    what is a question already stays. A caption without a verb asks whether such a thing is there.

    Raises:
        ValueError: there is no word in it.
    """
    if not re.search(r"\w", caption):
        raise ValueError(f"a caption without words asks nothing: {caption!r}")
    sentences = re.split(r"(?<=[.!?])\s+", caption.strip())
    return " ".join(_ask(sentence) for sentence in sentences)


def _ask(sentence: str) -> str:
    if sentence.endswith("?"):
        return sentence
    plain = sentence.rstrip(" .!,;:")
    words = _PREFACE.sub("", plain, count=1).split()
    words = _spelt_out(_small_first_letter(words))
    words = words[1:] if bare_word(words[0]) in w.CONJUNCTIONS and len(words) > 1 else words
    setting, words = _setting(words)
    clauses = [_question(clause) for clause in _clauses(words)]
    text = " ".join([*setting, *" and ".join(" ".join(c) for c in clauses).split()]) + "?"
    return text[0].upper() + text[1:] if plain[0].isupper() else text


def _question(words: Sequence[str]) -> list[str]:
    """A clause's words in the order of a question."""
    verb = main_verb(words)
    before, after = list(words[: verb.index]), list(words[verb.index + 1 :])
    if verb.kind == "auxiliary":
        return [words[verb.index].lower(), *before, *after]
    if verb.kind in ("present", "plain", "past"):
        return [verb.helper, *before, verb.base, *_in_base_form(after, verb)]
    if verb.kind == "none" and bare_word(words[0]) in w.PREPOSITIONS:
        return ["is", "this", *words]
    be = "are" if is_many(before) else "is"
    if verb.kind == "none":
        return [be, "there", *words]
    return [be, *(before or ["someone"]), *words[verb.index :]]


def _in_base_form(after: Sequence[str], verb: Verb) -> list[str]:
    """What follows a helped verb: "stops and looks" becomes "stop and look"."""
    base_of = {"does": w.present_base, "did": w.guessed_past_base}.get(verb.helper)
    words = list(after)
    if base_of is None:
        return words
    for index in range(1, len(words)):
        is_joined = bare_word(words[index - 1]) in w.CONJUNCTIONS
        base = base_of(bare_word(words[index]))
        if is_joined and base is not None:
            words[index] = words[index].lower().replace(bare_word(words[index]), base)
    return words


def _clauses(words: Sequence[str]) -> list[Sequence[str]]:
    """The clauses that "and" joins, where each has a subject and a finite verb of its own."""
    for index in range(2, len(words) - 2):
        starts = bare_word(words[index + 1]) in w.DETERMINERS | w.PRONOUNS
        if words[index].lower() == "and" and starts:
            left, right = words[:index], words[index + 1 :]
            if _is_clause(left) and _is_clause(right):
                return [left, *_clauses(right)]
    return [words]


def _is_clause(words: Sequence[str]) -> bool:
    verb = main_verb(words)
    return verb.index > 0 and verb.kind in ("auxiliary", "present", "plain", "past")


def _setting(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """An opening such as "in the background,", and the rest."""
    if bare_word(words[0]) not in w.PREPOSITIONS:
        return [], list(words)
    for index in range(1, len(words) - 1):
        if words[index].endswith(","):
            return list(words[: index + 1]), list(words[index + 1 :])
        last, upcoming = bare_word(words[index]), bare_word(words[index + 1])
        is_noun = not {last} & (w.PREPOSITIONS | w.DETERMINERS | w.ADJECTIVES | w.CONJUNCTIONS)
        if is_noun and upcoming in w.DETERMINERS | w.PRONOUNS:
            return [*words[:index], words[index] + ","], list(words[index + 1 :])
    return [], list(words)


def _spelt_out(words: Sequence[str]) -> list[str]:
    """ "he's riding" as "he is riding"; the 's of "a man's dog" stays."""
    spelt: list[str] = []
    for index, word in enumerate(words):
        stem, mark, end = word.replace("\u2019", "'").rpartition("'")
        following = bare_word(words[index + 1]) if index + 1 < len(words) else ""
        is_verb = stem.lower() in _SUBJECTS_OF_S or w.is_action(following, "a")
        if mark and end == "s" and is_verb:
            spelt += [stem, "is"]
        elif mark + end in _CONTRACTIONS and stem.lower() in w.PRONOUNS:
            spelt += [stem, _CONTRACTIONS[mark + end]]
        else:
            spelt.append(word)
    return spelt


def _small_first_letter(words: Sequence[str]) -> list[str]:
    """Names, "I" and words all in capitals keep theirs."""
    first = words[0]
    small = bare_word(first)
    is_shouted = len(small) > 1 and first.isupper() and len(words) > 1 and not words[1].isupper()
    is_subject = main_verb(words).index == 1
    common = w.DETERMINERS | w.PRONOUNS | w.PREPOSITIONS | w.ADJECTIVES | w.ADVERBS
    is_known = small in common | w.BEINGS | w.UNCOUNTED | w.RELATIVES or w.is_plural(small)
    is_name = first[:1].isupper() and is_subject and not is_known
    if is_shouted or is_name or small.partition("'")[0] == "i":
        return list(words)
    return [first[:1].lower() + first[1:], *words[1:]]
