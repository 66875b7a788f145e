"""Padded batches, drawn from a training set."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int
from torch import Tensor

from encoders.alan.sampling import length_mask
from encoders.alan.training.examples import SoundExample, TrainingSet, VideoExample
from encoders.alan.training.recipe import AlanRecipe
from segments.vectors import ClipFeatures

SOUND_RUN = (2, 8)
"""Clips of a sound that one visit hears: queries are short."""


class _Movable:
    """Tensors side by side that go to a device together."""

    def to(self, device: torch.device) -> Self:
        """On the device, where float16 becomes float32."""

        def moved(value: object) -> object:
            if isinstance(value, Tensor):
                there = value.to(device)
                return there.float() if there.dtype == torch.float16 else there
            if isinstance(value, _Movable):
                return value.to(device)
            if isinstance(value, dict):
                return {name: moved(part) for name, part in value.items()}
            return value

        parts = {field.name: moved(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]
        return type(self)(**parts)


@dataclass(frozen=True)
class TextBatch(_Movable):
    """One sentence of each video."""

    ids: Int[Tensor, "b l"]
    attended: Bool[Tensor, "b l"]
    words: Bool[Tensor, "b l"]
    masked: Bool[Tensor, "b 2 l"]
    """A noun phrase and a verb phrase; nowhere where there is none."""
    tokens: Float[Tensor, "b l c"] | None
    sentences: Float[Tensor, "b c"] | None
    """Both None where the backbone is trained along."""


@dataclass(frozen=True)
class VideoBatch(_Movable):
    """Videos with what is said of them and, for some, their sound."""

    streams: dict[str, Float[Tensor, "b t d"]]
    mask: Bool[Tensor, "b t"]
    labels: Float[Tensor, " b"]
    lead: Float[Tensor, "b t"]
    """The truth about each clip, 0 where unknown."""
    same: Bool[Tensor, "b b"]
    """True where what video j is asked by is true of video i too."""
    text: TextBatch | None
    audio: Float[Tensor, "h t a"] | None
    heard: Int[Tensor, " h"]
    """Rows that have sound."""


@dataclass(frozen=True)
class SoundBatch(_Movable):
    """Pairs of sounds of the same kind next to each other: rows 2i and 2i + 1."""

    audio: Float[Tensor, "b t a"]
    mask: Bool[Tensor, "b t"]
    same: Bool[Tensor, "b b"]
    """Of the pairs' first and second sounds: True where they are of one kind."""


@dataclass(frozen=True)
class _Visit:
    """One video as this visit sees it."""

    video: VideoExample
    features: ClipFeatures
    clips: Int[np.ndarray, " t"]
    """Which of its clips were kept."""


class BatchMaker:
    """Draws the batches of one epoch after another."""

    def __init__(
        self,
        data: TrainingSet,
        recipe: AlanRecipe,
        rng: np.random.Generator,
        *,
        is_ahead: bool = False,
    ) -> None:
        """
        Args:
            is_ahead: make each batch while the one before is trained on: for a device that computes
                beside the CPU. The batches are the same. Sounds are drawn from the same generator
                between batches, so where there are some nothing is made ahead.
        """
        self.data, self.recipe, self.rng = data, recipe, rng
        self.is_ahead = is_ahead and not data.sounds
        self.kinds = sorted({sound.meaning for sound in data.sounds})
        names = sorted(set().union(*(video.borrows for video in data.videos)))
        self.lenders = {
            name: [video for video in data.videos if name in video.borrows] for name in names
        }
        self.spread = _spread(data.videos) if recipe.feature_noise else {}

    @property
    def steps_per_epoch(self) -> int:
        full, rest = divmod(len(self.data.videos), self.recipe.batch_size)
        return max(1, full + (rest > 1))  # a batch of one has nothing to be ranked against

    def epoch(self) -> Iterator[VideoBatch]:
        """Batches of every video once in random order or, with weights, of as many drawn anew."""
        return _one_ahead(self._epoch()) if self.is_ahead else self._epoch()

    def _epoch(self) -> Iterator[VideoBatch]:
        count, size = len(self.data.videos), self.recipe.batch_size
        weights = self.data.weights
        order = None if weights is not None else self.rng.permutation(count)
        for start in range(0, self.steps_per_epoch * size, size):
            if order is not None:
                rows = order[start : start + size]
            else:
                assert weights is not None
                rows = self.rng.choice(count, size, p=weights / weights.sum())
            yield self._videos([self.data.videos[row] for row in rows])

    def sounds(self) -> SoundBatch:
        """Pairs of recorded sounds, each cut to a short run of clips."""
        pairs = self.recipe.sound_batch_size // 2
        drawn: list[SoundExample] = []
        for kind in self.rng.choice(self.kinds, pairs):
            members = [sound for sound in self.data.sounds if sound.meaning == kind]
            drawn += [members[i] for i in self.rng.choice(len(members), 2)]
        kinds = np.array([sound.meaning for sound in drawn])
        runs = [self._run(sound.audio) for sound in drawn]
        return SoundBatch(
            audio=_pad([run + self._noise(run, run.std(axis=0)) for run in runs]),
            mask=_mask([len(run) for run in runs]),
            same=torch.from_numpy(kinds[0::2, None] == kinds[None, 1::2]),
        )

    def _videos(self, videos: Sequence[VideoExample]) -> VideoBatch:
        visits = [self._visit(video) for video in videos]
        heard = [row for row, visit in enumerate(visits) if visit.features.audio is not None]
        sounds = [visits[row].features.audio for row in heard]
        text, asked = self._texts(videos)
        return VideoBatch(
            streams={name: self._padded(visits, name) for name in visits[0].features.streams},
            mask=_mask([len(visit.features) for visit in visits]),
            labels=torch.tensor([float(video.is_anomalous) for video in videos]),
            lead=_pad([_lead(visit) for visit in visits])[:, :, 0],
            same=torch.tensor([[meaning in v.meanings for meaning in asked] for v in videos]),
            text=text,
            audio=_pad([sound for sound in sounds if sound is not None]) if heard else None,
            heard=torch.tensor(heard, dtype=torch.long),
        )

    def _visit(self, video: VideoExample) -> _Visit:
        crop = int(self.rng.integers(video.num_crops)) if video.num_crops > 1 else 0
        features = video.read(crop)
        clips = np.arange(len(features))
        if len(features) > self.recipe.max_clips:
            pieces = np.arange(self.recipe.max_clips) + self.rng.random(self.recipe.max_clips)
            clips = (pieces * (len(features) / self.recipe.max_clips)).astype(int)
            features = features[clips]
        return _Visit(video, features, clips)

    def _texts(self, videos: Sequence[VideoExample]) -> tuple[TextBatch | None, list[str]]:
        """One sentence each, and what it means; a video alone means itself."""
        table = self.data.texts
        if table is None:
            return None, [min(video.meanings) for video in videos]
        rows = np.array([self.rng.choice(video.texts) for video in videos])
        length = int(table.attended[rows].sum(axis=1).max())
        masked = np.stack([table.maskable[row].draw(length, self.rng) for row in rows])
        tokens, sentences = table.tokens, table.sentences
        batch = TextBatch(
            ids=torch.from_numpy(table.ids[rows, :length]),
            attended=torch.from_numpy(table.attended[rows, :length]),
            words=torch.from_numpy(table.words[rows, :length]),
            masked=torch.from_numpy(masked),
            tokens=None if tokens is None else torch.from_numpy(tokens[rows, :length]),
            sentences=None if sentences is None else torch.from_numpy(sentences[rows]),
        )
        return batch, [table.meanings[row] for row in rows]

    def _padded(self, visits: Sequence[_Visit], name: str) -> Float[Tensor, "b t d"]:
        arrays = [self._stream(visit, name) for visit in visits]
        if not self.recipe.feature_noise:
            return _pad(arrays)
        return _pad([array + self._noise(array, self.spread[name]) for array in arrays])

    def _stream(self, visit: _Visit, name: str) -> Float32[np.ndarray, "t d"]:
        own = visit.features.streams[name]
        if name not in visit.video.borrows:
            return own
        lender = self.lenders[name][self.rng.integers(len(self.lenders[name]))]
        lent = lender.read(0).streams[name]
        return lent[np.arange(len(own)) * len(lent) // len(own)]

    def _run(self, clips: Float32[np.ndarray, "t c"]) -> Float32[np.ndarray, "r c"]:
        """Some consecutive clips of a sound."""
        least, most = SOUND_RUN
        length = min(len(clips), int(self.rng.integers(least, most + 1)))
        start = int(self.rng.integers(len(clips) - length + 1))
        return clips[start : start + length]

    def _noise(
        self, array: Float32[np.ndarray, "t d"], spread: Float32[np.ndarray, " d"]
    ) -> Float32[np.ndarray, "t d"]:
        drawn = self.rng.standard_normal(array.shape, np.float32)
        return self.recipe.feature_noise * spread * drawn


def _one_ahead(batches: Iterator[VideoBatch]) -> Iterator[VideoBatch]:
    """The same batches, each made in a thread while the one before is used."""
    with ThreadPoolExecutor(1) as maker:
        waiting = maker.submit(next, batches, None)
        while (batch := waiting.result()) is not None:
            waiting = maker.submit(next, batches, None)
            yield batch


def _spread(videos: Sequence[VideoExample]) -> dict[str, Float32[np.ndarray, " d"]]:
    """Standard deviation of each stream over all clips, from one look at every video."""
    count, sums = 0, dict[str, np.ndarray]()
    for video in videos:
        features = video.read(0)
        count += len(features)
        for name, stream in features.streams.items():
            both = np.stack([stream.sum(axis=0), np.square(stream).sum(axis=0)]).astype(np.float64)
            sums[name] = sums.get(name, 0.0) + both
    spread: dict[str, Float32[np.ndarray, " d"]] = {}
    for name, (first, second) in sums.items():
        variance = second / count - np.square(first / count)
        spread[name] = np.sqrt(variance.clip(min=0)).astype(np.float32)
    return spread


def _lead(visit: _Visit) -> Float32[np.ndarray, "t 1"]:
    labels = visit.video.clip_labels
    known = np.zeros(len(visit.clips)) if labels is None else labels[visit.clips]
    return known[:, None].astype(np.float32)


def _pad(arrays: Sequence[Float[np.ndarray, "t d"]]) -> Float[Tensor, "b t d"]:
    """float16 stays float16: it is half to copy, and `to` widens it on the device."""
    is_half = all(array.dtype == np.float16 for array in arrays)
    shape = len(arrays), max(map(len, arrays)), arrays[0].shape[1]
    padded = np.zeros(shape, np.float16 if is_half else np.float32)
    for row, array in zip(padded, arrays, strict=True):
        row[: len(array)] = array
    return torch.from_numpy(padded)


def _mask(lengths: Sequence[int]) -> Bool[Tensor, "b t"]:
    return length_mask(torch.tensor(lengths), max(lengths))
