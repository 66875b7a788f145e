"""Fixtures of the service's tests."""

from tests.support.service import indexed_library, service

__all__ = ["indexed_library", "service"]
