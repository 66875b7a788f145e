"""Data sets by the name that `--dataset` takes."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.datasets.base import DatasetMissing, FeatureReader, RetrievalDataset
from benchmarks.datasets.feature_files import open_features
from benchmarks.datasets.feature_folders import FEATURES_SOURCE
from benchmarks.datasets.toml_table import open_table
from benchmarks.datasets.ucfcrime_ar import open_ucfcrime_ar
from benchmarks.datasets.xdviolence_ar import open_xdviolence_ar
from segments.errors import UserError

Opener = Callable[[Path | None, Path | None, str], RetrievalDataset]
"""From the folder of annotations, the features, and the captions' language."""


def open_dataset(
    name: str, *, annotations: Path | None, features: Path | None, language: str = "en"
) -> RetrievalDataset:
    """A data set by its name, or by the path of a TOML file that describes it.

    Args:
        annotations: folder of captions or lists, where the data set needs one.
        features: folder of `.npy` files, or `.npz`, where the data set needs one.
        language: of UCFCrime-AR's captions, "en" or "zh".

    Raises:
        DatasetMissing: a file is not where it should be, or was not named.
        UserError: no such data set.
    """
    if name.endswith(".toml"):
        return open_table(Path(name), _features(features, name))
    if name not in OPENERS:
        raise UserError(f"no data set {name!r}: choose {', '.join(OPENERS)} or PATH.toml")
    return OPENERS[name](annotations, features, language)


def _ucfcrime_ar(
    annotations: Path | None, features: Path | None, language: str
) -> RetrievalDataset:
    folder = _annotations(annotations, "ucf_crime_train.xlsx, ucf_crime_test.xlsx (Roc-Ng/VAR)")
    return open_ucfcrime_ar(folder, _features(features, "ucfcrime-ar"), language=language)


def _xdviolence_ar(annotations: Path | None, features: Path | None, _: str) -> RetrievalDataset:
    folder = _annotations(annotations, "audio.list, audio_test.list (Roc-Ng/XDVioDet)")
    return open_xdviolence_ar(folder, _features(features, "xdviolence-ar"))


def _annotations(folder: Path | None, wanted: str) -> Path:
    if folder is None:
        raise DatasetMissing(f"name the folder of {wanted} on GitHub with --annotations")
    return folder


def _features(path: Path | None, dataset: str) -> FeatureReader:
    if path is None:
        raise DatasetMissing(f"{dataset} needs --features: {FEATURES_SOURCE}")
    return open_features(path)


OPENERS: dict[str, Opener] = {"ucfcrime-ar": _ucfcrime_ar, "xdviolence-ar": _xdviolence_ar}
