"""What the towers of every family share: placing a model, running it in micro-batches."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, UInt8
from torch import Tensor, nn
from torch.nn.functional import normalize
from transformers import BatchEncoding, PreTrainedModel

from encoders.towers.base import Placement
from encoders.towers.batching import MicroBatches, peak_share_of
from encoders.towers.facts import frame_facts
from encoders.towers.loading import CONFIG, load_model, load_tokenizer
from encoders.towers.pixels import Pixels, PixelSpec
from segments.files import sha256_of


class Tower:
    """A model on its device, and its forward pass over batches of any length."""

    def __init__(self, model: PreTrainedModel, folder: Path, place: Placement) -> None:
        self.device = place.device
        self.dtype = place.dtype
        self.model: Any = cast(nn.Module, model).to(place.device, place.dtype)
        self.batches = MicroBatches(
            self._key(folder, place), cache=place.sizes, peak_share=peak_share_of(place.device)
        )
        self._forward = torch.compile(self.forward) if place.compile else self.forward

    def prepare(self, batch: Tensor, /) -> Tensor:
        """One piece on the device, in the form that `forward` takes."""
        return batch.to(self.device)

    def forward(self, batch: Tensor, /) -> Float[Tensor, "b ..."]:
        """The family's own forward pass of one piece."""
        raise NotImplementedError

    def run(self, batch: Tensor) -> Float32[Tensor, "b ..."]:
        """`forward` of a whole batch, as float32 on the CPU."""
        return self.batches.run(self._piece, batch)

    @torch.inference_mode()
    def _piece(self, batch: Tensor) -> Float32[Tensor, "b ..."]:
        return self._forward(self.prepare(batch)).float().cpu()

    def _key(self, folder: Path, place: Placement) -> str:
        cuda = place.device.startswith("cuda")
        parts = (
            type(self).__name__,
            sha256_of(folder / CONFIG)[:16],
            torch.cuda.get_device_name(place.device) if cuda else "cpu",
            str(place.dtype).removeprefix("torch."),
            f"{torch.get_num_threads()} threads",
            f"torch {torch.__version__}",
            "compiled" if place.compile else "eager",
        )
        return ", ".join(parts)


class FrameHalf(Tower):
    """A tower that looks at pictures or at windows of them."""

    family: ClassVar[type[PreTrainedModel]]
    """What is loaded."""

    def __init__(self, folder: Path, place: Placement) -> None:
        """Raises:
        WeightsMissing: the folder lacks what this half needs.
        """
        super().__init__(load_model(self.family, folder), folder, place)
        facts = frame_facts(folder)
        self.dim = facts.dim
        self.frame_size = facts.frame_size
        self.num_frames = facts.num_frames
        self._pixels = Pixels(PixelSpec.read(folder), self.frame_size, place.device)

    def prepare(self, batch: UInt8[Tensor, "*b h w 3"], /) -> Float[Tensor, "*b 3 h w"]:
        return self._pixels(batch).to(self.dtype)

    def look(self, frames: UInt8[np.ndarray, "b f h w 3"]) -> Float32[Tensor, "b ..."]:
        """What `forward` makes of windows of num_frames frames.

        Raises:
            ValueError: the windows have another number of frames.
        """
        if frames.shape[1] != self.num_frames:
            raise ValueError(f"windows of {frames.shape[1]} frames: expected {self.num_frames}")
        return self.run(torch.from_numpy(np.ascontiguousarray(frames)))


class TextHalf(Tower):
    """A tower of words; the family is in the model's own `get_text_features`."""

    def __init__(
        self,
        model: PreTrainedModel,
        folder: Path,
        place: Placement,
        *,
        dim: int,
        max_tokens: int,
        logit_scale: float,
        padding: str = "longest",
        masked: bool = True,
        wording: Callable[[str], str] = str,
    ) -> None:
        """
        Args:
            padding: "longest" of the batch, or "max_length" as some families are trained.
            masked: whether the model is told what is padding.
            wording: what is done to a text before it is cut into tokens.
        """
        super().__init__(model, folder, place)
        self.dim = dim
        self.logit_scale = logit_scale
        self._max_tokens = max_tokens
        self._padding = padding
        self._masked = masked
        self._wording = wording
        self._tokenizer = load_tokenizer(folder)

    def encode(self, texts: Sequence[str]) -> Float32[np.ndarray, "b d"]:
        """Unit vectors; a text past max_tokens is cut off."""
        return unit(self.run(self.cut(texts)))

    def encode_with_tokens(
        self, texts: Sequence[str]
    ) -> tuple[Float32[np.ndarray, "b d"], Float32[np.ndarray, "b l d"]]:
        """Unit vectors, and the last states of the tokens that `pieces` gives.

        The states of some families are of another width: they are cut, or filled up with zeros.
        """
        both = self.batches.run(self._with_tokens, self.cut(texts))
        return unit(both[:, 0]), both[:, 1:].numpy()

    def cut(self, texts: Sequence[str]) -> Int[Tensor, "b 2 l"]:
        """Tokens, padded on the right; below them 1, or 0 at padding."""
        cut = self.pieces(texts)
        return torch.stack([cut["input_ids"], cut["attention_mask"]], dim=1)

    def pieces(self, texts: Sequence[str]) -> BatchEncoding:
        """Tokens as the tokenizer gives them, padded on the right.

        input_ids, attention_mask and special_tokens_mask are [b l]; offset_mapping [b l 2] has the
        characters [start, end) of each.
        """
        return self._tokenizer(
            [self._wording(text) for text in texts],
            padding=self._padding,
            truncation=True,
            max_length=self._max_tokens,
            return_attention_mask=True,
            return_special_tokens_mask=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )

    def forward(self, batch: Int[Tensor, "b 2 l"], /) -> Float[Tensor, "b d"]:
        return self._features(batch).pooler_output

    @torch.inference_mode()
    def _with_tokens(self, batch: Int[Tensor, "b 2 l"]) -> Float32[Tensor, "b l+1 d"]:
        features = self._features(self.prepare(batch))
        states = features.last_hidden_state[:, : batch.shape[2]]  # some families add one at the end
        fitting = nn.functional.pad(states, (0, self.dim - states.shape[2]))
        return torch.cat([features.pooler_output[:, None], fitting], dim=1).float().cpu()

    def _features(self, batch: Int[Tensor, "b 2 l"]) -> Any:
        ids, attended = batch.unbind(dim=1)
        mask = attended if self._masked else None
        return self.model.get_text_features(input_ids=ids, attention_mask=mask)


def unit(vectors: Float32[Tensor, "b d"]) -> Float32[np.ndarray, "b d"]:
    """Vectors of length 1."""
    return normalize(vectors, dim=-1).numpy()
