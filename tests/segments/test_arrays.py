import io

import numpy as np
import pytest

from segments.arrays import from_npz, to_npz


def test_arrays_come_back_bit_for_bit() -> None:
    arrays = {
        "a/b": np.array([[0.1, -0.0], [np.nan, np.inf]], np.float32),
        "empty": np.zeros((0, 3), np.float16),
        "scalar": np.array(1 / 3),
    }
    found = from_npz(to_npz(arrays))
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert found[name].tobytes() == array.tobytes()


def test_the_same_arrays_are_the_same_bytes() -> None:
    assert to_npz({"x": np.arange(5)}) == to_npz({"x": np.arange(5)})


def test_objects_are_neither_written_nor_read() -> None:
    pickled = np.array([{}], object)
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        to_npz({"x": pickled})
    buffer = io.BytesIO()
    np.savez(buffer, x=pickled)
    with pytest.raises(ValueError, match="Object arrays cannot be loaded"):
        from_npz(buffer.getvalue())


@pytest.mark.parametrize("content", [b"", b"PK", b"\x93NUMPY"])
def test_what_is_not_an_npz(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a zip file"):
        from_npz(content)


def test_an_npz_of_another_layout_is_read_as_well() -> None:
    arrays = {"a": np.arange(6, dtype=np.int32).reshape(2, 3), "f": np.ones((3, 2), order="F")}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    for content in (buffer.getvalue(), to_npz(arrays)):
        found = from_npz(content)
        assert found.keys() == arrays.keys()
        assert all(np.array_equal(found[name], arrays[name]) for name in arrays)


def test_a_changed_byte_is_noticed() -> None:
    content = bytearray(to_npz({"x": np.arange(100.0)}))
    content[len(content) // 2] ^= 1
    with pytest.raises(ValueError, match="CRC"):
        from_npz(bytes(content))


def test_what_is_read_may_be_written_to() -> None:
    found = from_npz(to_npz({"x": np.zeros(3)}))["x"]
    found[0] = 1
    assert found.tolist() == [1, 0, 0]
