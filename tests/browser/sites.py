"""A page and its service, at free ports of this machine."""

import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from segments.ports import free_port
from tests.support.served import served
from tests.support.waiting import wait_until

APP = Path(__file__).parent.parent.parent / "ui/app.py"
ENDED = set[str]()
"""Addresses of pages whose servers are gone: what a browser says of them is no error."""


@dataclass(frozen=True)
class Site:
    """A page and its service."""

    address: str
    service: str
    library: Path


@contextmanager
def page_server(service: str, **environment: str) -> Generator[str]:
    """The address of the page over a service, until the block's end."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port)]
    variables = {**os.environ, "RETRACE_URL": service, "RETRACE_TIMEZONE": "UTC", **environment}
    running = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(f"{address}/_stcore/health"))
        yield address
    finally:
        ENDED.add(address)
        running.terminate()
        running.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


@contextmanager
def open_site(
    library: Path, *, page: dict[str, str] | None = None, **settings: Any
) -> Iterator[Site]:
    """Service and page over a library, which the service may change.

    Args:
        page: variables of the page's environment: RETRACE_KEY.
        settings: of the service.
    """
    with ExitStack() as opened:
        service = opened.enter_context(served(library, **settings))
        wait_until(lambda: _answers(f"{service}/readyz"))
        yield Site(opened.enter_context(page_server(service, **page or {})), service, library)
