"""Footage for showing: its files, pictures, clips and curves (for console and service)."""

from search_api.media.files import find_among, find_source, place_of

__all__ = ["find_among", "find_source", "place_of"]
