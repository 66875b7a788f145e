"""Searches by what was uploaded, and what there is to search."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from search_api.answers.base import Answer
from search_api.requests import SearchRequest
from segments.media import Level

Kind = Literal["sound", "picture"]
UPLOAD_ID = "^[0-9a-f]{32}$"
Uploaded = Annotated[str | None, Field(pattern=UPLOAD_ID)]


class SearchBody(SearchRequest):
    """What to look for: words, a sound, a picture, or several of them; and where."""

    audio: Uploaded = None
    """An uploaded sound."""
    image: Uploaded = None
    """An uploaded picture."""

    def request(self) -> SearchRequest:
        """Without the uploads, which travel beside it."""
        return SearchRequest.model_validate(self.model_dump(exclude={"audio", "image"}))


class CameraAnswer(Answer):
    """One camera."""

    name: str
    videos: int


class SpaceAnswer(Answer):
    """One vector space: what a profile made of the footage."""

    profile: str
    is_used: bool
    """Whether searches go through it."""


class LibraryAnswer(Answer):
    """What there is to search."""

    profile: str
    """Whose vectors are searched."""
    spaces: list[SpaceAnswer]
    vectors: dict[str, list[str]]
    """Names of the blocks by vector; a hit's `parts` are named so."""
    levels: list[Level]
    default_alpha: float
    videos: int
    footage_s: float
    points: int
    """Segments that can be found."""
    spooled_chunks: int | None
    """Finished pieces on their way into the store; None for a key of some cameras only."""
    cameras: list[CameraAnswer]
    detectors: list[str]


class UploadAnswer(Answer):
    """A file that searches may name."""

    upload_id: str
    kind: Kind
    """A "sound" is searched by as `audio`, a "picture" as `image`."""
    size_bytes: int
    duration_s: float | None
    """Of a sound, where its file says it."""
    width: int | None
    height: int | None
    expires_at: AwareDatetime
    """When it will be deleted."""
