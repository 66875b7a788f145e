"""TRACE on a live camera: clips come one by one or in chunks, memory stays the same."""

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from detectors.trace.network import TraceNetwork

CHUNK = 128
"""Clips of a whole video at a time: what windows read of more leaves the processor's caches."""


class TraceStream:
    """One camera's clips through a network; what comes out is what the whole video would give.

    The vector of a clip is there once `config.ahead` more clips are, or `finish` has said that
    none will come. Between calls it keeps what later windows read and no more.
    """

    def __init__(self, network: TraceNetwork) -> None:
        """
        Args:
            network: in inference mode; its device is where the work is done.
        """
        config = network.config
        self.network = network
        self._device = next(network.parameters()).device
        self._ahead = 0 if config.fusion == "appearance" else config.ahead
        self._waiting = torch.zeros(1, 0, config.dim, device=self._device)
        with torch.inference_mode():
            self._past = network.begin(self._waiting)

    @property
    def num_kept(self) -> int:
        """Rows in memory of which later windows are made."""
        return self._past.num_rows

    @classmethod
    def whole(
        cls,
        network: TraceNetwork,
        appearance: Float32[np.ndarray, "t d"],
        motion: Float32[np.ndarray, "t m"],
        *,
        chunk: int = CHUNK,
    ) -> Float32[np.ndarray, "t *w d"]:
        """The unit vectors of a whole video's clips, `chunk` at a time."""
        stream = cls(network)
        parts = [
            stream.push(appearance[start : start + chunk], motion[start : start + chunk])
            for start in range(0, len(appearance), chunk)
        ]
        return np.concatenate([*parts, stream.finish()])

    def push(
        self, appearance: Float32[np.ndarray, "t d"], motion: Float32[np.ndarray, "t m"]
    ) -> Float32[np.ndarray, "r *w d"]:
        """Takes the next clips, and gives the vectors that are now complete, oldest first."""
        with torch.inference_mode():
            tokens = self.network.tokens(self._tensor(motion))
            mask = torch.ones(1, tokens.shape[1], dtype=torch.bool, device=self._device)
            self._past = self._past.add(tokens, mask)
            self._waiting = torch.cat([self._waiting, self._tensor(appearance)], dim=1)
            return self._answer(max(0, self._waiting.shape[1] - self._ahead))

    def finish(self) -> Float32[np.ndarray, "r *w d"]:
        """The vectors of the last clips: nothing comes after them."""
        with torch.inference_mode():
            self._past = self._past.wait(self._ahead)
            return self._answer(self._waiting.shape[1])

    def _answer(self, count: int) -> Float32[np.ndarray, "r *w d"]:
        """Vectors of the oldest `count` waiting clips; forgets what no later clip reads."""
        ages = torch.arange(count - 1, -1, -1, device=self._device)
        z = self.network.fuse(self._waiting[:, :count], self._past, ages=ages)[0]
        self._waiting = self._waiting[:, count:]
        self._past = self._past.forget()
        return z.float().cpu().numpy()

    def _tensor(self, array: Float32[np.ndarray, "t c"]) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self._device)[None]
