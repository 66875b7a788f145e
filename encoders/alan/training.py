"""Joint training of ALAN's encoders on features that fit in memory (METHODS A.8, without VPMPM)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Float16, Float32, Int
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from encoders.alan.alignment import dual_embedding, similarity_matrix
from encoders.alan.audio import AudioEncoder
from encoders.alan.config import AlanConfig
from encoders.alan.losses import margin_ranking_loss, topk_loss
from encoders.alan.model import Alan
from encoders.alan.outputs import VideoOutput
from encoders.alan.sampling import length_mask
from segments.vectors import ClipFeatures

SOUND_RUN = (2, 8)
"""Clips of a sound that one visit hears: queries are short."""


@dataclass(frozen=True)
class TextTable:
    """Every sentence of a training set, through the frozen text backbone."""

    tokens: Float16[np.ndarray, "n l c"]
    words: Bool[np.ndarray, "n l"]
    sentences: Float32[np.ndarray, "n c"]
    meanings: tuple[str, ...]
    """What each sentence says: it is true of every example that lists this meaning."""


@dataclass(frozen=True)
class VideoExample:
    """One video with the sentences that describe it."""

    features: ClipFeatures
    texts: tuple[int, ...]
    """Rows of the text table; one is drawn at each visit."""
    meanings: frozenset[str]
    """Everything that is true of it, the meanings of its own sentences included."""
    is_anomalous: bool
    borrows: frozenset[str] = frozenset()
    """Streams that are taken, at each visit, from any example that borrows them too: with few
    recordings they would teach which recording it is, and not what happens in it."""


@dataclass(frozen=True)
class SoundExample:
    """One sound of a known kind, without pictures."""

    audio: Float32[np.ndarray, "t c"]
    meaning: str


@dataclass(frozen=True)
class TrainingSet:
    """What one network is trained on."""

    texts: TextTable
    videos: tuple[VideoExample, ...]
    weights: Float32[np.ndarray, " n"]
    """How often each video is drawn, relative to the others."""
    sounds: tuple[SoundExample, ...] = ()


@dataclass(frozen=True)
class AlanRecipe:
    """Constants of one training run; the paper's where they do not depend on the backbone."""

    steps: int = 1500
    batch_size: int = 64
    sound_batch_size: int = 64
    peak_lr: float = 5e-4
    gate_lr: float = 5e-3
    """Of the gates that start shut (`AlanConfig.residual_gate`): single numbers with far to go."""
    weight_decay: float = 0.01
    detector_weight: float = 0.1
    """λ1 of Eq. 10."""
    sound_weight: float = 1.0
    """Of the sound-to-sound ranking beside the alignment losses."""
    feature_noise: float = 0.1
    """Standard deviation of the noise on features, as a share of each stream's own."""
    average_decay: float = 0.995
    """Of the moving average of weights that training returns."""
    seed: int = 0


def train_alan(
    config: AlanConfig,
    data: TrainingSet,
    recipe: AlanRecipe,
    *,
    start: Callable[[Alan], None] = lambda model: None,
    on_step: Callable[[int, dict[str, float]], None] = lambda step, losses: None,
) -> Alan:
    """A network trained from nothing; the same seed gives the same weights.

    Args:
        start: gives the new network other weights to start from.
        on_step: called after each step with its number, from 1, and the parts of the loss.
    """
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    model = Alan(config).train()
    start(model)
    average = AveragedModel(
        model, multi_avg_fn=get_ema_multi_avg_fn(recipe.average_decay), use_buffers=True
    )
    gates = [weight for name, weight in model.named_parameters() if name.endswith(".share")]
    others = [weight for name, weight in model.named_parameters() if not name.endswith(".share")]
    optimizer = torch.optim.AdamW(
        [{"params": others, "weight_decay": recipe.weight_decay}]
        + ([{"params": gates, "weight_decay": 0.0}] if gates else []),
        lr=recipe.peak_lr,
    )
    rates = [recipe.peak_lr, *([recipe.gate_lr] if gates else [])]
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rates, total_steps=recipe.steps, pct_start=0.1
    )
    batches = _BatchMaker(data, recipe, rng)
    for step in range(1, recipe.steps + 1):
        losses = _video_losses(model, batches.videos(), recipe)
        if model.audio is not None and data.sounds:
            losses["sound"] = recipe.sound_weight * _sound_loss(model.audio, batches.sounds())
        optimizer.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        average.update_parameters(model)
        on_step(step, {name: loss.item() for name, loss in losses.items()})
    trained = average.module
    assert isinstance(trained, Alan)
    return trained.eval()


@dataclass(frozen=True)
class _VideoBatch:
    streams: dict[str, Float[Tensor, "b t d"]]
    mask: Bool[Tensor, "b t"]
    tokens: Float[Tensor, "b l c"]
    words: Bool[Tensor, "b l"]
    sentences: Float[Tensor, "b c"]
    same: Bool[Tensor, "b b"]
    """True where sentence j is true of video i."""
    labels: Float[Tensor, " b"]
    audio: Float[Tensor, "h t a"] | None
    heard: Int[Tensor, " h"]
    """Rows that have sound."""


@dataclass(frozen=True)
class _SoundBatch:
    audio: Float[Tensor, "b t a"]
    mask: Bool[Tensor, "b t"]
    same: Bool[Tensor, "b b"]


class _BatchMaker:
    """Draws padded, noisy batches from a training set."""

    def __init__(self, data: TrainingSet, recipe: AlanRecipe, rng: np.random.Generator) -> None:
        self.data, self.recipe, self.rng = data, recipe, rng
        self.chances = data.weights / data.weights.sum()
        names = data.videos[0].features.streams
        self.spread = {
            name: np.std(np.concatenate([v.features.streams[name] for v in data.videos]), axis=0)
            for name in names
        }
        self.kinds = sorted({sound.meaning for sound in data.sounds})
        self.lenders = {
            name: [video for video in data.videos if name in video.borrows] for name in names
        }

    def videos(self) -> _VideoBatch:
        rows = self.rng.choice(len(self.chances), self.recipe.batch_size, p=self.chances)
        videos = [self.data.videos[row] for row in rows]
        texts = np.array([self.rng.choice(video.texts) for video in videos])
        table = self.data.texts
        heard = [row for row, video in enumerate(videos) if video.features.audio is not None]
        sounds = [videos[row].features.audio for row in heard]
        return _VideoBatch(
            streams={name: self._padded(videos, name) for name in self.spread},
            mask=_mask([len(video.features) for video in videos]),
            tokens=torch.from_numpy(table.tokens[texts]).float(),
            words=torch.from_numpy(table.words[texts]),
            sentences=torch.from_numpy(table.sentences[texts]),
            same=torch.tensor(
                [[table.meanings[text] in video.meanings for text in texts] for video in videos]
            ),
            labels=torch.tensor([float(video.is_anomalous) for video in videos]),
            audio=_pad([sound for sound in sounds if sound is not None]) if heard else None,
            heard=torch.tensor(heard, dtype=torch.long),
        )

    def sounds(self) -> _SoundBatch:
        """Pairs of the same kind stand next to each other: rows 2i and 2i + 1."""
        pairs = self.recipe.sound_batch_size // 2
        drawn: list[SoundExample] = []
        for kind in self.rng.choice(self.kinds, pairs):
            members = [sound for sound in self.data.sounds if sound.meaning == kind]
            drawn += [members[i] for i in self.rng.choice(len(members), 2)]
        kinds = np.array([sound.meaning for sound in drawn])
        runs = [self._run(sound.audio) for sound in drawn]
        return _SoundBatch(
            audio=_pad([run + self._noise(run, run.std(axis=0)) for run in runs]),
            mask=_mask([len(run) for run in runs]),
            same=torch.from_numpy(kinds[0::2, None] == kinds[None, 1::2]),
        )

    def _run(self, clips: Float32[np.ndarray, "t c"]) -> Float32[np.ndarray, "r c"]:
        """Some consecutive clips of a sound."""
        least, most = SOUND_RUN
        length = min(len(clips), int(self.rng.integers(least, most + 1)))
        start = int(self.rng.integers(len(clips) - length + 1))
        return clips[start : start + length]

    def _padded(self, videos: Sequence[VideoExample], name: str) -> Float[Tensor, "b t d"]:
        arrays = [self._stream(video, name) for video in videos]
        return _pad([array + self._noise(array, self.spread[name]) for array in arrays])

    def _stream(self, video: VideoExample, name: str) -> Float32[np.ndarray, "t d"]:
        own = video.features.streams[name]
        if name not in video.borrows:
            return own
        lender = self.lenders[name][self.rng.integers(len(self.lenders[name]))]
        lent = lender.features.streams[name]
        return lent[np.arange(len(own)) * len(lent) // len(own)]

    def _noise(
        self, array: Float32[np.ndarray, "t d"], spread: Float32[np.ndarray, " d"]
    ) -> Float32[np.ndarray, "t d"]:
        drawn = self.rng.standard_normal(array.shape, np.float32)
        return self.recipe.feature_noise * spread * drawn


def _video_losses(
    model: Alan, batch: _VideoBatch, recipe: AlanRecipe
) -> dict[str, Float[Tensor, ""]]:
    config = model.config
    seen = model.video(batch.streams, batch.mask)
    said = model.text(batch.tokens, batch.words, sentence=batch.sentences)
    losses = {
        "text": margin_ranking_loss(
            similarity_matrix(seen, said, alpha=config.alpha), margin=config.margin, same=batch.same
        ),
        "detector": recipe.detector_weight
        * topk_loss(seen.scores, batch.mask, batch.labels, divisor=config.topk_divisor),
    }
    if model.audio is not None and batch.audio is not None and len(batch.heard) > 1:
        losses |= _heard_losses(model.audio, batch, seen, recipe)
    return losses


def _heard_losses(
    encoder: AudioEncoder, batch: _VideoBatch, seen: VideoOutput, recipe: AlanRecipe
) -> dict[str, Float[Tensor, ""]]:
    assert batch.audio is not None
    rows = batch.heard
    heard = encoder(batch.audio, batch.mask[rows, : batch.audio.shape[1]])
    videos = VideoOutput(
        seen.g[rows], seen.h[rows], seen.scores[rows], seen.tokens[rows], seen.mask[rows]
    )
    config = encoder.config
    same = batch.same[rows][:, rows]
    return {
        "audio": margin_ranking_loss(
            similarity_matrix(videos, heard, alpha=config.alpha), margin=config.margin, same=same
        ),
        "audio detector": recipe.detector_weight
        * topk_loss(
            heard.scores,
            batch.mask[rows, : batch.audio.shape[1]],
            batch.labels[rows],
            divisor=config.topk_divisor,
        ),
    }


def _sound_loss(encoder: AudioEncoder, batch: _SoundBatch) -> Float[Tensor, ""]:
    """Ranks the partner of each pair above sounds of other kinds."""
    output = encoder(batch.audio, batch.mask)
    vectors = dual_embedding(output.g, output.h)
    similarity = vectors[0::2] @ vectors[1::2].T
    return margin_ranking_loss(similarity, margin=0.2, same=batch.same)


def _pad(arrays: Sequence[Float32[np.ndarray, "t d"]]) -> Float[Tensor, "b t d"]:
    tensors = [torch.from_numpy(np.asarray(array, np.float32)) for array in arrays]
    return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True)


def _mask(lengths: Sequence[int]) -> Bool[Tensor, "b t"]:
    return length_mask(torch.tensor(lengths), max(lengths))
