"""ONNX files made by hand: the few messages of the format that a small network needs.

Field numbers are those of ONNX's own onnx.proto.
"""

from collections.abc import Sequence

import numpy as np

_FLOAT, _INT64 = 1, 7
_AS_INT, _AS_INTS = 2, 7


def _varint(value: int) -> bytes:
    low = b""
    while value > 127:
        low, value = low + bytes([value & 127 | 128]), value >> 7
    return low + bytes([value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    value = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _attribute(name: str, value: int | Sequence[int]) -> bytes:
    if isinstance(value, int):
        return _bytes(1, name) + _number(3, value) + _number(20, _AS_INT)
    return _bytes(1, name) + b"".join(_number(8, v) for v in value) + _number(20, _AS_INTS)


def node(kind: str, inputs: Sequence[str], output: str, **attributes: int | Sequence[int]) -> bytes:
    """One operation with one output, which also names it."""
    parts = [_bytes(1, name) for name in inputs]
    parts += [_bytes(2, output), _bytes(3, output), _bytes(4, kind)]
    return b"".join(parts + [_bytes(5, _attribute(*pair)) for pair in attributes.items()])


def tensor(name: str, values: np.ndarray) -> bytes:
    """A constant: float32, or int64 for shapes."""
    kind = _INT64 if values.dtype == np.int64 else _FLOAT
    values = values.astype(np.int64 if kind == _INT64 else np.float32)
    dims = b"".join(_number(1, size) for size in values.shape)
    return dims + _number(2, kind) + _bytes(8, name) + _bytes(9, values.tobytes())


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    sizes = [_bytes(2, s) if isinstance(s, str) else _number(1, s) for s in shape]
    dims = b"".join(_bytes(1, size) for size in sizes)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, dims)))


def onnx_file(
    nodes: Sequence[bytes],
    tensors: Sequence[bytes],
    *,
    takes: Sequence[int | str],
    answers: Sequence[int | str],
) -> bytes:
    """A network from "images" to "output"; a size that is a word is free."""
    graph = b"".join(_bytes(1, part) for part in nodes) + _bytes(2, "drawn")
    graph += b"".join(_bytes(5, part) for part in tensors)
    graph += _bytes(11, _value("images", takes)) + _bytes(12, _value("output", answers))
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _bytes(1, "") + _number(2, 13))
