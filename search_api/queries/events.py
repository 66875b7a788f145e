"""Overlapping moments of one event as one hit, and no more than so many hits of a video. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search_api.queries.candidates import Candidate
from segments.payload import SegmentPayload
from segments.spans import TimeSpan

LEAST_SHARE = 0.5
"""Of its event's best strength, that a moment needs to belong to it."""


@dataclass(slots=True)
class Event:
    """Moments of one video that overlap."""

    best: Candidate
    start_s: float
    end_s: float
    members: list[Candidate]

    @classmethod
    def of(cls, candidate: Candidate) -> "Event":
        payload = candidate.payload
        return cls(candidate, payload.start_s, payload.end_s, [candidate])

    @property
    def merged(self) -> int:
        return len(self.members)

    @property
    def span(self) -> TimeSpan:
        return TimeSpan(self.start_s, self.end_s)

    @property
    def anomaly(self) -> dict[str, float]:
        """Highest by detector."""
        highest: dict[str, float] = {}
        for member in self.members:
            for detector, score in member.payload.anomaly.items():
                highest[detector] = max(score, highest.get(detector, score))
        return highest

    @property
    def payload(self) -> SegmentPayload:
        """The best moment's, with the event's span and its highest anomaly scores."""
        update = {"start_s": self.start_s, "end_s": self.end_s, "anomaly": self.anomaly}
        return self.best.payload.model_copy(update=update)

    def takes(self, other: "Event") -> bool:
        """Whether `other`, which is no better, overlaps this one and stands out half as much."""
        if other.start_s >= self.end_s or self.start_s >= other.end_s:
            return False
        strength = self.best.strength
        return other.best.strength >= strength - (1 - LEAST_SHARE) * abs(strength)

    def add(self, other: "Event") -> None:
        """Grows by another event."""
        self.start_s, self.end_s = min(self.start_s, other.start_s), max(self.end_s, other.end_s)
        self.members += other.members


def gather(
    candidates: Iterable[Candidate], *, merge: bool = True, per_video: int | None = None
) -> list[Event]:
    """Events in the order of their best candidates.

    A candidate joins the event of its video that it overlaps where it stands out at least half as
    much as the event's best; one that overlaps two such events makes them one. Others stand for
    themselves.

    Args:
        candidates: best first.
        merge: False leaves every candidate alone.
        per_video: most events of a video; None: all.
    """
    by_video: defaultdict[str, list[Event]] = defaultdict(list)
    order: dict[int, Event] = {}
    for candidate in candidates:
        event, known = Event.of(candidate), by_video[candidate.payload.video_id]
        joined = [one for one in known if one.takes(event)] if merge else []
        if not joined:
            known.append(event)
            order[id(event)] = event
            continue
        joined[0].add(event)
        for other in joined[1:]:
            joined[0].add(other)
            known.remove(other)
            del order[id(other)]
    return list(_limited(order.values(), per_video))


def _limited(events: Iterable[Event], per_video: int | None) -> Iterator[Event]:
    shown: defaultdict[str, int] = defaultdict(int)
    for event in events:
        video = event.best.payload.video_id
        shown[video] += 1
        if per_video is None or shown[video] <= per_video:
            yield event
