"""The form's fields as the session keeps them, and the query that they say."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from search_api.answers.searching import SearchBody
from ui.links import Asked

PREFIX = "search."
SOUND_CHOICES = {True: "With sound", False: "Without sound"}
LEVELS = {"moment": "Moments (10 s)", "scene": "Scenes (1 min)", "video": "Whole videos"}
SOUND_MODES = {
    "both": "Pictures and sound tracks",
    "sound-to-video": "Pictures only",
    "sound-to-sound": "Sound tracks only",
}
WEIGHED = {"text": "Words", "image": "Picture", "audio": "Sound"}
PLAIN = (
    "level",
    "cameras",
    "has_sound",
    "min_score",
    "alpha",
    "limit",
    "merge",
    "per_video",
    "sound_mode",
    "audio",
    "image",
    "crop",
)
"""Fields of the query that are kept as they are."""
WITHIN_S = 30.0

State = dict[str, Any]


def to_state(asked: Asked, zone: tzinfo) -> State:
    """What the fields show for a query; times without their zone, as the fields have them."""
    body = asked.body
    then = body.then
    state: State = {name: getattr(body, name) for name in PLAIN}
    state |= {
        "q": body.text or "",
        "cameras": list(body.cameras),
        "without": "\n".join(unwanted.replace("\n", " ") for unwanted in body.without),
        "then": then.text if then else "",
        "within_s": then.within_s if then else WITHIN_S,
        "same_camera": then.same_camera if then else True,
        "after": _without_zone(body.after, zone),
        "before": _without_zone(body.before, zone),
        "view": asked.view,
        "shows_all": asked.shows_all,
    }
    state |= {f"weight.{name}": getattr(body.weights, name) for name in WEIGHED}
    return state | {f"anomaly.{name}": least for name, least in body.min_anomaly.items()}


def from_state(state: Mapping[str, Any], zone: tzinfo) -> Asked:
    """The query that the fields say.

    Raises:
        ValidationError: a field is out of its bounds.
    """
    second = {name: state[name] for name in ("within_s", "same_camera")}
    then = state["then"].strip()
    fields = {name: state[name] for name in PLAIN if state[name] is not None} | {
        "text": state["q"],
        "without": [line for line in state["without"].split("\n") if line.strip()],
        "then": {"text": then, **second} if then else None,
        "after": _with_zone(state["after"], zone),
        "before": _with_zone(state["before"], zone),
        "weights": {name: state[f"weight.{name}"] for name in WEIGHED},
        "min_anomaly": _least_anomaly(state),
    }
    body = SearchBody.model_validate(fields)
    return Asked(body, view=state["view"], shows_all=state["shows_all"])


def restrictions(body: SearchBody, said_time: Mapping[str, str]) -> list[str]:
    """What narrows the search, in words, for the line under the form.

    Args:
        said_time: "after" and "before" as they are shown.
    """
    said = [f"camera {name}" for name in body.cameras]
    said += [f"{name} {said_time[name]}" for name in ("after", "before") if getattr(body, name)]
    if body.has_sound is not None:
        said.append(SOUND_CHOICES[body.has_sound].lower())
    said += [f"{name} ≥ {least:g}" for name, least in body.min_anomaly.items()]
    if body.min_score is not None:
        said.append(f"score ≥ {body.min_score:g}")
    said += [f"without “{unwanted}”" for unwanted in body.without]
    if body.then:
        where = "same camera" if body.then.same_camera else "any camera"
        said.append(f"then “{body.then.text}” within {body.then.within_s:g} s, {where}")
    return said + _unusual(body)


def _unusual(body: SearchBody) -> list[str]:
    weights = [
        f"{label.lower()} × {getattr(body.weights, name):g}"
        for name, label in WEIGHED.items()
        if getattr(body.weights, name) != 1
    ]
    alpha = [] if body.alpha is None else [f"α = {body.alpha:g}"]
    level = [] if body.level == "moment" else [LEVELS[body.level].lower()]
    per_video = [f"at most {body.per_video} a video"] if body.per_video else []
    return weights + alpha + level + per_video


def _least_anomaly(state: Mapping[str, Any]) -> dict[str, float]:
    return {
        name.removeprefix("anomaly."): least
        for name, least in state.items()
        if name.startswith("anomaly.") and least is not None
    }


def _without_zone(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return moment and moment.astimezone(zone).replace(tzinfo=None)


def _with_zone(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return moment and moment.replace(tzinfo=zone)
