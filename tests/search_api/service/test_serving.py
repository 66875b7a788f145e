"""The socket that a service listens at, and the threads that it computes with."""

import socket

import torch
from threadpoolctl import threadpool_info

from search_api.service.serving import few_threads, listen
from search_api.service.settings import ServiceSettings


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with listen(ServiceSettings(port=0)) as listener:
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_models_and_products_use_few_threads() -> None:
    before = torch.get_num_threads()
    try:
        with few_threads(ServiceSettings(model_threads=3)):
            assert torch.get_num_threads() == 3
            blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
            assert blas
            assert {pool["num_threads"] for pool in blas} == {1}
    finally:
        torch.set_num_threads(before)
