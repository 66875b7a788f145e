"""The socket that a service listens at."""

import socket

from search_api.service.serving import listen
from search_api.service.settings import ServiceSettings


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with listen(ServiceSettings(port=0)) as listener:
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
