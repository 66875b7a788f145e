"""Asking a service instead of opening a library: `--url`."""

import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from search_api.images import Image
from search_api.requests import SearchRequest
from search_api.schemas import SearchResponse
from segments.catalog import MIN_PREFIX
from segments.errors import UserError

if TYPE_CHECKING:
    from search_api.answers.videos import VideoItem
    from search_api.client import Client

KEY_VARIABLE = "RETRACE_KEY"

UrlOption = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        envvar="RETRACE_URL",
        help="Ask the service there instead of opening a library here.",
    ),
]
KeyFileOption = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        envvar="RETRACE_KEY_FILE",
        metavar="FILE",
        help=f"With --url: the file that holds the API key. Default: {KEY_VARIABLE}.",
    ),
]


@contextmanager
def open_client(url: str, key_file: Path | None) -> "Iterator[Client]":
    """A client of the service at `url`.

    Raises:
        UserError: the address or the key is none.
    """
    from search_api.client import Client

    with Client(url, key=_read_key(key_file)) as client:
        yield client


def _read_key(key_file: Path | None) -> str | None:
    """Never from an option: other users of the machine can read those."""
    if key_file is None:
        return os.environ.get(KEY_VARIABLE) or None
    try:
        return key_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"the key cannot be read from {key_file}: {error}") from None


def require_possible(given: Iterable[str | None]) -> None:
    """Raises:
    UserError: an option was given that a service cannot follow.
    """
    if names := [name for name in given if name]:
        raise UserError(f"{' and '.join(names)} cannot be had with --url: leave out one of them")


def search_there(
    client: "Client", request: SearchRequest, audio: Path | None, image: Image | None
) -> SearchResponse:
    """Sends what the request needs, searches, and has it deleted again."""
    from search_api.answers.searching import SearchBody

    sound = _open(audio) if audio else None
    with _uploaded(client, sound) as sound_id, _uploaded(client, _png(image)) as image_id:
        sent = {"audio": sound_id, "image": image_id}
        response = client.search(SearchBody.model_validate(request.model_dump() | sent))
    names = {"audio": audio and audio.name, "image": image and image.name}
    return response.model_copy(update={"query": response.query.model_copy(update=names)})


@contextmanager
def _uploaded(client: "Client", file: BinaryIO | None) -> Iterator[str | None]:
    if file is None:
        yield None
        return
    with file:
        upload_id = client.upload(file).upload_id
    try:
        yield upload_id
    finally:
        client.delete_upload(upload_id)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None


def _png(image: Image | None) -> BinaryIO | None:
    """The very pixels, whatever they came from."""
    if image is None:
        return None
    from PIL import Image as pictures

    content = io.BytesIO()
    pictures.fromarray(image.pixels).save(content, "PNG", compress_level=1)
    content.seek(0)
    return content


def find_there(client: "Client", text: str) -> "VideoItem":
    """The one video that `text` means: a path, a file name, an id or the start of one.

    Raises:
        UserError: no video, or more than one, is meant.
    """
    path = str(Path(text).absolute())
    named = list(client.videos.all(name=Path(text).name))
    at_path = [v for v in named if any(place.path == path for place in v.places)]
    of_name = [v for v in named if any(Path(place.path).name == text for place in v.places)]
    found = at_path or of_name
    if not found and len(text) >= MIN_PREFIX:
        found = [v for v in client.videos.all() if v.video_id.startswith(text.lower())]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{v.video_id[:12]} ({v.name})" for v in found[:5])
        raise UserError(f"{text!r} may mean {listed}: give the path or the id")
    raise UserError(
        f"the service shows no video {text!r}: give its path there, its file name or at least "
        f"{MIN_PREFIX} digits of its id"
    )
