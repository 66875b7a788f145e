"""The parts that Local Patterns looks at a library's footage with."""

from dataclasses import dataclass

from detectors.local_patterns import acts
from detectors.local_patterns.asking import shipped_asking
from detectors.local_patterns.cameras import digest_of_shipped
from detectors.local_patterns.captions import region_captions
from detectors.local_patterns.norms import SHIPPED_FOR
from detectors.local_patterns.pipeline import LocalPatterns, PatternConfig
from detectors.local_patterns.region_source import RegionSource, load_source
from detectors.local_patterns.regions.opening import ENGINES, open_engine
from encoders.base import Profile
from encoders.compact.profile import CompactProfile
from encoders.models.library import ModelLibrary
from encoders.models.specs import profile_recipes
from encoders.regions.compact import CompactRegionEncoder
from segments.library import Library
from segments.media import LookSpec

ENCODER = "compact"
"""What reads regions for every profile: its weights are on every machine."""
PICTURES, FIELDS = 2, 4
"""Per clip: a picture each 0.32 s, and two motion fields around each."""
SMALL_SIDE_PX, LARGE_SIDE_PX = 192, 640
"""Of what engines by name look at, as the compact profile does, and of what networks do."""


@dataclass(frozen=True)
class RegionParts:
    """An opened way to find and read regions."""

    patterns: LocalPatterns
    source: RegionSource
    second: LookSpec | None
    """What must be sampled of clips beside what the profile looks at."""


def open_parts(profile: Profile, library: Library, regions: str | None) -> RegionParts:
    """Opens the engine that is named, else the one that the space knows, else the default one.

    Raises:
        LibraryError: weights of the engine are not there.
        UserError: there is no such engine.
        WeightsMissing: the encoder's weights are not on this machine.
    """
    known = load_source(library)
    engine = regions or (known.engine if known else _default_engine(profile.spec.name))
    config = PatternConfig()
    compact = profile if isinstance(profile, CompactProfile) else CompactProfile.load()
    encoder = CompactRegionEncoder.of(compact, tuple(region_captions()))
    says_yes = shipped_asking(ENCODER, encoder)
    source = RegionSource.of(
        engine,
        ENCODER,
        config,
        answers=digest_of_shipped(ENCODER, "smm"),
        acts=_acts_digest(profile.spec.name, engine),
    )
    patterns = LocalPatterns(open_engine(source.engine), encoder, config, says_yes=says_yes)
    return RegionParts(patterns, source, _second(profile, source.engine))


def _acts_digest(profile: str, engine: str) -> str | None:
    """Of what says what regions do; None where nothing was trained for such regions."""
    return digest_of_shipped(profile, acts.PART) if engine == SHIPPED_FOR else None


def _default_engine(profile: str) -> str:
    """The one that was pulled along with a pretrained profile, else the one without weights."""
    models = ModelLibrary.default()
    recipe = profile_recipes(models).get(profile)
    if recipe is None or recipe.regions is None or not models.has(recipe.regions):
        return "motion"
    return str(models.folder(recipe.regions))


def _second(profile: Profile, engine: str) -> LookSpec | None:
    """Nothing where the profile's own pictures and fields do."""
    spec = profile.spec
    if engine not in ENGINES:
        return LookSpec(LARGE_SIDE_PX, PICTURES, FIELDS)
    if (spec.frames_per_clip, spec.fields_per_clip) == (PICTURES, FIELDS):
        return None
    return LookSpec(SMALL_SIDE_PX, PICTURES, FIELDS)
