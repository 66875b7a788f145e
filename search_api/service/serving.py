"""The server itself: uvicorn around the application, in this process."""

import asyncio
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager

import torch
import uvicorn
from fastapi import FastAPI
from threadpoolctl import threadpool_limits

from search_api.service.settings import ServiceSettings
from segments.errors import UserError

KEEP_ALIVE_S = 30


def serve_until_stopped(
    app: FastAPI, settings: ServiceSettings, *, announce: Callable[[str], None]
) -> None:
    """Serves until the process is told to stop, and then lets requests at work end.

    Args:
        announce: told the address, once requests are answered.

    Raises:
        UserError: the address cannot be listened at.
    """
    with listen(settings) as listener, few_threads(settings):
        config = uvicorn.Config(
            app,
            http="httptools",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # who asks is never taken from what the request says
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=int(settings.stop_timeout_s),
        )
        jobs = app.state.service.jobs
        server = _Server(config, lambda: announce(_address(listener)), jobs.close_streams)
        asyncio.run(server.serve(sockets=[listener]))


@contextmanager
def few_threads(settings: ServiceSettings) -> Generator[None]:
    """Models and products on as many threads as help one search while others are at work.

    Threads that wait for each other are slow on busy cores: two of them took 24 ms for a sentence
    that one encodes in 11, and 7 ms for a product of 0.2.
    """
    torch.set_num_threads(settings.model_threads)
    with threadpool_limits(1, user_api="blas"):
        yield


class _Server(uvicorn.Server):
    def __init__(
        self,
        config: uvicorn.Config,
        on_started: Callable[[], None],
        on_stopping: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._on_started, self._on_stopping = on_started, on_stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stopping()  # it waits for answers to end, and streams have no end
        await super().shutdown(sockets)


def listen(settings: ServiceSettings) -> socket.socket:
    """A socket that clients can connect to.

    Raises:
        UserError: the address cannot be listened at.
    """
    try:
        family, *_, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.create_server(address, family=family, backlog=2048)
    except OSError as error:
        raise UserError(
            f"cannot listen at {settings.host} port {settings.port} ({error.strerror}): choose "
            "another with --host and --port"
        ) from error
    # asyncio does so for sockets that know their protocol, which this one's children do not: each
    # answer would wait 40 ms for the client's acknowledgement of its headers
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
