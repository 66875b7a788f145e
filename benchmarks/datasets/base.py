"""What a retrieval data set is, whatever its files look like."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from segments.errors import UserError
from segments.vectors import ClipFeatures

Split = Literal["train", "test"]
Query = Literal["text", "audio"]


class DatasetMissing(UserError):
    """Files of a data set are not where they should be; says which, and how to get them."""


@dataclass(frozen=True)
class Item:
    """One video of a data set."""

    video: str
    """Its name, without folder and extension: what captions, labels and features are found by."""
    split: Split
    is_anomalous: bool
    texts: tuple[str, ...] = ()
    """Sentences about it; the first is the one that the benchmark asks by."""


class FeatureReader(Protocol):
    """Clip features on disk, read one video at a time."""

    @property
    def streams(self) -> dict[str, int]:
        """Width of each visual stream by name, in the order of a vector's blocks."""
        ...

    @property
    def audio_dim(self) -> int | None:
        """Width of the audio features; None without."""
        ...

    @property
    def num_crops(self) -> int:
        """Crops of each picture that have features of their own; crop 0 is the centre."""
        ...

    def read(self, video: str, *, crop: int = 0) -> ClipFeatures:
        """Float32 features of a video's clips, streams cut to the shortest.

        Raises:
            DatasetMissing: there are no features of this video or crop.
        """
        ...


@dataclass(frozen=True)
class RetrievalDataset:
    """Videos that are asked for by their sentence, or by their own sound."""

    name: str
    query: Query
    items: tuple[Item, ...]
    features: FeatureReader
    files: tuple[Path, ...]
    """What a record's digest of the data is taken over: captions, splits, labels."""

    def split(self, name: Split) -> list[Item]:
        """Items of one split, in the data set's order."""
        return [item for item in self.items if item.split == name]
