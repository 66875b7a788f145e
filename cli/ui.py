"""`retrace ui`: the page, over a service that runs or one of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cli.output import say
from segments.errors import UserError
from segments.ports import free_port

LOOPBACK = ("127.0.0.1", "localhost", "::1")
STOP_S, LOOK_EVERY_S = 15.0, 0.1


def ui(
    url: Annotated[
        str | None,
        typer.Option(help="The service. Default: RETRACE_URL, or http://127.0.0.1:8321."),
    ] = None,
    library: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Serves this library itself, as `retrace serve` does, meanwhile."
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen at; any but this machine's needs an API key.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8501,
) -> None:
    """Opens the page in a browser: search, look, understand, collect.

    The key comes from RETRACE_KEY or RETRACE_KEY_FILE; without them each person types their own,
    if the service asks for one. RETRACE_PUBLIC_URL is where browsers reach the service, if that is
    not --url; times are shown in RETRACE_TIMEZONE, or the browser's zone.
    """
    if url is not None and library is not None:
        raise UserError("give the address of a service, or a library to serve: not both")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: nothing is left behind
    with _served(library) if library else _running(url) as address:
        require_guarded(host, address)
        say(f"the page is at http://{host}:{port} (Ctrl-C ends it)")
        raise typer.Exit(_run_page(address, host, port))


def require_guarded(host: str, address: str) -> None:
    """Refuses to show a library to others that answers without a key.

    Raises:
        UserError: the page is to listen beyond loopback, and the service wants no key.
    """
    from search_api.client import Client, KeyRefused
    from search_api.client.sending import Retries
    from ui.session import read_settings

    if host in LOOPBACK:
        return
    with Client(address, key=read_settings(os.environ).key, retries=Retries(attempts=1)) as client:
        try:
            is_open = client.myself().key_id is None
        except KeyRefused:
            return
    if is_open:
        raise UserError(
            f"--host {host} lets others reach this page, and its service wants no API key: "
            "`retrace keys create NAME --role admin` makes one"
        )


@contextmanager
def _running(url: str | None) -> Generator[str]:
    from ui.session import DEFAULT_URL

    yield url or os.environ.get("RETRACE_URL") or DEFAULT_URL


@contextmanager
def _served(library: Path) -> Generator[str]:
    """A service over the library at a free port of this machine, until the block's end."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "cli", "serve", str(library), "--host", "127.0.0.1"]
    with _beside([*command, "--port", str(port), "--log-level", "error"]) as service:
        _wait_for(service, address)
        yield address


def _wait_for(service: subprocess.Popen[bytes], address: str) -> None:
    """Returns once it answers.

    Raises:
        UserError: it ended instead, having said why.
    """
    from search_api.client import Client, ServiceAway
    from search_api.client.sending import Retries

    with Client(address, retries=Retries(attempts=1)) as client:
        while service.poll() is None:
            try:
                client.alive()
                return
            except ServiceAway:
                time.sleep(LOOK_EVERY_S)
    raise UserError("the page has no service: it ended for the reason above")


@contextmanager
def _beside(
    command: list[str], environment: dict[str, str] | None = None
) -> Generator[subprocess.Popen[bytes]]:
    """A process that ends with the block, however that ends."""
    running = subprocess.Popen(command, env={**os.environ, **(environment or {})})
    try:
        yield running
    finally:
        running.terminate()
        running.wait(STOP_S)


def _run_page(address: str, host: str, port: int) -> int:
    from importlib.util import find_spec

    import ui as page

    if find_spec("streamlit") is None:
        raise UserError("the page needs Streamlit: install the extra `ui`")
    app = Path(page.__file__).parent / "app.py"
    command = [sys.executable, "-m", "streamlit", "run", str(app)]
    flags = ["--server.address", host, "--server.port", str(port)]
    with _beside([*command, *flags], {"RETRACE_URL": address}) as running:
        return running.wait()
