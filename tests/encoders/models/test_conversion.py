import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from encoders.models.conversion import convert
from encoders.models.specs import Conversion
from segments.errors import WeightsMissing

WHOLE = Conversion(source="x.bin", target="x.safetensors")
HEAD = Conversion(source="x.pth", target="h.safetensors", state_key="model", prefix="Qformer.cls.")


class Malicious:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


def converted(folder: Path, content: object, conversion: Conversion, **options: bool):
    torch.save(content, folder / conversion.source, **options)
    convert(folder / conversion.source, folder / conversion.target, conversion)
    return load_file(folder / conversion.target)


@pytest.mark.parametrize("zipped", [True, False])
def test_all_tensors_are_kept_bit_for_bit(tmp_path: Path, zipped: bool):
    weight = torch.randn(3, 5)
    state = {
        "weight": weight,
        "turned": weight.T,
        "shared": weight,
        "ids": torch.arange(7),
        "scale": torch.tensor(2.5, dtype=torch.float16),
    }
    found = converted(tmp_path, state, WHOLE, _use_new_zipfile_serialization=zipped)
    assert found.keys() == state.keys()
    for name, tensor in state.items():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor)


def test_only_the_named_tensors_are_taken(tmp_path: Path):
    model = {
        "Qformer.cls.predictions.bias": torch.tensor([1.0, 2.0]),
        "Qformer.bert.weight": torch.zeros(2),
        "temp": torch.tensor(0.07),
    }
    found = converted(tmp_path, {"model": model}, HEAD)
    assert found["Qformer.cls.predictions.bias"].tolist() == [1.0, 2.0]
    assert len(found) == 1


def test_a_pickle_that_carries_code_is_refused_and_not_run(tmp_path: Path):
    mark = tmp_path / "it-ran"
    with pytest.raises(WeightsMissing, match="carries code"):
        converted(tmp_path, {"weight": torch.zeros(2), "extra": Malicious(mark)}, WHOLE)
    assert not mark.exists()
    assert not (tmp_path / WHOLE.target).exists()


def test_a_bare_pickle_that_carries_code_is_refused_and_not_run(tmp_path: Path):
    mark = tmp_path / "it-ran"
    (tmp_path / "x.bin").write_bytes(pickle.dumps(Malicious(mark), protocol=2))
    with pytest.raises(WeightsMissing, match="carries code"):
        convert(tmp_path / "x.bin", tmp_path / "x.safetensors", WHOLE)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("content", "conversion", "message"),
    [
        ({"model": {"other": torch.zeros(1)}}, HEAD, r"no tensors named Qformer\.cls\."),
        ({"weights": {}}, HEAD, "not a checkpoint of named tensors"),
        ([torch.zeros(1)], WHOLE, "not a checkpoint of named tensors"),
        ({"model": {"epoch": 3}}, HEAD, "not a checkpoint of named tensors"),
        ({}, WHOLE, "no tensors named"),
    ],
)
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content, conversion, message):
    with pytest.raises(WeightsMissing, match=message):
        converted(tmp_path, content, conversion)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"not a pickle"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "x.bin").write_bytes(content)
    with pytest.raises(WeightsMissing, match=r"x\.bin"):
        convert(tmp_path / "x.bin", tmp_path / "x.safetensors", WHOLE)
