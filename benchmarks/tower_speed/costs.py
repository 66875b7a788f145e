"""What a profile costs beside time: its download, its place on disk, its licences."""

from encoders.compact.spec import COMPACT as COMPACT_SPEC
from encoders.models.specs import ModelSpec, ProfileRecipe, model_specs
from encoders.pretrained.start import untrained_config
from segments.levels import iter_segments

HOUR_S = 3600.0
FLOAT_BYTES = 4
VECTORS = 2
"""Of a segment with sound, equally wide: what it looks like and what it sounds like."""
ALIGNMENTS = 2
"""Each stream is stored twice, as ALAN's CLS and AVG alignments see it."""


def download_mb(recipe: ProfileRecipe) -> float:
    """Megabytes (10^6 bytes) of all its models."""
    return sum(spec.download_mb for spec in specs_of(recipe))


def vector_floats(recipe: ProfileRecipe) -> int:
    """Of all vectors of one segment that has sound; where the profile hears nothing, of one."""
    specs = model_specs()
    looks = specs[recipe.appearance].dim
    follows = None if recipe.temporal is None else specs[recipe.temporal].dim
    hears = None if recipe.audio is None else specs[recipe.audio].dim
    config = untrained_config(appearance=looks, motion=follows, audio=hears)
    width = ALIGNMENTS * len(config.streams) * config.d
    return width * (1 if hears is None else VECTORS)


def compact_floats() -> int:
    """As `vector_floats`, of the profile that ships."""
    return sum(vector.dim for vector in COMPACT_SPEC.vectors)


def mb_per_hour(floats: int) -> float:
    """Megabytes of vectors for one video of an hour: moments, scenes and the whole."""
    segments = sum(1 for _ in iter_segments("", HOUR_S))
    return segments * floats * FLOAT_BYTES / 1e6


def specs_of(recipe: ProfileRecipe) -> list[ModelSpec]:
    """Of its models; a trained ALAN has none."""
    specs = model_specs()
    return [specs[name] for name in recipe.models if name in specs]


def licences(recipe: ProfileRecipe) -> str:
    """The licences that allow commercial use, then each model whose licence is not known to."""
    free = [spec.licence for spec in specs_of(recipe) if spec.commercial]
    bound = [_bound(spec) for spec in specs_of(recipe) if not spec.commercial]
    return "; ".join([", ".join(dict.fromkeys(free)), *bound])


def _bound(spec: ModelSpec) -> str:
    if spec.licence == "see URL":
        return f"**licence not confirmed**: [{spec.name}]({spec.licence_url})"
    return f"**not for commercial use**: {spec.name} ([{spec.licence}]({spec.licence_url}))"
