"""The act network: regions ask, the temporal tokens of the scene answer."""

from pathlib import Path
from typing import Self

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from detectors.local_patterns.acts.config import ActConfig
from detectors.local_patterns.acts.traits import NUM_TRAITS
from detectors.trace.network import TraceNetwork, bottleneck, shut
from detectors.trace.past import Past
from detectors.weights import load_module, save_module


class ActNetwork(nn.Module):
    """TRACE's cross-attention with the region's pattern and its traits for a query.

    Before training the output is the unit pattern itself.
    """

    def __init__(self, config: ActConfig) -> None:
        super().__init__()
        self.config = config
        self.scene = TraceNetwork(config.scene)
        self.traits = bottleneck(NUM_TRAITS, config.traits_hidden, config.dim, config.scene)
        shut(self.traits[-1])

    def forward(
        self,
        motion: Float[Tensor, "t m"],
        mask: Bool[Tensor, " t"],
        patterns: Float[Tensor, "r d"],
        traits: Float[Tensor, "r x"],
        clips: Int[Tensor, " r"],
    ) -> Float[Tensor, "r d"]:
        """One unit vector per region, in the space of the words.

        Args:
            motion: of consecutive clips of the scene.
            mask: True for real clips; False for gaps that nothing is known of.
            patterns: of any length.
            clips: the row of `motion` of each region.
        """
        return self.answer(self.watch(motion, mask), len(motion), patterns, traits, clips)

    def watch(self, motion: Float[Tensor, "t m"], mask: Bool[Tensor, " t"]) -> Past:
        """What the windows of all regions read."""
        tokens = self.scene.tokens(motion[None])
        return self.scene.begin(tokens).add(tokens, mask[None]).wait(self.config.ahead)

    def answer(
        self,
        past: Past,
        num_clips: int,
        patterns: Float[Tensor, "r d"],
        traits: Float[Tensor, "r x"],
        clips: Int[Tensor, " r"],
    ) -> Float[Tensor, "r d"]:
        """`forward` for some of the regions.

        Args:
            past: of `num_clips` clips, by `watch`.
        """
        unit = F.normalize(patterns, dim=-1)
        query = unit + self.scene.visual(unit) + self.traits(traits)
        return self.scene.answer(query[None], past, ages=num_clips - 1 - clips)[0]

    def save_pretrained(self, folder: Path) -> None:
        """Writes config.json and model.safetensors; each is there completely or not at all."""
        save_module(self, self.config, folder)

    @classmethod
    def from_pretrained(cls, folder: Path) -> Self:
        """Reads what `save_pretrained` wrote, on the CPU, ready for inference.

        Raises:
            WeightsMissing: a file is absent or damaged, or the weights are not those of the config.
        """
        return load_module(
            cls,
            ActConfig,
            folder,
            what="the act network",
            command="retrace train local-patterns --part acts",
        )
