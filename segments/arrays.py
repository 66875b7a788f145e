"""Named arrays as the bytes of an .npz: checksummed by its zip container, and never a pickle."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping

import numpy as np
from jaxtyping import Shaped

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '([<|][biufc]\d+)', 'fortran_order': False, "
    rb"'shape': \(([\d, ]*)\), \} *\n",
    re.DOTALL,
)


def to_npz(arrays: Mapping[str, Shaped[np.ndarray, "..."]]) -> bytes:
    """Packs arrays of plain numbers; `from_npz` gives them back bit for bit."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def from_npz(content: bytes) -> dict[str, Shaped[np.ndarray, "..."]]:
    """Unpacks every array.

    Raises:
        ValueError: the content is damaged, cut short, or holds anything but plain numbers.
    """
    try:
        return {name: _array(member) for name, member in _members(content)}
    except (_OtherLayout, struct.error):
        return _from_any_npz(content)


class _OtherLayout(Exception):
    """Not as `to_npz` writes it: made elsewhere, or damaged."""


def _members(content: bytes) -> Iterator[tuple[str, memoryview]]:
    """The files of a zip container without compression, as a search needs many of: 20 times as
    fast as `zipfile`."""
    if len(content) < _END.size:
        raise _OtherLayout
    magic, *_, count, _, place, _ = _END.unpack_from(content, len(content) - _END.size)
    if magic != b"PK\x05\x06":
        raise _OtherLayout
    for _ in range(count):
        entry = _ENTRY.unpack_from(content, place)
        _, _, _, _, method, _, _, crc, packed, size, name_len, extra_len, note_len, *_, local = (
            entry
        )
        name = content[place + _ENTRY.size :][:name_len]
        place += _ENTRY.size + name_len + extra_len + note_len
        *_, own_name_len, own_extra_len = _LOCAL.unpack_from(content, local)
        start = local + _LOCAL.size + own_name_len + own_extra_len
        member = memoryview(content)[start : start + size]
        if method or packed != size or zlib.crc32(member) != crc:
            raise _OtherLayout
        yield name.decode().removesuffix(".npy"), member


def _array(member: memoryview) -> Shaped[np.ndarray, "..."]:
    header = _HEADER.match(member)
    if header is None:
        raise _OtherLayout
    dtype, shape = np.dtype(header[1].decode()), header[2].decode()
    sides = [int(side) for side in shape.split(",") if side.strip()]
    return np.frombuffer(member[header.end() :], dtype).reshape(sides).copy()


def _from_any_npz(content: bytes) -> dict[str, Shaped[np.ndarray, "..."]]:
    try:
        with np.lib.npyio.NpzFile(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (EOFError, KeyError, NotImplementedError, RuntimeError, zipfile.BadZipFile) as error:
        raise ValueError(str(error)) from error
