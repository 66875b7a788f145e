"""Geometries and recipes by name: what `--profile` of training chooses."""

from dataclasses import dataclass, replace

from benchmarks.datasets.base import RetrievalDataset
from encoders.alan import AlanConfig
from encoders.alan.training import AlanRecipe
from encoders.pretrained.start import untrained_config
from segments.errors import UserError


@dataclass(frozen=True)
class Preset:
    """A network but for the widths of its inputs, and how it is trained."""

    about: str
    config: AlanConfig
    recipe: AlanRecipe
    trains_text: bool
    """Fine-tune a BERT-shaped backbone from a folder; else MiniLM is frozen."""
    on_towers: bool = False
    """Its words, its sizes and its start are those of the pretrained profile that made the
    features; see `benchmarks.retrieval.towers`."""

    def config_for(self, dataset: RetrievalDataset, *, text_dim: int) -> AlanConfig:
        """The network for a data set's features and a text backbone's width.

        Raises:
            UserError: the profile starts aligned, and the features are of another space.
        """
        features = dataset.features
        audio_dim = features.audio_dim if dataset.query == "audio" else None
        if self.starts_aligned and features.streams.get("appearance") != text_dim:
            raise UserError(
                f"profile aligned needs a stream appearance of width {text_dim}, the sentences' "
                f"space; these features have {features.streams}: take --profile compact"
            )
        return replace(
            self.config, streams=dict(features.streams), text_dim=text_dim, audio_dim=audio_dim
        )

    @property
    def starts_aligned(self) -> bool:
        """Whether its gates are shut at the start, so that an aligned start is what it is."""
        return self.config.residual_gate


_NO_INPUTS = AlanConfig(streams={"appearance": 1}, text_dim=1)

_SMALL = replace(_NO_INPUTS, d=256, heads=4, ffn=512, detector_hidden=(64, 32))
_ONE_CYCLE = AlanRecipe(
    epochs=20,
    lr=5e-4,
    schedule="one-cycle",
    weight_decay=0.01,
    clip_norm=1.0,
    feature_noise=0.1,
    average_decay=0.98,
    max_clips=128,  # one long video would pad the whole batch
)

PRESETS = {
    "paper": Preset(
        "ALAN as published: d = 768, BERT-base-cased trained along, Adam 5e-5 × 0.95 per epoch",
        _NO_INPUTS,
        AlanRecipe(),
        trains_text=True,
    ),
    "compact": Preset(
        "a small ALAN on frozen MiniLM sentences: d = 256, one cycle of Adam at 5e-4",
        _SMALL,
        _ONE_CYCLE,
        trains_text=False,
    ),
    "aligned": Preset(
        "compact, but starting as mean-pooled retrieval by the stream appearance, which must live "
        "in MiniLM's space, as the compact profile's does",
        replace(_SMALL, residual_gate=True, identity_gates=True),
        replace(_ONE_CYCLE, epochs=10, gate_lr=5e-3),
        trains_text=False,
    ),
    "clip": Preset(
        "the ALAN of a pretrained profile, from its identity start, on the words of its text tower",
        untrained_config(appearance=1, motion=None, audio=None),
        replace(_ONE_CYCLE, lr=1e-4, gate_lr=2e-3, projection_lr=2e-5),
        trains_text=False,
        on_towers=True,
    ),
}
