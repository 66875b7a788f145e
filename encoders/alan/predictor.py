"""ALAN for users of arrays: numpy in, numpy out, deterministic."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float32
from torch import Tensor

from encoders.alan.alignment import dual_embedding, stored_vectors
from encoders.alan.audio import AudioEncoder
from encoders.alan.model import Alan
from encoders.alan.outputs import QueryOutput
from encoders.alan.sampling import length_mask
from segments.errors import UserError
from segments.vectors import ClipFeatures, DualQuery, SoundQuery

BATCH_CLIPS = 4096
"""Clips, padding included, that one batch of segments may hold; a longer segment goes alone."""


class AlanPredictor:
    """A trained network in inference mode on one device."""

    def __init__(self, model: Alan, *, device: torch.device | str = "cpu") -> None:
        self.model = model.to(device).eval()
        self.device = torch.device(device)

    @property
    def halo(self) -> int:
        """Clips on either side that the score of a clip depends on."""
        return self.model.config.detector_halo

    @torch.inference_mode()
    def score_clips(self, features: ClipFeatures) -> Float32[np.ndarray, " t"]:
        """MIL confidence of each clip, in [0, 1]."""
        streams = {name: self._tensor(array)[None] for name, array in features.streams.items()}
        mask = torch.ones(1, len(features), dtype=torch.bool, device=self.device)
        return _array(self.model.video.score(streams, mask)[0])

    @torch.inference_mode()
    def embed_segments(
        self, segments: Sequence[tuple[ClipFeatures, Float32[np.ndarray, " _"]]]
    ) -> list[dict[str, Float32[np.ndarray, " _"]]]:
        """The stored vectors "alan" and, where there is sound, "audio" of each segment.

        Args:
            segments: clips' features and their MIL confidence.
        """
        results: list[dict[str, Float32[np.ndarray, " _"]]] = [{} for _ in segments]
        for rows in _batches([len(features) for features, _ in segments]):
            for row, vector in zip(rows, self._videos([segments[r] for r in rows]), strict=True):
                results[row]["alan"] = vector
        if self.model.audio is not None:
            self._add_sounds(self.model.audio, [f.audio for f, _ in segments], results)
        return results

    @torch.inference_mode()
    def encode_text(
        self,
        tokens: Float32[np.ndarray, "l c"],
        words: Bool[np.ndarray, " l"],
        *,
        sentence: Float32[np.ndarray, " c"] | None = None,
    ) -> DualQuery:
        """A query from a text backbone's outputs; see `TextEncoder`."""
        whole = None if sentence is None else self._tensor(sentence)[None]
        mask = torch.from_numpy(words).to(self.device)
        return _query(self.model.text(self._tensor(tokens)[None], mask[None], sentence=whole))

    @torch.inference_mode()
    def encode_sound(self, audio: Float32[np.ndarray, "t c"]) -> SoundQuery:
        """A query from a sound's features, one row per clip.

        Raises:
            UserError: the network has no audio encoder.
        """
        if self.model.audio is None:
            raise UserError(
                "this model has no audio encoder: search by words, or with a profile that has"
            )
        mask = torch.ones(1, len(audio), dtype=torch.bool, device=self.device)
        output = self.model.audio(self._tensor(audio)[None], mask)
        return SoundQuery(_query(output), _array(dual_embedding(output.g, output.h)[0]))

    def _videos(
        self, segments: Sequence[tuple[ClipFeatures, Float32[np.ndarray, " _"]]]
    ) -> Float32[np.ndarray, "b q"]:
        streams = {
            name: self._pad([features.streams[name] for features, _ in segments])
            for name in self.model.config.streams
        }
        scores = self._pad([scores for _, scores in segments])
        mask = self._mask([len(scores) for _, scores in segments])
        output = self.model.video(streams, mask, scores=scores)
        return _array(stored_vectors(output.g, output.h))

    def _add_sounds(
        self,
        encoder: AudioEncoder,
        sounds: Sequence[Float32[np.ndarray, "_ c"] | None],
        results: list[dict[str, Float32[np.ndarray, " _"]]],
    ) -> None:
        heard = [(row, sound) for row, sound in enumerate(sounds) if sound is not None]
        for picks in _batches([len(sound) for _, sound in heard]):
            arrays = [heard[pick][1] for pick in picks]
            output = encoder(self._pad(arrays), self._mask([len(array) for array in arrays]))
            vectors = _array(dual_embedding(output.g, output.h))
            for pick, vector in zip(picks, vectors, strict=True):
                results[heard[pick][0]]["audio"] = vector

    def _pad(self, arrays: Sequence[Float32[np.ndarray, "..."]]) -> Tensor:
        tensors = [torch.from_numpy(np.asarray(array, np.float32)) for array in arrays]
        return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True).to(self.device)

    def _mask(self, lengths: Sequence[int]) -> Tensor:
        return length_mask(torch.tensor(lengths, device=self.device), max(lengths))

    def _tensor(self, array: Float32[np.ndarray, "..."]) -> Tensor:
        return torch.from_numpy(np.asarray(array, np.float32)).to(self.device)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows in batches of similar length, each of at most BATCH_CLIPS clips after padding."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: lengths[row]):
        if batch and (len(batch) + 1) * lengths[row] > BATCH_CLIPS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _query(output: QueryOutput) -> DualQuery:
    return DualQuery(*(_array(part[0]) for part in (output.g, output.h, output.w_g, output.w_h)))


def _array(tensor: Tensor) -> Float32[np.ndarray, "..."]:
    return tensor.float().cpu().numpy()
