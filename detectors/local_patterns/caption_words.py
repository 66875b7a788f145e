"""The small English of captions: closed classes of words, the verbs of scenes, and their forms."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BE = _words("am is are was were isn't aren't wasn't weren't")
MODALS = _words(
    "could will would shall should may might must cannot can't couldn't won't wouldn't shouldn't"
)
HAVE = {"has": "does", "have": "do", "had": "did"}
"""With the auxiliary that takes its place where it is the main verb."""
DO = {"does": "does", "do": "do", "did": "did"}
NEGATED_DO = _words("doesn't don't didn't hasn't haven't hadn't")
SINGULAR_DETERMINERS = _words("a an this that one each every another")
POSSESSIVES = _words("his her its their our my your")
PLURAL_STARTS = _words(
    "two three four five six seven eight nine ten eleven twelve many several few these those both "
    "multiple numerous various dozens hundreds lots they we you"
)
DETERMINERS = (
    SINGULAR_DETERMINERS
    | POSSESSIVES
    | _words("the some any no all most")
    | (PLURAL_STARTS - _words("they we you dozens hundreds lots"))
)
PRONOUNS = _words("i he she it they we you someone somebody something nobody everyone everybody")
RELATIVES = _words("who which that whose where whom")
PREPOSITIONS = _words(
    "in on at of with by from to into onto over under above below behind beside between near next "
    "against along across around through toward towards outside inside down up off for without "
    "during while as after before past about among amid beneath underneath atop like via upon"
)
CONJUNCTIONS = _words("and or but then")
LINKS = _words("and but")
ADVERBS = _words(
    "not also just still now then together alone back away again always never often almost already "
    "currently there here very too"
)
ADJECTIVES = _words(
    "red blue green yellow white black brown gray grey orange purple pink dark bright light big "
    "small large little tall short long old young new empty full open busy crowded wet dry snowy "
    "rainy sunny blurry other same single different"
)
GATHERINGS = _words("lot number couple variety lots dozens hundreds")
"""What a following "of" makes as many as what comes after it."""
BEINGS = _words(
    "man woman boy girl person child kid baby guy lady player officer policeman worker driver "
    "rider cyclist pedestrian police dog cat horse bird cow sheep car truck van bus bicycle bike "
    "motorcycle motorbike scooter train boat plane skateboarder crowd group couple team"
)
UNCOUNTED = _words("traffic water smoke fire snow rain police smog dust steam light luggage food")
PLURALS = _words("people children men women feet teeth mice geese cattle police sheep clothes")
_SINGULAR_IN_S = _words("bus gas lens canvas tennis cactus campus series bias iris christmas")

_VERBS = _words(
    "abandon amble appear approach argue arrest arrive ask assault attack attempt bark be beat "
    "begin bend board bounce break bring browse brush burn buy call carry catch celebrate chase "
    "chat check cheer chew clamber clap clean climb close collapse collide come connect continue "
    "cook cover crash crawl cross crouch cry cuddle cut cycle dance dash deliver depart describe "
    "detain dig discard discuss disperse dive do drag drink drive drop eat embrace enjoy enter "
    "escape examine exchange exercise exit explode face fall feed feel fight fill fix flee flip "
    "float fly follow gather gesture get give go grab greet grow guard hail halt hand handcuff "
    "hang have help hide hit hold hug hurry ignite inspect investigate jog join jump keep kick "
    "kiss kneel knock land laugh lay lead lean leap leave lie lift listen load look loot lose "
    "lower make march move nod observe open operate overtake pace pack paddle paint park pass "
    "pat pause pay pedal perform pet photograph pick play point polish pose pour practice "
    "prepare pull punch pursue push put race raise reach read relax remove rest return ride rise "
    "rob roll row run rush sail scream search see sell serve shake shatter shoot shout shove "
    "show sing sip sit skate skateboard ski skid slap sleep slide slip smash smile smoke snatch "
    "speak speed spray spread sprint squat stab stack stand stare start stay steal stop stretch "
    "stroll struggle stumble surf surround sweep swerve swim swing switch take talk tend threaten "
    "throw tie tip toss touch tow travel trip try turn type unload use vandalize wait wake walk "
    "wander wash watch wave wear whisper work wreck write yell zoom"
)
_IRREGULAR = {
    past: base
    for pair in (
        "rode:ride ran:run stood:stand sat:sit fell:fall held:hold drove:drive took:take "
        "threw:throw hit:hit put:put cut:cut came:come went:go got:get gave:give broke:break "
        "brought:bring bought:buy caught:catch drank:drink ate:eat fought:fight flew:fly fled:flee "
        "hid:hide hung:hang kept:keep knelt:kneel lay:lie led:lead left:leave lost:lose made:make "
        "rose:rise sang:sing saw:see shook:shake shot:shoot slept:sleep slid:slide spoke:speak "
        "stole:steal swam:swim swept:sweep swung:swing woke:wake wore:wear wrote:write began:begin "
        "sped:speed spread:spread sold:sell dug:dig beat:beat read:read"
    ).split()
    for past, _, base in (pair.partition(":"),)
}
_PARTICIPLES = _words(
    "been seen taken shown drawn driven broken worn given gone done fallen thrown stolen hidden "
    "ridden written eaten flown torn beaten frozen run come begun held hit put cut caught brought "
    "bought built left lost made sold stuck lit hung shot struck swept fought found led kept sat"
)
_STATES = _words(
    "dressed parked seated surrounded covered filled tied located lined decorated crowded gathered "
    "stacked packed painted attached equipped loaded mounted lit stuck made built left seen taken "
    "shown hidden broken worn piled wrapped connected illuminated closed damaged trapped injured "
    "positioned clad bent huddled perched stationed bound handcuffed masked"
)
"""Participles that captions put behind a noun with no auxiliary."""
_NOT_ACTIONS = _words(
    "ceiling clothing evening morning railing wedding string king wing ring thing something "
    "nothing anything everything during lightning spring sling interesting surrounding including "
    "according awning siding flooring lighting amazing charming bedding earring living housing "
    "sibling darling boring bring sting"
)
_MAYBE_ACTIONS = _words("building painting drawing crossing meeting landing")
"""Nouns unless something is acted on."""
_GOES = _words("walk pass drive run ride come go jog roll rush fly")
"""What is done "by" somewhere, not by somebody."""
_NOT_PAST = _words("hundred moped naked hatred sacred wicked rugged kindred biped")
_LOST_E = re.compile(r"(?:[vuzc]|[bcdfgkptz]l|[aeiou]s|[dr]g|[^aeo]at)$")
"""How a verb ends that drops its e before "ed": rotat-ed, continu-ed."""


def is_plural(noun: str) -> bool:
    """Whether a noun means several."""
    if noun in PLURALS or noun.endswith(("men", "people", "children")):
        return True
    return (
        noun.endswith("s") and not noun.endswith(("ss", "us", "'s")) and noun not in _SINGULAR_IN_S
    )


def is_action(word: str, following: str) -> bool:
    """Whether a word in -ing says what somebody does."""
    if word in _MAYBE_ACTIONS:
        return following in DETERMINERS or following in ADJECTIVES
    return word.endswith("ing") and len(word) > 4 and word not in _NOT_ACTIONS


def is_state(word: str, following: str, *, names_agent: bool) -> bool:
    """Whether a participle without an auxiliary tells how its noun is: "parked", "hit by a car".

    Args:
        names_agent: what follows is "by" and somebody.
    """
    base = past_base(word)
    if base and following in DETERMINERS:
        return False
    if word == "left":
        return following in PREPOSITIONS
    is_participle = word in _PARTICIPLES or (word.endswith("ed") and base is not None)
    return word in _STATES or (is_participle and names_agent and base not in _GOES)


def is_participle(word: str) -> bool:
    """Whether "has" before this word is an auxiliary."""
    return word in _PARTICIPLES or word.endswith("ed")


def guessed_past_base(word: str) -> str | None:
    """As `past_base`, and by its spelling for a verb that is not in the list."""
    known = past_base(word)
    if known or not word.endswith("ed") or word.endswith("eed") or len(word) < 5:
        return known
    stem = word[:-2]
    if word in _NOT_PAST:
        return None
    if stem[-1] == stem[-2] and stem[-1] not in "lsfz":
        return stem[:-1]
    return stem[:-1] + "y" if stem[-1] == "i" else stem + "e" * bool(_LOST_E.search(stem))


def guessed_present_base(word: str) -> str | None:
    """As `present_base`, and by its spelling for a verb that is not in the list."""
    known = present_base(word)
    if known or not is_plural(word) or word in PLURALS:
        return known
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("shes", "ches", "sses", "xes")) else word[:-1]


def is_base(word: str) -> bool:
    return word in _VERBS


def present_base(word: str) -> str | None:
    """The verb that `word` is the third person of; None where it is none that scenes have."""
    if not word.endswith("s"):
        return None
    return _first_verb(word[:-1], word.removesuffix("es"), word.removesuffix("ies") + "y")


def past_base(word: str) -> str | None:
    """The verb that `word` is the past of, or None."""
    if word in _IRREGULAR or not word.endswith("ed"):
        return _IRREGULAR.get(word)
    stem = word[:-2]
    undoubled = stem[:-1] if len(stem) > 2 and stem[-1] == stem[-2] else stem
    return _first_verb(stem + "e", stem, undoubled, word.removesuffix("ied") + "y")


def _first_verb(*candidates: str) -> str | None:
    return next((candidate for candidate in candidates if candidate in _VERBS), None)
