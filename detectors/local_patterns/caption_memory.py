"""Captions that outlive the sight that they were read from (paper §3.4, METHODS C.3)."""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float32

from detectors.local_patterns.questions import to_question

Rule = Literal["sharpest", "template"]
SayYes = Callable[[Sequence[str], Float32[np.ndarray, "k n d"]], Bool[np.ndarray, " k"]]
"""Questions, and the image tokens of the region that each is about; True where it is still so."""
TEMPLATE_SPAN = 24
"""Observations among which the released code looks for a template."""
_COMMONPLACE = frozenset({"walking", "standing", "sitting"})


@dataclass(frozen=True, eq=False)
class Observation:
    """One region of one picture."""

    track: int
    area: float
    """Of its box, as a share of the picture: what makes it sharp or small."""
    caption: str
    tokens: Float32[np.ndarray, "n d"]
    """Its image tokens."""
    pattern: Float32[np.ndarray, " d"]
    """What CMAM makes of tokens and caption."""
    agreement: float = 0.0
    """Sum of the tokens' cosines to the caption (`cmam.token_weights`)."""
    is_carried: bool = False
    """Whether the caption is one from earlier."""


class CaptionMemory:
    """The caption to believe for each observation of each track.

    "sharpest" is the paper's: a track remembers the caption of its largest view, and a smaller view
    asks whether that still holds. On no its own caption is taken, and remembered from there on. The
    caller makes the pattern of a carried caption anew.

    "template" is the released code's: of the last 24 views the one whose caption agrees most with
    its tokens, unless it tells of walking, standing or sitting; a view no larger than it takes over
    its caption and its pattern on yes. The code looks for it within a batch, ahead too; here only
    back, so that a live camera can follow.

    Args:
        says_yes: asked once per picture, about all the regions that need it.
    """

    def __init__(self, says_yes: SayYes, *, rule: Rule = "sharpest") -> None:
        self._says_yes = says_yes
        self._is_template = rule == "template"
        self._views: dict[int, deque[Observation]] = {}

    def update(self, observations: Sequence[Observation]) -> list[Observation]:
        """The observations of the next picture, at most one per track, each with its caption."""
        earlier = [self._earlier(observation) for observation in observations]
        asked = [i for i, past in enumerate(earlier) if past is not None]
        holds = dict(zip(asked, self._ask(observations, earlier, asked), strict=True))
        described: list[Observation] = []
        for i, (now, past) in enumerate(zip(observations, earlier, strict=True)):
            carries = past is not None and holds[i]
            if self._is_template or not carries:
                self._remember(now)
            described.append(self._carried(now, past) if past is not None and carries else now)
        return described

    def keep_only(self, tracks: Collection[int]) -> None:
        """Forgets every other track, such as those that `Tracker.live` no longer names."""
        self._views = {track: views for track, views in self._views.items() if track in tracks}

    def _earlier(self, now: Observation) -> Observation | None:
        """The view whose caption may hold for this one as well."""
        views = self._views.get(now.track, ())
        if self._is_template:
            views = [view for view in views if _tells_something(view.caption)]
        if not views:
            return None
        best = max(views, key=lambda view: view.agreement) if self._is_template else views[-1]
        is_sharper = best.area >= now.area if self._is_template else best.area > now.area
        return best if is_sharper else None

    def _ask(
        self,
        observations: Sequence[Observation],
        earlier: Sequence[Observation | None],
        asked: Sequence[int],
    ) -> list[bool]:
        if not asked:
            return []
        questions = [to_question(past.caption) for i in asked if (past := earlier[i]) is not None]
        tokens = np.stack([observations[i].tokens for i in asked])
        return self._says_yes(questions, tokens).tolist()

    def _carried(self, now: Observation, past: Observation) -> Observation:
        pattern = past.pattern if self._is_template else now.pattern
        return replace(now, caption=past.caption, pattern=pattern, is_carried=True)

    def _remember(self, now: Observation) -> None:
        if now.caption.strip():
            span = TEMPLATE_SPAN if self._is_template else 1
            self._views.setdefault(now.track, deque(maxlen=span)).append(now)


def _tells_something(caption: str) -> bool:
    return _COMMONPLACE.isdisjoint(caption.lower().replace(".", " ").split())
