"""The sentences that TRACE compares footage with, the places of cameras, and rescoring."""

from collections.abc import Sequence

from search_api.answers.traces import (
    CameraPlaces,
    NewPins,
    NewSentence,
    PlaceList,
    Rescoring,
    RescoringOrder,
    SentenceAnswer,
    TraceBank,
    Trial,
    TrialOrder,
)
from search_api.client.wire import Wire


class Traces:
    """`client.traces`. Errors as of `Wire.ask`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def bank(self, context: str | None = None) -> TraceBank:
        """Every sentence, by context, or those of one."""
        return self._wire.ask("GET", "/v1/traces", TraceBank, query={"context": context})

    def add(self, sentence: NewSentence) -> SentenceAnswer:
        """Adds a sentence to the library's own."""
        return self._wire.ask("POST", "/v1/traces/sentences", SentenceAnswer, body=sentence)

    def remove(self, trace_id: str) -> SentenceAnswer:
        """Takes a sentence out of the bank as the library sees it."""
        return self._wire.ask("DELETE", f"/v1/traces/sentences/{trace_id}", SentenceAnswer)

    def test(self, order: TrialOrder) -> Trial:
        """What a sentence would find."""
        return self._wire.ask("POST", "/v1/traces/trial", Trial, body=order, is_safe=True)

    def places(self) -> Sequence[CameraPlaces]:
        """What stands for each camera, and why."""
        return self._wire.ask("GET", "/v1/traces/places", PlaceList).cameras

    def pin(self, camera: str, contexts: Sequence[str]) -> CameraPlaces:
        """Lets contexts stand for a camera."""
        asked = NewPins(camera=camera, contexts=tuple(contexts))
        return self._wire.ask("PUT", "/v1/traces/pins", CameraPlaces, body=asked, is_safe=True)

    def unpin(self, camera: str) -> CameraPlaces:
        """Lets what its footage chose stand for a camera, or else the whole bank."""
        return self._forget("/v1/traces/pins", camera)

    def forget_choice(self, camera: str) -> CameraPlaces:
        """Forgets what a camera's footage chose."""
        return self._forget("/v1/traces/choices", camera)

    def rescoring(self) -> Rescoring:
        """How far the last rescoring is."""
        return self._wire.ask("GET", "/v1/traces/rescoring", Rescoring)

    def rescore(self, camera: str | None = None) -> Rescoring:
        """Has the scores of a camera's videos, or of all, made anew."""
        asked = RescoringOrder(camera=camera)
        return self._wire.ask("POST", "/v1/traces/rescoring", Rescoring, body=asked)

    def stop_rescoring(self) -> Rescoring:
        """Has the rescoring end after the video that it is at."""
        return self._wire.ask("DELETE", "/v1/traces/rescoring", Rescoring, is_safe=True)

    def _forget(self, path: str, camera: str) -> CameraPlaces:
        return self._wire.ask("DELETE", path, CameraPlaces, query={"camera": camera}, is_safe=True)
