"""Another TRACE network for a library: only one that fits, and no video keeps scores of two."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from detectors import trace
from detectors.trace import trained
from detectors.trace.network import TraceNetwork
from encoders.base import Profile
from indexer.ledger import Ledger
from segments.catalog import Catalog
from segments.errors import LibraryError, UserError
from segments.library import Library
from segments.store.lock import OwnerLock

Digests = Mapping[str, str]
"""SHA-256 by file, of a profile's models."""


@dataclass(frozen=True)
class Switch:
    """What a change of network did."""

    changed: bool
    unseen: int
    """Videos that the former network saw, which is as if none had."""


def switch_network(library: Library, profile: Profile, folder: Path | None) -> Switch:
    """Lets a library's space use another network from here on; may be repeated after a crash.

    What TRACE kept of footage came out of the former network, and the clips that went in are not
    kept. So every video counts as one that TRACE has not seen, until it is indexed again.

    Args:
        profile: of the library's space.
        folder: as `retrace train trace` writes it; None for the shipped network.

    Raises:
        UserError: the network was trained for other encoders, or cannot be used in a library.
        WeightsMissing: the folder does not hold a network.
        LibraryError: another process indexes.
    """
    if folder is None:
        new = trained.shipped_digest(library.space)
    else:
        _require_fit(profile, folder)
        new = trained.identity_of(folder)
    lock = OwnerLock.acquire(library.indexer_lock_file)
    try:
        changed = new != _in_use(library)
        unseen = _unsee(library) if changed else 0
        if folder is None:
            trained.use_shipped(library)
        else:
            trained.adopt(library, folder)
    finally:
        lock.release()
    return Switch(changed, unseen)


def _in_use(library: Library) -> str | None:
    try:
        return trained.network_digest(library)
    except LibraryError:  # nobody can say any more; the new choice mends it
        return None


def _unsee(library: Library) -> int:
    """What is half indexed starts anew: its chunks must not be of two networks."""
    with Catalog(library) as catalog, Ledger(library) as ledger:
        for video_id in ledger.progress():
            ledger.forget_chunks(video_id)
        seen = [video for video in catalog.videos() if trace.NAME in video.detectors]
        for video in seen:
            others = tuple(name for name in video.detectors if name != trace.NAME)
            catalog.add_video(video.model_copy(update={"detectors": others}))
    return len(seen)


def _require_fit(profile: Profile, folder: Path) -> None:
    config = TraceNetwork.from_pretrained(folder).config
    if config.mix == "max":
        raise UserError(
            f"the network in {folder} gives a vector per window, which `retrace bench` can score "
            "and a library cannot keep: train one with a gate"
        )
    _require_same_encoders(profile, folder)
    dim = profile.encode_sentences(["a place"]).shape[1]
    if config.dim != dim:
        raise UserError(
            f"the network in {folder} is for features of {config.dim} numbers, and the profile "
            f"{profile.spec.name} gives {dim}: train it again with `retrace train trace`"
        )


def _require_same_encoders(profile: Profile, folder: Path) -> None:
    learned, here = _learned_with(folder), profile.manifest.digests
    if other := [name for name in sorted(learned) if learned[name] != here.get(name)]:
        raise UserError(
            f"the network in {folder} was trained with other models than those of the profile "
            f"{profile.spec.name}: {', '.join(other)} differ. Train it with `retrace train trace` "
            "on features of the same models"
        )


def _learned_with(folder: Path) -> Digests:
    """What trained the network, as far as TRACE looks at it: ALAN lies on top of the same."""
    file = folder / trained.RECORD_FILE
    try:
        digests = dict(json.loads(file.read_bytes())["words"])
    except FileNotFoundError:
        raise UserError(
            f"{file} is missing: name a folder that `retrace train trace` wrote"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{file} does not say which models trained it ({error!r})") from None
    return {name: sha256 for name, sha256 in digests.items() if not _is_of_alan(name)}


def _is_of_alan(name: str) -> bool:
    return "alan" in name.partition("/")[0] or name == trained.RECORD_FILE
