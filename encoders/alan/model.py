"""ALAN: video, text and audio in one space of similarities, and its files."""

from pathlib import Path
from typing import Self

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import nn

from encoders.alan.audio import AudioEncoder
from encoders.alan.config import AlanConfig
from encoders.alan.text import TextEncoder
from encoders.alan.video import VideoEncoder
from segments.errors import WeightsMissing
from segments.files import write_atomically

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"


class Alan(nn.Module):
    """The three encoders of one network; call them by name: `alan.video(...)`, `alan.text(...)`.

    Parameters (video + text + audio): 40.0 M for `AlanConfig.paper()` (22.3 + 4.7 + 13.0); 4.46 M
    with streams of 384 and 96, text of 384, audio of 128, d = 256, 4 heads and an FFN of 512.
    """

    def __init__(self, config: AlanConfig) -> None:
        super().__init__()
        self.config = config
        self.video = VideoEncoder(config)
        self.text = TextEncoder(config)
        width = config.audio_dim
        self.audio = None if width is None else AudioEncoder(width, config)

    @property
    def num_parameters(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())

    def save_pretrained(self, folder: Path, *, dtype: torch.dtype = torch.float32) -> None:
        """Writes config.json and model.safetensors; each is there completely or not at all.

        Args:
            dtype: of the numbers in the file; float16 halves it and is read back as float32.
        """
        state = {
            name: value.to("cpu", dtype if value.is_floating_point() else value.dtype).contiguous()
            for name, value in self.state_dict().items()
        }
        write_atomically(folder / WEIGHTS_FILE, save(state))
        write_atomically(folder / CONFIG_FILE, self.config.to_json())

    @classmethod
    def from_pretrained(cls, folder: Path) -> Self:
        """Reads what `save_pretrained` wrote, in float32 on the CPU, ready for inference.

        Raises:
            WeightsMissing: a file is absent or damaged, or the weights are not those of the config.
        """
        try:
            config = AlanConfig.from_json((folder / CONFIG_FILE).read_bytes())
            state = load((folder / WEIGHTS_FILE).read_bytes())
            return cls._from_state(config, state)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise WeightsMissing(
                f"no ALAN weights in {folder}: {Path(error.filename).name} is missing; "
                "name a folder that `save_pretrained` wrote"
            ) from None
        except (ValueError, SafetensorError, RuntimeError) as error:
            raise WeightsMissing(
                f"the ALAN weights in {folder} cannot be used: {error}; fetch or train them again"
            ) from error

    @classmethod
    def _from_state(cls, config: AlanConfig, state: dict[str, torch.Tensor]) -> Self:
        with torch.device("meta"):  # no time for random numbers that are replaced at once
            model = cls(config)
        floats = {
            name: value.float() if value.is_floating_point() else value
            for name, value in state.items()
        }
        model.load_state_dict(floats, assign=True)
        return model.eval()
