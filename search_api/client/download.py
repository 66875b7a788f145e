"""Files on their way from the service."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

FACT = "retrace-"
"""How headers begin that say something of a file."""


class Download:
    """A file on its way: iterate over its bytes, or save it."""

    def __init__(self, response: httpx.Response) -> None:
        headers = response.headers
        self._response = response
        self.media_type: str = headers.get("content-type", "")
        declared: str | None = headers.get("content-length")
        self.size_bytes = None if declared is None else int(declared)
        self.facts: Mapping[str, str] = {
            name.removeprefix(FACT): value
            for name, value in headers.items()
            if name.startswith(FACT)
        }
        """What the service says of it: "clip-method", "clip-start-s", "time-s", "pts"."""

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_bytes()

    def save(self, path: Path) -> None:
        """Writes the file, completely or not at all."""
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with partial.open("wb") as file:
                for piece in self:
                    file.write(piece)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
