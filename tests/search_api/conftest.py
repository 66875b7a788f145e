"""Fixtures of the service's tests."""

from tests.support.service import client, indexed_library, service

__all__ = ["client", "indexed_library", "service"]
