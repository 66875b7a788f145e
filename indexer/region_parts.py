"""The parts that Local Patterns looks at a library's footage with."""

from dataclasses import dataclass

from detectors.local_patterns import acts
from detectors.local_patterns.asking import shipped_asking
from detectors.local_patterns.cameras import digest_of_shipped
from detectors.local_patterns.norms import SHIPPED_FOR
from detectors.local_patterns.pipeline import LocalPatterns
from detectors.local_patterns.region_source import COMPACT, RegionSource, load_source
from detectors.local_patterns.regions.opening import needs_weights, open_engine
from detectors.local_patterns.stored import HEAT_SIZE
from detectors.local_patterns.ways import way_of
from encoders.base import Profile
from encoders.models.library import ModelLibrary
from encoders.models.specs import profile_recipes
from encoders.registry import resolve_device
from indexer.region_choice import RegionChoice
from indexer.region_encoders import open_encoder
from segments.library import Library
from segments.media import LookSpec

PICTURES, FIELDS = 2, 4
"""Per clip: a picture each 0.32 s, and two motion fields around each."""
SMALL_SIDE_PX, LARGE_SIDE_PX = 192, 640
"""Of what is looked at without other networks than the compact profile's, and with them."""


@dataclass(frozen=True)
class RegionParts:
    """An opened way to find and read regions."""

    patterns: LocalPatterns
    source: RegionSource
    second: LookSpec | None
    """What must be sampled of clips beside what the profile looks at."""


def open_parts(profile: Profile, library: Library, choice: RegionChoice) -> RegionParts:
    """Opens what is named, else what the space knows, else the default engine and encoder.

    Raises:
        LibraryError: weights of the engine or the encoder are not there.
        UserError: there is no such engine or device.
        WeightsMissing: they are, and cannot be used.
    """
    source = _source(profile, library, choice)
    config, device = way_of(source.engine).config, choice.device
    engine = open_engine(source.engine, device=resolve_device(device))
    encoder = open_encoder(source.encoder, profile, expand=config.expand, device=device)
    says_yes = shipped_asking(COMPACT, encoder) if source.encoder == COMPACT else None
    patterns = LocalPatterns(engine, encoder, config, says_yes=says_yes, heat_size=HEAT_SIZE)
    return RegionParts(patterns, source, _second(profile, source))


def _source(profile: Profile, library: Library, choice: RegionChoice) -> RegionSource:
    """What finds and reads regions; networks that ask of them and tell know compact ones only."""
    known, name = load_source(library), profile.spec.name
    engine = choice.engine or (known.engine if known else _default_engine(name))
    encoder = choice.encoder or (known.encoder if known else COMPACT)
    is_compact, is_shipped_for = encoder == COMPACT, engine == SHIPPED_FOR
    return RegionSource.of(
        engine,
        encoder,
        way_of(engine).config,
        answers=digest_of_shipped(COMPACT, "smm") if is_compact else None,
        acts=digest_of_shipped(name, acts.PART) if is_compact and is_shipped_for else None,
    )


def _default_engine(profile: str) -> str:
    """The one that was pulled along with a pretrained profile, else the one without weights."""
    models = ModelLibrary.default()
    recipe = profile_recipes(models).get(profile)
    if recipe is None or recipe.regions is None or not models.has(recipe.regions):
        return "motion"
    return str(models.folder(recipe.regions))


def _second(profile: Profile, source: RegionSource) -> LookSpec | None:
    """Nothing where the profile's own pictures and fields do."""
    spec, fineness = profile.spec, way_of(source.engine).fineness
    is_large = needs_weights(source.engine) or source.encoder != COMPACT
    look = LookSpec(LARGE_SIDE_PX if is_large else SMALL_SIDE_PX, PICTURES, FIELDS, fineness)
    own = LookSpec(SMALL_SIDE_PX, spec.frames_per_clip, spec.fields_per_clip)
    return None if look == own else look
