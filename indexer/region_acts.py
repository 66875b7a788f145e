"""What regions do, said with a library's own bank of sentences."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float16

from detectors.local_patterns.acts.network import ActNetwork
from detectors.local_patterns.acts.telling import embed, shipped_network, tell
from detectors.local_patterns.region_source import RegionSource, load_source
from detectors.local_patterns.stored import StoredRegions
from detectors.trace.index import open_index
from detectors.trace.origin import origin_of_sets
from detectors.trace.scoring import TraceSet
from detectors.trace.traces import load_bank
from encoders.base import Profile
from segments.library import Library


@dataclass(frozen=True)
class Telling:
    """A network and the sentences that it is to choose from."""

    network: ActNetwork
    normal: TraceSet
    anomalous: TraceSet

    @property
    def origin(self) -> str:
        """What names these sentences (`segments.score_origins`)."""
        return origin_of_sets(self.normal, self.anomalous)

    def around(self, clips: range, *, known: int) -> range:
        """The clips whose motion has a say in what regions do in some clips.

        Args:
            known: clips of the video so far.
        """
        config = self.network.config
        return range(max(0, clips.start - config.before), min(known, clips.stop + config.ahead))

    def tell(
        self, regions: StoredRegions, scene: Float16[np.ndarray, "t m"], *, first: int
    ) -> tuple[StoredRegions, set[str]]:
        """The regions with what they do, and the sentences that say it.

        Args:
            scene: the motion of the clips `around` those of the regions, as it is kept.
            first: its row of the first of them.
        """
        if not regions.is_there.any():
            return regions, set()
        z = embed(self.network, regions, scene.astype(np.float32), first=first)
        told = tell(z, self.normal, self.anomalous)
        return regions.told(told.odds, told.sentences), set(told.sentences)


def telling_of(library: Library, profile: Profile) -> Telling | None:
    """For a library's regions; None where none are kept, or nothing says what they do.

    Raises:
        LibraryError: another process has the bank open, or it is damaged.
        WeightsMissing: the network is damaged.
    """
    source = load_source(library)
    return None if source is None else load_telling(profile, library, source)


def load_telling(profile: Profile, library: Library, source: RegionSource) -> Telling | None:
    """For regions that were found in one way; None where no network was trained for them.

    Raises:
        LibraryError: another process has the bank open, or it is damaged.
        WeightsMissing: the network is damaged.
    """
    network = shipped_network(profile.spec.name)
    if network is None or source.acts_digest is None:
        return None
    with open_index(library, profile, load_bank(own=library.own_traces)) as index:
        return Telling(network, *index.load_sets())
