"""Where the verb of a caption is, of what kind, and whether its subject is one or many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from detectors.local_patterns import caption_words as w

Kind = Literal["auxiliary", "present", "plain", "past", "action", "state", "none"]
"""is; walks; walk; walked; walking and parked with no auxiliary; no verb at all."""


@dataclass(frozen=True)
class Verb:
    """The verb that a clause turns on."""

    index: int
    """Among the clause's words; their number where there is no verb."""
    kind: Kind
    base: str = ""
    """Of "present", "plain" and "past"."""
    helper: str = ""
    """The form of "do" that a question with `base` takes."""


def main_verb(words: Sequence[str]) -> Verb:
    """The first finite verb outside relative clauses; without one, the first that wants "be".

    Args:
        words: of one clause; punctuation may hang on them.
    """
    bare = [bare_word(word) for word in words]
    fragment: Verb | None = None
    num_open = 0
    for index in range(len(bare)):
        num_open += _is_relative(bare, index)
        verb = _finite(bare, index)
        if verb is not None and num_open:
            num_open -= 1
        elif verb is not None:
            return verb
        elif fragment is None and not any(_is_relative(bare, i) for i in range(index)):
            fragment = _unhelped(bare, index)
    return fragment or Verb(len(words), "none")


def is_many(subject: Sequence[str]) -> bool:
    """Whether a subject takes "are" and "do"."""
    bare = [bare_word(word) for word in subject]
    if not bare:
        return False
    if bare[0] in w.PLURAL_STARTS or (bare[0].isdigit() and bare[0] != "1"):
        return True
    head = _head(bare)
    if bare[len(head) : len(head) + 1] == ["of"] and head[-1] in w.GATHERINGS:
        return is_many(bare[len(head) + 1 :])
    return w.is_plural(head[-1]) or _joins_two(bare)


def bare_word(word: str) -> str:
    """A word in small letters, without the punctuation that hangs on it."""
    return word.strip(',;:"()').lower()


def _finite(bare: Sequence[str], index: int) -> Verb | None:
    word, following = bare[index], _at(bare, index + 1)
    if word in w.BE or word in w.MODALS or word in w.NEGATED_DO or _is_modal_can(bare, index):
        return Verb(index, "auxiliary")
    if index == 0 or _is_inside_phrase(bare, index):
        return None
    if word in w.HAVE:
        is_helper = w.is_participle(_after_adverbs(bare, index + 1))
        return Verb(index, "auxiliary") if is_helper else Verb(index, "plain", "have", w.HAVE[word])
    if word in w.DO:
        is_helper = following == "not"
        return Verb(index, "auxiliary") if is_helper else Verb(index, "plain", "do", w.DO[word])
    return _full_verb(bare, index)


def _full_verb(bare: Sequence[str], index: int) -> Verb | None:
    word, subject = bare[index], bare[:index]
    many = is_many(subject)
    if (base := w.present_base(word)) and not many and _can_be_one(subject):
        return Verb(index, "present", base, "does")
    if w.is_base(word) and (many or ("of" in subject and w.is_plural(subject[-1]))):
        return Verb(index, "plain", word, "do")
    if _is_state(bare, index):
        return None
    is_next_to_head = len(_head(subject)) == len(_without_adverbs(subject))
    if base := (w.guessed_past_base if is_next_to_head else w.past_base)(word):
        return Verb(index, "past", base, "did")
    if not many and (_ends_singular(subject) or _at(bare, index + 1) in w.DETERMINERS):
        base = w.guessed_present_base(word)
    return Verb(index, "present", base, "does") if base else None


def _unhelped(bare: Sequence[str], index: int) -> Verb | None:
    """A participle that stands for a whole verb, as captions have it."""
    following = _at(bare, index + 1)
    if index and _is_inside_phrase(bare, index):
        return None
    if w.is_action(bare[index], following):
        return Verb(index, "action")
    return Verb(index, "state") if index and _is_state(bare, index) else None


def _is_state(bare: Sequence[str], index: int) -> bool:
    """Whether a participle tells how its noun is: "hit by a car", but not "passed by"."""
    following, agent = _at(bare, index + 1), _at(bare, index + 2)
    names_agent = following == "by" and agent != "" and agent not in w.PREPOSITIONS
    return w.is_state(bare[index], following, names_agent=names_agent)


def _is_inside_phrase(bare: Sequence[str], index: int) -> bool:
    """Whether the word before wants a noun: "a parked car", "in riding gear", "riding bikes"."""
    before = bare[index - 1]
    if before in w.PREPOSITIONS and before not in ("down", "up", "by"):
        return True
    if _is_relative(bare, index - 1):
        return False
    is_adjective = before in w.ADJECTIVES and _at(bare, index - 2) not in w.PREPOSITIONS
    wants_noun = before in w.DETERMINERS or is_adjective or before.endswith("'s")
    return wants_noun or (w.is_action(before, "a") and not w.is_action(bare[index], "a"))


def _is_relative(bare: Sequence[str], index: int) -> bool:
    follows_noun = index > 0 and bare[index - 1] not in w.PREPOSITIONS
    return follows_noun and bare[index] in w.RELATIVES


def _is_modal_can(bare: Sequence[str], index: int) -> bool:
    following = _after_adverbs(bare, index + 1)
    return bare[index] == "can" and (w.is_base(following) or following in ("be", "have"))


def _can_be_one(subject: Sequence[str]) -> bool:
    """Whether a noun phrase can go with "walks": "street lights" is no street that lights."""
    first = subject[0]
    starts = w.SINGULAR_DETERMINERS | w.POSSESSIVES | w.PRONOUNS | {"the", "no", "1", "there"}
    is_alone = len([word for word in subject if word not in w.ADVERBS]) == 1
    return first in starts or first in w.UNCOUNTED or first in w.BEINGS or is_alone


def _ends_singular(subject: Sequence[str]) -> bool:
    """Whether the last noun has "a" before it, so that no plural can end its phrase."""
    for word in reversed(subject):
        if word in w.SINGULAR_DETERMINERS or word in w.PRONOUNS:
            return True
        if word in w.PREPOSITIONS or word in w.DETERMINERS or word in w.CONJUNCTIONS:
            return False
    return False


def _head(bare: Sequence[str]) -> Sequence[str]:
    """The noun phrase that a subject begins with."""
    stops = w.PREPOSITIONS | w.RELATIVES | {"and"}
    for index in range(1, len(bare)):
        starts_clause = _unhelped(bare, index) is not None
        if bare[index] in stops or bare[index - 1].endswith(",") or starts_clause:
            return _without_adverbs(bare[:index])
    return _without_adverbs(bare)


def _without_adverbs(bare: Sequence[str]) -> Sequence[str]:
    end = len(bare)
    while end > 1 and (bare[end - 1] in w.ADVERBS or bare[end - 1].endswith("ly")):
        end -= 1
    return bare[:end]


def _joins_two(bare: Sequence[str]) -> bool:
    """Whether "and" joins two subjects, not two things that the first one has on."""
    has_preposition = False
    for index, word in enumerate(bare[:-1]):
        has_preposition |= word in w.PREPOSITIONS
        if word == "and":
            is_being = not (w.BEINGS | w.PLURALS).isdisjoint(bare[index + 1 : index + 4])
            is_new = bare[index + 1] in w.DETERMINERS and is_being
            if not has_preposition or is_new or bare[index + 1] == "others":
                return bare[index + 1] not in w.ADJECTIVES
    return False


def _after_adverbs(bare: Sequence[str], index: int) -> str:
    while _at(bare, index) in w.ADVERBS or _at(bare, index).endswith("ly"):
        index += 1
    return _at(bare, index)


def _at(bare: Sequence[str], index: int) -> str:
    return bare[index] if 0 <= index < len(bare) else ""
