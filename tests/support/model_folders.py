"""Made-up models: folders that look like a download from the hub, with a few numbers in them."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from encoders.models.specs import ModelSpec, model_specs

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def tensors(seed: int = 0) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {
        "vision.weight": torch.randn(4, 3, generator=generator),
        "text.weight": torch.randn(2, 3, generator=generator),
    }


def write_model(folder: Path, family: str, *, seed: int = 0) -> Path:
    """config.json, weights and a tokenizer, and beside them what is never taken."""
    write_config(folder, family)
    save_file(tensors(seed), folder / "model.safetensors")
    (folder / "tokenizer.json").write_text('{"version": "1.0"}')
    (folder / "README.md").write_text("a model")
    (folder / "modeling.py").write_text("raise SystemExit")
    return folder


def write_config(folder: Path, family: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"model_type": family}))
    return folder


def write_pickled_model(folder: Path, family: str, *, seed: int = 0) -> Path:
    """The same numbers as `write_model`, in pytorch_model.bin only."""
    write_config(folder, family)
    torch.save(tensors(seed), folder / "pytorch_model.bin")
    return folder


def write_hub_cache(hub: Path, spec: ModelSpec, *, revision: str = COMMIT, seed: int = 0) -> Path:
    """A snapshot whose files are links to blobs, as the hub's client leaves it; its folder."""
    cache = hub / f"models--{spec.hub_id.replace('/', '--')}"
    snapshot = cache / "snapshots" / revision
    blobs = write_model(cache / "blobs" / revision, spec.family, seed=seed)
    snapshot.mkdir(parents=True)
    for blob in blobs.iterdir():
        (snapshot / blob.name).symlink_to(Path("../../blobs") / revision / blob.name)
    return snapshot


def write_profile_models(root: Path, *names: str) -> Path:
    """A folder with each model in a folder of its name."""
    for seed, name in enumerate(names):
        write_model(root / name, model_specs()[name].family, seed=seed)
    return root
