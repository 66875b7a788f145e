"""The whole query in the page's address, so that a search can be sent to a colleague.

What is as usual is left out. Nothing else is in an address: no key, no signed address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from pydantic import ValidationError

from search_api.answers.searching import SearchBody

Params = dict[str, list[str]]
View = Literal["grid", "list"]
LIMIT = 50
"""Hits of a search of the page, unless its address says otherwise."""
ANOMALY, WEIGHT = "anomaly.", "weight."
PLAIN = {
    "q": "text",
    "level": "level",
    "after": "after",
    "before": "before",
    "sound_mode": "sound_mode",
    "audio": "audio",
    "image": "image",
}
"""Parameters of one text, and their fields."""
NUMBERS = {
    "min_score": "min_score",
    "alpha": "alpha",
    "limit": "limit",
    "per_video": "per_video",
}
LISTS = {"without": "without", "camera": "cameras"}
FLAGS = {"sound": "has_sound", "merge": "merge"}
DEFAULTS = SearchBody(limit=LIMIT).model_dump(mode="json")


@dataclass(frozen=True)
class Asked:
    """What the search page shows."""

    body: SearchBody = SearchBody(limit=LIMIT)
    view: View = "grid"
    shows_all: bool = False
    """Hits that may be chance too, where none is better."""
    problem: str = ""
    """What is wrong with the address, where something is; `body` then asks for nothing."""

    @property
    def is_something(self) -> bool:
        return bool(self.body.text or self.body.audio or self.body.image)


def to_params(asked: Asked) -> Params:
    """The address's parameters: what differs from an empty query, in a fixed order."""
    body = asked.body.model_dump(mode="json")
    changed = {name: value for name, value in body.items() if value != DEFAULTS[name]}
    single = PLAIN | NUMBERS
    found: Params = {name: [str(changed[of])] for name, of in single.items() if of in changed}
    found |= {name: changed[of] for name, of in LISTS.items() if of in changed}
    found |= {name: [_flag(changed[of])] for name, of in FLAGS.items() if of in changed}
    found |= _prefixed(ANOMALY, changed.get("min_anomaly", {}))
    usual = DEFAULTS["weights"]
    weights = changed.get("weights", {})
    found |= _prefixed(WEIGHT, {name: w for name, w in weights.items() if w != usual[name]})
    if "crop" in changed:
        found["crop"] = [",".join(str(side) for side in changed["crop"])]
    return found | _then_params(asked.body) | _shown(asked)


def from_params(params: Mapping[str, Sequence[str]]) -> Asked:
    """What an address asks for; parameters that are not ours are passed over."""
    last = {name: values[-1] for name, values in params.items() if values}
    fields: dict[str, object] = {"limit": LIMIT}
    fields |= {of: last[name] for name, of in PLAIN.items() if name in last}
    fields |= {of: _number(last[name]) for name, of in NUMBERS.items() if name in last}
    fields |= {of: list(params[name]) for name, of in LISTS.items() if name in last}
    fields |= {of: _claim(last[name]) for name, of in FLAGS.items() if name in last}
    fields["min_anomaly"] = _under(ANOMALY, last)
    fields["weights"] = _under(WEIGHT, last)
    if "then" in last:
        fields["then"] = _then(last)
    if "crop" in last:
        fields["crop"] = [_number(side) for side in last["crop"].split(",")]
    view: View = "list" if last.get("view") == "list" else "grid"
    try:
        body = SearchBody.model_validate(fields)
    except ValidationError as error:
        return Asked(view=view, problem=_readable(error))
    return Asked(body, view=view, shows_all=last.get("all") == "1")


def to_video(
    video_id: str, at_s: float, *, start_s: float, end_s: float, asked: Asked | None = None
) -> Params:
    """Parameters of the video page: a video at a time, with the span that was found.

    Args:
        asked: the search that found it; its parameters travel along.
    """
    place = {"video": video_id, "at": at_s, "from": start_s, "to": end_s}
    found = {name: [f"{v:g}" if isinstance(v, float) else str(v)] for name, v in place.items()}
    return (to_params(asked) if asked else {}) | found


def href(page: str, params: Mapping[str, Sequence[str]]) -> str:
    """A page's address below the site: "video?video=…&at=12.5"."""
    query = urlencode({name: list(values) for name, values in params.items()}, doseq=True)
    return f"{page}?{query}" if query else page


def _then_params(body: SearchBody) -> Params:
    if body.then is None:
        return {}
    found = {"then": [body.then.text], "within": [f"{body.then.within_s:g}"]}
    return found if body.then.same_camera else {**found, "same_camera": ["0"]}


def _then(last: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {"text": last["then"]}
    if "within" in last:
        found["within_s"] = _number(last["within"])
    if "same_camera" in last:
        found["same_camera"] = _claim(last["same_camera"])
    return found


def _shown(asked: Asked) -> Params:
    view: Params = {"view": [asked.view]} if asked.view != "grid" else {}
    return {**view, "all": ["1"]} if asked.shows_all else view


def _flag(value: object) -> str:
    return "1" if value else "0"


def _claim(text: str) -> bool | str:
    """Text that is neither stays, for the query's own checks to refuse."""
    return {"1": True, "0": False}.get(text, text)


def _number(text: str) -> float | str:
    """A whole one as int; text that is none stays, for the query's own checks to refuse."""
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


def _prefixed(prefix: str, values: Mapping[str, float]) -> Params:
    return {f"{prefix}{name}": [f"{value:g}"] for name, value in values.items()}


def _under(prefix: str, params: Mapping[str, str]) -> dict[str, float | str]:
    return {
        name.removeprefix(prefix): _number(value)
        for name, value in params.items()
        if name.startswith(prefix)
    }


def _readable(error: ValidationError) -> str:
    said = [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()]
    return "; ".join(said)
