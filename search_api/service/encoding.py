"""Models behind one thread: what is asked meanwhile is encoded together, next.

A lone text is encoded at once. While a batch is at work others gather, and all of them are the next
batch: the busier the service, the larger the batches, and nobody waits for a timer.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
from jaxtyping import Float32, UInt8

from encoders.base import Profile, ProfileSpec
from segments.manifest import SpaceManifest
from segments.media import AudioClip, ClipBatch
from segments.vectors import ClipFeatures, DualQuery, SoundQuery

MAX_BATCH = 32
MAX_REMEMBERED = 512
"""Texts whose vectors are kept: about 6 KB each."""
T = TypeVar("T")


@runtime_checkable
class EncodesTexts(Protocol):
    """A profile that encodes several texts faster than one after the other."""

    def encode_texts(self, texts: Sequence[str]) -> list[DualQuery]: ...


class BatchingProfile:
    """A `Profile` for many threads at once; its models run in a thread of their own."""

    def __init__(
        self, profile: Profile, *, on_batch: Callable[[int], None] = lambda num_texts: None
    ) -> None:
        """Args:
        on_batch: told how many texts each call of the model encoded.
        """
        self._profile, self._on_batch = profile, on_batch
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encoder")
        self._waiting: OrderedDict[str, Future[DualQuery]] = OrderedDict()
        self._known: OrderedDict[str, DualQuery] = OrderedDict()
        self._lock = threading.Lock()
        """Of the two tables above."""

    @property
    def spec(self) -> ProfileSpec:
        return self._profile.spec

    @property
    def manifest(self) -> SpaceManifest:
        return self._profile.manifest

    def encode_text(self, text: str) -> DualQuery:
        """Waits until the text's batch is done; a text that was asked lately costs nothing."""
        with self._lock:
            known = self._known.get(text)
            if known is not None:
                self._known.move_to_end(text)
                return known
            answer = self._waiting.get(text)
            if answer is None:
                answer = self._waiting[text] = Future[DualQuery]()
                self._thread.submit(self._encode_waiting)
        return answer.result()

    def encode_sentences(self, texts: Sequence[str]) -> Float32[np.ndarray, "n d"]:
        return self._run(lambda: self._profile.encode_sentences(texts))

    def encode_sound(self, sound: AudioClip) -> SoundQuery:
        return self._run(lambda: self._profile.encode_sound(sound))

    def encode_image(self, pixels: UInt8[np.ndarray, "h w 3"]) -> DualQuery:
        return self._run(lambda: self._profile.encode_image(pixels))

    def encode_clips(self, batch: ClipBatch) -> ClipFeatures:
        return self._run(lambda: self._profile.encode_clips(batch))

    def score_clips(self, features: ClipFeatures) -> Float32[np.ndarray, " t"]:
        return self._run(lambda: self._profile.score_clips(features))

    def embed_segments(
        self, segments: Sequence[tuple[ClipFeatures, Float32[np.ndarray, " t"]]]
    ) -> list[dict[str, Float32[np.ndarray, " d"]]]:
        return self._run(lambda: self._profile.embed_segments(segments))

    def close(self) -> None:
        """Ends the thread, once what waits is done."""
        self._thread.shutdown()

    def _run(self, work: Callable[[], T]) -> T:
        return self._thread.submit(work).result()

    def _encode_waiting(self) -> None:
        with self._lock:
            texts = list(self._waiting)[:MAX_BATCH]
            answers = [self._waiting[text] for text in texts]
        if not texts:
            return  # an earlier call took them all
        try:
            queries = self._encode(texts)
        except BaseException as error:
            self._forget(texts)
            for answer in answers:
                answer.set_exception(error)
            return
        self._remember(texts, queries)
        for answer, query in zip(answers, queries, strict=True):
            answer.set_result(query)

    def _encode(self, texts: list[str]) -> list[DualQuery]:
        self._on_batch(len(texts))
        if isinstance(self._profile, EncodesTexts):
            return self._profile.encode_texts(texts)
        return [self._profile.encode_text(text) for text in texts]

    def _remember(self, texts: list[str], queries: list[DualQuery]) -> None:
        self._forget(texts)
        with self._lock:
            self._known.update(zip(texts, queries, strict=True))
            while len(self._known) > MAX_REMEMBERED:
                self._known.popitem(last=False)

    def _forget(self, texts: list[str]) -> None:
        with self._lock:
            for text in texts:
                del self._waiting[text]
