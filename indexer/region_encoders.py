"""What reads regions, by name or path."""

from pathlib import Path

from detectors.local_patterns.base import RegionEncoder
from detectors.local_patterns.captions import region_captions
from detectors.local_patterns.region_source import COMPACT
from encoders.base import Profile
from encoders.compact.profile import CompactProfile
from encoders.regions.compact import CompactRegionEncoder
from encoders.registry import resolve_device
from encoders.towers.base import Placement
from encoders.towers.precision import best_dtype


def open_encoder(
    name_or_path: str, profile: Profile, *, expand: float, device: str = "auto"
) -> RegionEncoder:
    """An encoder that describes with the bank of captions where it cannot write its own.

    Args:
        name_or_path: "compact", whose weights are on every machine, or the folder of a
            Blip2ForImageTextRetrieval as safetensors, such as `retrace models path
            blip2-itm-vit-g` prints.
        expand: share of a box that is added on each side before the encoder sees it. BLIP-2 looks
            at what is around a thing; the compact encoder knows it already, and is kept to the box.
        device: of BLIP-2; the compact encoder computes where its profile does.

    Raises:
        UserError: there is no such device.
        WeightsMissing: the folder holds no BLIP-2 with its text half, or not all of it.
    """
    captions = tuple(region_captions())
    if name_or_path == COMPACT:
        compact = profile if isinstance(profile, CompactProfile) else CompactProfile.load()
        return CompactRegionEncoder.of(compact, captions, inside=1 / (1 + 2 * expand))
    from encoders.regions.blip2 import Blip2RegionEncoder

    where = resolve_device(device)
    place, inside = Placement(where, best_dtype(where)), 1 / (1 + 2 * expand)
    return Blip2RegionEncoder(Path(name_or_path), captions, place=place, inside=inside)
