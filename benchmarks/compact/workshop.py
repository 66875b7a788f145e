"""Where the compact profile is made: footage decoded once, models trained on any part of it."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import cv2
import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from benchmarks.compact.decoded import (
    VERSION,
    DecodedVideo,
    decode_video,
    is_decoded,
    keep_decoded,
)
from benchmarks.compact.material import Clip, fight_clips, footage_clips
from benchmarks.compact.recipe import Lesson, in_moments, picture_set, training_set
from benchmarks.compact.simulated import SimulatedClip, simulated_clips
from benchmarks.compact.sounds import in_clips, read_esc10, read_gunshots, sound_files
from benchmarks.simulator.scenes import Split
from encoders.alan import Alan, AlanConfig
from encoders.alan.start import start_aligned
from encoders.alan.training import AlanRecipe, AlanTrainer, Sentences, SoundExample
from encoders.compact.appearance import DIM as APPEARANCE_DIM
from encoders.compact.appearance import AppearanceEncoder
from encoders.compact.clips import ClipEncoders
from encoders.compact.models import CompactModels
from encoders.compact.motion import DIM as MOTION_DIM
from encoders.compact.motion import MotionEncoder, motion_statistics
from encoders.compact.sound import DIM as SOUND_DIM
from encoders.compact.sound import SoundEncoder
from encoders.compact.spec import D
from encoders.compact.train_appearance import AppearanceRecipe, train_appearance
from encoders.compact.train_sound import Sound, SoundRecipe, train_sound_encoder
from encoders.minilm import DIM as TEXT_DIM
from encoders.minilm import load_minilm
from segments.files import sha256_of, write_atomically
from segments.vectors import ClipFeatures

_Features = WeakKeyDictionary[nn.Module, dict[Path, Any]]
Say = Callable[[str], None]
T = TypeVar("T")
AnyClip = TypeVar("AnyClip", Clip, SimulatedClip)
Network = TypeVar("Network", AppearanceEncoder, SoundEncoder)
NUM_TRAIN, NUM_TEST = 1600, 240
REAL_SHARE = 0.3
"""Of the videos of a batch that are real."""

CONFIG = AlanConfig(
    streams={"appearance": APPEARANCE_DIM, "motion": MOTION_DIM},
    text_dim=TEXT_DIM,
    audio_dim=SOUND_DIM,
    d=D,
    heads=4,
    ffn=512,
    detector_hidden=(64, 32),
    residual_gate=True,
    identity_gates=True,
)
RECIPE = AlanRecipe(
    epochs=10,
    lr=5e-4,
    schedule="one-cycle",
    gate_lr=5e-3,
    weight_decay=0.01,
    clip_norm=1.0,
    masking="none",
    feature_noise=0.1,
    average_decay=0.98,
)


@dataclass(frozen=True)
class Workshop:
    """One place for everything that is slow to make; all of it can be made again."""

    shared: Path
    work: Path
    """Rendered and decoded footage is kept here."""
    seed: int = 0
    num_workers: int = 2
    say: Say = field(default=lambda message: None)

    _moved: dict[Path, Tensor] = field(default_factory=dict, repr=False)
    _known: _Features = field(default_factory=WeakKeyDictionary, repr=False)

    @cached_property
    def sentences(self) -> Sentences:
        return Sentences(load_minilm())

    @cached_property
    def sounds(self) -> list[Sound]:
        """Every recorded sound with its kind."""
        recordings = read_esc10(self.shared)
        return [(r.samples, r.kind) for r in recordings] + read_gunshots(self.shared)

    @cached_property
    def simulated(self) -> list[SimulatedClip]:
        return self._render("train", NUM_TRAIN)

    @cached_property
    def held_out(self) -> list[SimulatedClip]:
        return self._render("test", NUM_TEST)

    @cached_property
    def fights(self) -> list[Clip]:
        return fight_clips(self.shared)

    @cached_property
    def footage(self) -> list[Clip]:
        return footage_clips(self.shared)

    @property
    def decoded(self) -> Path:
        return self.work / "decoded"

    def decode(self, paths: Iterable[Path]) -> None:
        """Makes sure that files are decoded, several at once; then `decode_video` only reads."""
        missing = [path for path in paths if not is_decoded(path, self.decoded)]
        if not missing:
            return
        self.say(f"decoding {len(missing)} files")
        work = partial(keep_decoded, cache=self.decoded)
        with ProcessPoolExecutor(
            self.num_workers, get_context("spawn"), cv2.setNumThreads, (1,)
        ) as pool:
            deque(pool.map(work, missing, chunksize=8), maxlen=0)

    def watched(self, clips: Sequence[AnyClip]) -> Iterator[tuple[AnyClip, DecodedVideo]]:
        """Each clip with what is seen and heard of it, one at a time."""
        self.decode(clip.path for clip in clips)
        for clip in clips:
            yield clip, decode_video(clip.path, self.decoded)

    def make_models(self) -> CompactModels:
        """All stages, on everything that may be learned from: the weights that are shipped."""
        encoders = ClipEncoders(
            self.make_appearance(), self.make_motion(self.fights), self.make_sound(self.sounds)
        )
        alan = self.make_alan(encoders, self.fights, self.sounds)
        footage, fights = _digests(self.footage), _digests(self.fights)
        heard = {sha256_of(path): path.name for path in sound_files(self.shared)}
        trained_on = {
            "appearance": footage,
            "motion": footage | fights,
            "sound": heard,
            "alan": footage | fights | heard,
        }
        return CompactModels(encoders, alan, trained_on)

    def make_appearance(self) -> AppearanceEncoder:
        """Stage 2; the same for every fold."""
        recipe = AppearanceRecipe(seed=self.seed)

        def train() -> AppearanceEncoder:
            pictures = picture_set(
                self.watched(self.simulated),
                self.watched(self.footage),
                self.sentences,
                seed=self.seed,
            )
            self.say(f"{len(pictures)} pictures")
            return train_appearance(
                pictures,
                recipe,
                on_epoch=lambda epoch, loss: self.say(f"pictures, epoch {epoch}: loss {loss:.3f}"),
            )

        return self._kept("appearance", f"{NUM_TRAIN} {VERSION} {recipe}", AppearanceEncoder, train)

    def make_sound(self, sounds: Sequence[Sound]) -> SoundEncoder:
        """Stage 3."""
        recipe = SoundRecipe(seed=self.seed)
        self.say(f"learning from {len(sounds)} sounds")
        heard = "".join(f"{kind} {samples.sum()}" for samples, kind in sounds)
        return self._kept(
            "sound", f"{heard} {recipe}", SoundEncoder, lambda: train_sound_encoder(sounds, recipe)
        )

    def make_motion(self, fights: Sequence[Clip]) -> MotionEncoder:
        """Stage 4: the spread of the statistics in real footage."""
        paths = [clip.path for clip in [*fights, *self.footage]]
        self.decode(path for path in paths if path not in self._moved)
        encoder = MotionEncoder()
        encoder.fit(self._statistics(path) for path in paths)
        return encoder

    def make_alan(
        self, encoders: ClipEncoders, fights: Sequence[Clip], sounds: Sequence[Sound]
    ) -> Alan:
        """Stage 5, on the simulated clips, footage-cctv, and the fights and sounds given."""
        lessons = [
            Lesson(features, clip.captions, clip.meaning, clip.scene.event.is_anomalous, False)
            for clip, features in self._encoded(encoders, self.simulated)
        ]
        lessons += self._real_lessons(encoders, self.footage, borrow=False)
        lessons += self._real_lessons(encoders, fights, borrow=True)
        heard = [SoundExample(encoders.hear(in_clips(samples)), kind) for samples, kind in sounds]
        data = training_set(lessons, heard, self.sentences, real_share=REAL_SHARE)
        said = self.sentences(sorted({text for lesson in lessons for text in lesson.captions}))
        trainer = AlanTrainer(
            CONFIG,
            data,
            replace(RECIPE, seed=self.seed),
            start=lambda model: start_aligned(model, "appearance", said, seed=self.seed),
        )
        return trainer.run(on_step=self._say_losses)

    def _kept(
        self, part: str, key: str, build: Callable[[], Network], train: Callable[[], Network]
    ) -> Network:
        """A trained network, from the working folder where the same was trained before."""
        kept = self.work / f"{part}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.safetensors"
        if not kept.exists():
            write_atomically(kept, save(train().state_dict()))
        network = build()
        network.load_state_dict(load(kept.read_bytes()))
        network.eval()
        return network

    def _real_lessons(
        self, encoders: ClipEncoders, clips: Sequence[Clip], *, borrow: bool
    ) -> list[Lesson]:
        """Args:
        borrow: fights and calm scenes come from 30 places only; their looks are exchanged, so
            that what is learned of them is how things move.
        """
        return [
            Lesson(part, clip.captions, clip.meaning, clip.is_anomalous, True, borrow)
            for clip, features in self._encoded(encoders, clips)
            for part in in_moments(features)
        ]

    def _statistics(self, path: Path) -> Tensor:
        """Motion statistics, whatever their spread is later taken to be."""

        def measure() -> Tensor:
            return motion_statistics(torch.from_numpy(decode_video(path, self.decoded).motion))

        return _once(self._moved, path, measure)

    def _encoded(
        self, encoders: ClipEncoders, clips: Sequence[AnyClip]
    ) -> Iterator[tuple[AnyClip, ClipFeatures]]:
        """Each clip with its features."""
        looked = self._known.setdefault(encoders.appearance, {})
        self.decode(clip.path for clip in clips if clip.path not in looked)
        for clip in clips:
            yield clip, self._features(encoders, clip.path)

    def _features(self, encoders: ClipEncoders, path: Path) -> ClipFeatures:
        """What a network has said of a file once is not asked again."""
        video = cache(partial(decode_video, path, self.decoded))  # read if anything is missing

        def look() -> Any:
            return encoders.look(video().frames)

        def follow() -> Any:
            return encoders.motion.standardised(self._statistics(path)).numpy()

        def hear() -> Any:
            sound = video().sound
            return None if sound is None else encoders.hear(sound)

        appearance, motion, sound = (
            _once(self._known.setdefault(network, {}), path, ask)
            for network, ask in (
                (encoders.appearance, look),
                (encoders.motion, follow),
                (encoders.sound, hear),
            )
        )
        return ClipFeatures({"appearance": appearance, "motion": motion}, sound)

    def _render(self, split: Split, count: int) -> list[SimulatedClip]:
        return simulated_clips(
            self.work / "simulated",
            split,
            count,
            num_workers=self.num_workers,
            progress=lambda done, of: self.say(f"rendered {done} of {of} {split} scenes"),
        )

    def _say_losses(self, step: int, losses: dict[str, float]) -> None:
        if step % 100 == 0:
            parts = ", ".join(f"{name} {loss:.4f}" for name, loss in losses.items())
            self.say(f"alan, step {step}: {parts}")


def _digests(clips: Sequence[Clip]) -> dict[str, str]:
    return {sha256_of(clip.path): clip.path.name for clip in clips}


def _once(known: dict[Path, T], path: Path, make: Callable[[], T]) -> T:
    if path not in known:
        known[path] = make()
    return known[path]
