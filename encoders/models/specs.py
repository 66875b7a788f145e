"""What is known of each pretrained model, and which models a profile is made of."""

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

if TYPE_CHECKING:
    from encoders.models.library import ModelLibrary

Role = Literal["appearance", "temporal", "audio"]
Revision = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
"""A commit of a hub repository."""
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*$")]
"""A file right in a model's folder: no separators, not hidden."""

WEIGHTS_FILE = "model.safetensors"
WEIGHTS_INDEX = "model.safetensors.index.json"
FILES = (
    "config.json",
    "preprocessor_config.json",
    "video_preprocessor_config.json",
    "processor_config.json",
    WEIGHTS_FILE,
    WEIGHTS_INDEX,
    "model-*-of-*.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "tokenizer.model",
    "spiece.model",
)
"""What a model's folder may hold: settings, safetensors, tokenizers. Never code, never a pickle."""
_HERE = Path(__file__).parent


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Conversion(_Table):
    """Tensors that are published as a pickle only."""

    source: FileName
    """The pickle's name."""
    target: FileName
    """The safetensors file that is made of it."""
    url: str | None = Field(default=None, pattern="^https://")
    """Where the pickle is; None: in the model's own hub repository."""
    state_key: str | None = None
    """Entry of the pickle that holds the tensors; None: it is the tensors."""
    prefix: str = ""
    """Only tensors whose name begins so are taken; names are kept whole."""


class ModelSpec(_Table):
    """One pretrained checkpoint."""

    name: str
    family: str
    """`model_type` of its config.json."""
    hub_id: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    revision: Revision | None = None
    """None: not pinned here; the first pull writes what it found into the lock file."""
    licence: str
    """SPDX identifier, or "see URL" where it could not be confirmed."""
    licence_url: str
    commercial: bool
    """Whether the licence is known to allow commercial use."""
    roles: tuple[Role, ...]
    dim: int = Field(gt=0)
    """Width of its vectors."""
    frame_size: int | None = None
    """Edge of its square pictures in pixels; None for sounds."""
    num_frames: int | None = None
    """Frames it looks at together; None for sounds."""
    parameters_m: float = Field(gt=0)
    """Millions of parameters."""
    note: str = ""
    files: tuple[str, ...] = FILES
    """Patterns of the names of files that are taken."""
    convert: Conversion | None = None

    @property
    def download_mb(self) -> float:
        """Megabytes (10^6 bytes) of its parameters as float32, which is how all are published."""
        return 4 * self.parameters_m

    @property
    def repository(self) -> str:
        """The hub id without its owner."""
        return self.hub_id.split("/")[1]


class ProfileRecipe(_Table):
    """Which models a profile takes for which role."""

    name: str
    appearance: str
    """With its words."""
    temporal: str | None = None
    audio: str | None = None
    alan: str | None = None
    """A trained ALAN of the library; None: identity start."""
    regions: str | None = None
    """What finds regions for Local Patterns; pulled along, and not needed by the profile."""
    rank: int
    """`auto` takes the highest whose models are all here."""
    note: str = ""

    @property
    def models(self) -> tuple[str, ...]:
        """Names of all its models, the trained ALAN last."""
        chosen = (self.appearance, self.temporal, self.audio, self.alan)
        return tuple(name for name in chosen if name is not None)


@cache
def model_specs() -> dict[str, ModelSpec]:
    """The models that retrace knows, by name."""
    tables = _tables("models.toml")
    return {name: ModelSpec(name=name, **table) for name, table in tables.items()}


@cache
def shipped_recipes() -> dict[str, ProfileRecipe]:
    """The profiles of pretrained models that come with retrace, by name."""
    tables = _tables("profiles.toml")
    return {name: ProfileRecipe(name=name, **table) for name, table in tables.items()}


def profile_recipes(library: "ModelLibrary") -> dict[str, ProfileRecipe]:
    """The profiles of pretrained models on this machine: shipped ones and adopted ones, by name."""
    return shipped_recipes() | library.adopted_recipes()


def _tables(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))
