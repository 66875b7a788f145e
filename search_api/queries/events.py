"""Overlapping moments of one event as one hit, and no more than so many hits of a video. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search_api.queries.candidates import Candidate
from segments.payload import SegmentPayload
from segments.spans import TimeSpan

LEAST_SHARE = 0.5
"""Of its event's best strength, that a moment needs to belong to it."""


@dataclass
class Event:
    """Moments of one video that overlap."""

    best: Candidate
    span: TimeSpan
    anomaly: dict[str, float]
    """Highest by detector."""
    merged: int = 1

    @classmethod
    def of(cls, candidate: Candidate) -> "Event":
        payload = candidate.payload
        return cls(candidate, TimeSpan(payload.start_s, payload.end_s), dict(payload.anomaly))

    @property
    def payload(self) -> SegmentPayload:
        """The best moment's, with the event's span and its highest anomaly scores."""
        start_s, end_s = self.span.start_s, self.span.end_s
        update = {"start_s": start_s, "end_s": end_s, "anomaly": self.anomaly}
        return self.best.payload.model_copy(update=update)

    def takes(self, other: "Event") -> bool:
        """Whether `other`, which is no better, overlaps this one and stands out half as much."""
        overlaps = other.span.start_s < self.span.end_s and self.span.start_s < other.span.end_s
        strength = self.best.strength
        return overlaps and other.best.strength >= strength - (1 - LEAST_SHARE) * abs(strength)

    def add(self, other: "Event") -> None:
        """Grows by another event."""
        start_s = min(self.span.start_s, other.span.start_s)
        self.span = TimeSpan(start_s, max(self.span.end_s, other.span.end_s))
        self.merged += other.merged
        for detector, score in other.anomaly.items():
            self.anomaly[detector] = max(score, self.anomaly.get(detector, score))


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
        joined = [one for one in known if merge and one.takes(event)]
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
