"""The service at a real address, for clients that open connections of their own."""

import io
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
import uvicorn

from indexer.rescoring import rescore
from indexer.spaces import remove_from_all
from indexer.upkeep import refresh_between_runs
from search_api.service.app import create_app
from search_api.service.opening import LoadProfile
from search_api.service.settings import ServiceSettings
from tests.support.service import PLAIN_LOGS, profile
from tests.support.waiting import wait_until


@contextmanager
def served(
    library: Path, *, load_profile: LoadProfile = profile, **settings: Any
) -> Generator[str]:
    """The address of a service over `library`, on loopback, until the block's end."""
    # its thread would write its log into whatever a test captures
    quiet = structlog.PrintLoggerFactory(io.StringIO())
    structlog.configure(processors=list(PLAIN_LOGS), logger_factory=quiet)
    app = create_app(
        ServiceSettings(library=library, **{"makes_library": False, **settings}),
        load_profile=load_profile,
        upkeep=refresh_between_runs,
        remove=remove_from_all,
        rescore=rescore,
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            wait_until(lambda: server.started)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
            structlog.reset_defaults()
