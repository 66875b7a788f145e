"""TRACE on a live camera: clips come one by one or in chunks, memory stays the same."""

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from detectors.trace.network import TraceNetwork


class TraceStream:
    """One camera's clips through a network; what comes out is what the whole video would give.

    The vector of a clip is there once `config.ahead` more clips are, or `finish` has said that
    none will come. Between calls it keeps the tokens of the widest window and no more.
    """

    def __init__(self, network: TraceNetwork) -> None:
        """
        Args:
            network: in inference mode; its device is where the work is done.
        """
        config = network.config
        self.network = network
        self._device = next(network.parameters()).device
        self._reach = 0 if config.fusion == "appearance" else config.reach
        self._ahead = 0 if config.fusion == "appearance" else config.ahead
        self._waiting = torch.zeros(1, 0, config.dim, device=self._device)
        self._tokens = network.tokens(torch.zeros(1, 0, config.motion_dim, device=self._device))

    @property
    def num_kept(self) -> int:
        """Clips whose tokens are in memory."""
        return self._tokens.shape[1]

    @classmethod
    def whole(
        cls,
        network: TraceNetwork,
        appearance: Float32[np.ndarray, "t d"],
        motion: Float32[np.ndarray, "t m"],
        *,
        chunk: int = 512,
    ) -> Float32[np.ndarray, "t d"]:
        """The unit vectors of a whole video's clips, `chunk` at a time."""
        stream = cls(network)
        parts = [
            stream.push(appearance[start : start + chunk], motion[start : start + chunk])
            for start in range(0, len(appearance), chunk)
        ]
        return np.concatenate([*parts, stream.finish()])

    def push(
        self, appearance: Float32[np.ndarray, "t d"], motion: Float32[np.ndarray, "t m"]
    ) -> Float32[np.ndarray, "r d"]:
        """Takes the next clips, and gives the vectors that are now complete, oldest first."""
        with torch.inference_mode():
            new = self.network.tokens(self._tensor(motion))
            self._tokens = torch.cat([self._tokens, new], dim=1)
            self._waiting = torch.cat([self._waiting, self._tensor(appearance)], dim=1)
            return self._answer(max(0, self._waiting.shape[1] - self._ahead))

    def finish(self) -> Float32[np.ndarray, "r d"]:
        """The vectors of the last clips: nothing comes after them."""
        with torch.inference_mode():
            return self._answer(self._waiting.shape[1])

    def _answer(self, count: int) -> Float32[np.ndarray, "r d"]:
        """Vectors of the oldest `count` waiting clips; forgets what no later clip reads."""
        length, waiting = self._tokens.shape[1], self._waiting.shape[1]
        first = length - waiting
        clips = torch.arange(first, first + count, device=self._device)
        mask = torch.ones(1, length, dtype=torch.bool, device=self._device)
        z = self.network.fuse(self._waiting[:, :count], self._tokens, mask, clips)[0]
        self._waiting = self._waiting[:, count:].clone()
        self._tokens = self._tokens[:, max(0, first + count - self._reach) :].clone()
        return z.float().cpu().numpy()

    def _tensor(self, array: Float32[np.ndarray, "t c"]) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self._device)[None]
