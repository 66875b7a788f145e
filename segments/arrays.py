"""Named arrays as the bytes of an .npz: checksummed by its zip container, and never a pickle."""

import io
import zipfile
from collections.abc import Mapping

import numpy as np
from jaxtyping import Shaped


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
        with np.lib.npyio.NpzFile(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (EOFError, KeyError, NotImplementedError, RuntimeError, zipfile.BadZipFile) as error:
        raise ValueError(str(error)) from error
