"""Which files of a folder hold the features of which stream and video.

A folder with a `features.json` was written by `retrace features extract`:

    DIR/features.json           stream names and widths, the profile and its weights' digests
    DIR/<stream>/NAME__0.npy    one file per crop
    DIR/audio/NAME.npy

Without one, sub-folders at any depth are taken by their name, whatever its case and punctuation,
and with or without "features", "Train" or "Test" at its end:

    "appearance"    RGB, i3d_rgb, rgb_i3d, all_rgbs
    "motion"        Flow, i3d_flow, flow_i3d, all_flows
    sound           VGGish, audio

Folders of one stream (RGB and RGBTest, Train/RGB and Test/RGB, one per category) are read as one.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ValidationError

from benchmarks.datasets.base import DatasetMissing
from benchmarks.datasets.files import VIDEO_SUFFIXES
from segments.errors import UserError

FEATURES_SOURCE = (
    "the I3D and VGGish features of UCF-Crime (linked from github.com/Roc-Ng/DeepMIL) and of "
    "XD-Violence (roc-ng.github.io/XD-Violence); `retrace features extract` makes them of footage"
)
LAYOUT_FILE = "features.json"
AUDIO = "audio"
SPELLINGS = {
    "appearance": {"appearance", "rgb", "rgbs", "i3drgb", "rgbi3d", "allrgbs"},
    "motion": {"motion", "flow", "flows", "i3dflow", "flowi3d", "allflows"},
    AUDIO: {"audio", "vggish"},
}

FilesByName = dict[str, Path]
"""Feature files of one stream by `file_key` of their stem."""


class Layout(BaseModel):
    """What `features.json` tells a reader."""

    streams: dict[str, int]
    """Width of each visual stream, in the order of a vector's blocks; none before any video."""
    audio_dim: int | None
    profile: str | None = None
    """What made them."""
    digests: dict[str, str] = {}
    """SHA-256 of that profile's weights by name."""


def read_layout(folder: Path) -> Layout | None:
    """The folder's own description; None where it has none.

    Raises:
        UserError: `features.json` is not what is expected; names the key.
    """
    path = folder / LAYOUT_FILE
    if not path.exists():
        return None
    try:
        return Layout.model_validate_json(path.read_bytes())
    except ValidationError as error:
        wrong = error.errors()[0]
        key = ".".join(map(str, wrong["loc"])) or "the file"
        raise UserError(f"{path}: {key}: {wrong['msg']}; extract the features again") from None


def files_by_stream(folder: Path, layout: Layout | None) -> dict[str, FilesByName]:
    """Feature files of each stream, and of the sound where there are some, by `file_key`.

    Raises:
        DatasetMissing: the folder is not there, or has no stream; says what was looked for.
        UserError: two files are of the same video, crop and stream.
    """
    if not folder.is_dir():
        raise DatasetMissing(f"{folder} is no folder of features: {FEATURES_SOURCE}")
    found: dict[str, FilesByName] = {}
    for stream, sub_folder in _stream_folders(folder, layout):
        for path in _arrays(sub_folder):
            other = found.setdefault(stream, {}).setdefault(file_key(path.stem), path)
            if other != path:
                raise UserError(f"{other} and {path} are the same video twice: keep one of them")
    wanted = layout.streams if layout else ["appearance"]
    lacking = [stream for stream in wanted if stream not in found]
    if lacking or not wanted:
        raise DatasetMissing(_nothing_found(folder, lacking, layout))
    return {stream: found[stream] for stream in _order(layout) if stream in found}


def file_key(name: str) -> str:
    """A name as features are found by: UCF-Crime's are written with and without `_x264`, `.mp4`."""
    for ending in ("_x264", *VIDEO_SUFFIXES):
        name = name.replace(ending, "")
    return name


def _order(layout: Layout | None) -> list[str]:
    return [*layout.streams, AUDIO] if layout else list(SPELLINGS)


def _stream_folders(folder: Path, layout: Layout | None) -> Iterator[tuple[str, Path]]:
    if layout:
        yield from ((stream, folder / stream) for stream in _order(layout))
        return
    for root, children, _ in os.walk(folder, followlinks=True):
        for child in sorted(children):
            if stream := _spelled(child):
                children.remove(child)
                yield stream, Path(root) / child


def _spelled(name: str) -> str | None:
    """The stream that a folder's name stands for."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    plain = re.sub(r"(features?|train|test)+$", "", plain)
    return next((stream for stream, known in SPELLINGS.items() if plain in known), None)


def _arrays(folder: Path) -> list[Path]:
    found = (
        Path(root) / name for root, _, names in os.walk(folder, followlinks=True) for name in names
    )
    return sorted(path for path in found if path.suffix == ".npy" and path.name[0] != ".")


def _nothing_found(folder: Path, lacking: list[str], layout: Layout | None) -> str:
    if layout:
        where = ", ".join(lacking) or "any stream"
        return f"{folder} has no .npy files in {where}: run `retrace features extract` again"
    return (
        f"{folder} has no .npy files in a folder called RGB (or RGBTest, i3d_rgb, all_rgbs): "
        f"name the folder that holds RGB and Flow of {FEATURES_SOURCE}"
    )
