"""What a request must satisfy before any model is loaded for it."""

from collections.abc import Iterable
from difflib import get_close_matches

from search_api.requests import SearchRequest
from segments.catalog import Catalog
from segments.errors import LibraryError, UserError
from segments.library import Library


def check_asks(request: SearchRequest, *, has_sound: bool, has_image: bool = False) -> None:
    """Refuses a request that nothing could answer, in any library.

    Raises:
        UserError: there are neither words nor a sound nor a picture; a part of no picture; or least
            similarity of a ranking that has none.
    """
    if request.text is None and not has_sound and not has_image:
        raise UserError(
            "the query is empty: give some words, a sound, a picture, or several of them"
        )
    if request.crop and not has_image:
        raise UserError("a crop is a part of a picture, and none came: give an image, or no crop")
    if request.min_score is not None and request.then:
        raise UserError(
            f"a minimum score of {request.min_score} compares similarities, and a sequence is "
            "scored by two: search without a minimum score, or for one moment"
        )
    sounds = (2 if request.sound_mode == "both" else 1) if has_sound else 0
    if request.min_score is not None and (request.text is not None) + has_image + sounds > 1:
        raise UserError(
            f"a minimum score of {request.min_score} compares similarities, and this search fuses "
            "rankings: search by words or a picture alone, or by a sound with the sound mode "
            "sound-to-video or sound-to-sound"
        )


def check_answerable(request: SearchRequest, library: Library, catalog: Catalog) -> None:
    """Refuses a request that this library cannot answer.

    Raises:
        LibraryError: nothing is indexed.
        UserError: a camera or a detector is not known here; the message names those that are.
    """
    if next(catalog.iter_places(), None) is None:
        raise LibraryError(
            f"the library {library.root} is empty: index something first with "
            f"`retrace index FOLDER --library {library.root}`"
        )
    if not all(map(catalog.has_camera, request.cameras)):
        require_known("camera", request.cameras, catalog.cameras())
    if not all(map(catalog.has_detector, request.min_anomaly)):
        detectors = {name for video in catalog.videos() for name in video.detectors}
        require_known("detector", request.min_anomaly, detectors)


def require_known(what: str, asked: Iterable[str], known: Iterable[str]) -> None:
    """Raises:
    UserError: one of the names is not known; the message names those that are.
    """
    names = sorted(known)
    for name in asked:
        if name in names:
            continue
        close = get_close_matches(name, names, n=len(names) or 1)
        ordered = close + [other for other in names if other not in close]
        listing = f"known are {', '.join(ordered)}" if ordered else f"this library knows no {what}"
        raise UserError(f"unknown {what} {name!r}: {listing}")
