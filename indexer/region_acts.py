"""What regions do, said with a library's own bank of sentences."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from detectors.local_patterns.acts.network import ActNetwork
from detectors.local_patterns.acts.telling import embed, shipped_network, tell
from detectors.local_patterns.region_source import RegionSource
from detectors.local_patterns.stored import StoredRegions
from detectors.trace.index import open_index
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

    def tell(
        self, regions: StoredRegions, motion: Float32[np.ndarray, "t m"]
    ) -> tuple[StoredRegions, set[str]]:
        """The regions with what they do, and the sentences that say it.

        Args:
            motion: of the same clips.
        """
        if not regions.is_there.any():
            return regions, set()
        told = tell(embed(self.network, regions, motion), self.normal, self.anomalous)
        return regions.told(told.odds, told.sentences), set(told.sentences)


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
