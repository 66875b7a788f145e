"""The folder of the embedded engine: how it is made, and how it is loaded."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from qdrant_edge import (
    Distance,
    EdgeConfig,
    EdgeOptimizersConfig,
    EdgeShard,
    EdgeVectorParams,
    HnswIndexConfig,
    IntegerIndexParams,
    PayloadSchemaType,
    ScalarQuantizationConfig,
    ScalarType,
    UpdateOperation,
)

from segments.errors import LibraryError
from segments.files import sync_folder
from segments.payload import FieldKind
from segments.vectors import VectorSpec

INDEX_FROM_KB = 1_000
"""Vectors of a segment that earn an index; only `optimize` builds any, so this may be low."""
_FIELD_KINDS: dict[FieldKind, PayloadSchemaType] = {
    "keyword": PayloadSchemaType.Keyword,
    "float": PayloadSchemaType.Float,
    "bool": PayloadSchemaType.Bool,
}


def make_shard(
    folder: Path,
    specs: Mapping[str, VectorSpec],
    *,
    quantized: bool,
    indexes: Mapping[str, FieldKind],
) -> None:
    """Makes an empty folder with its payload indexes: completely or not at all."""
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    shard = EdgeShard.create(str(partial), _config(specs, quantized))
    for key, kind in indexes.items():
        shard.update(UpdateOperation.create_field_index(key, field_schema(kind)))
    shard.flush()
    shard.close()
    partial.rename(folder)
    sync_folder(folder.parent)


def _config(specs: Mapping[str, VectorSpec], quantized: bool) -> EdgeConfig:
    return EdgeConfig(
        vectors={s.name: EdgeVectorParams(s.dim, Distance.Dot) for s in specs.values()},
        hnsw_config=HnswIndexConfig(m=16, ef_construct=128, full_scan_threshold=INDEX_FROM_KB),
        quantization_config=ScalarQuantizationConfig(ScalarType.Int8) if quantized else None,
        optimizers=EdgeOptimizersConfig(indexing_threshold=INDEX_FROM_KB),
    )


def load_shard(folder: Path) -> EdgeShard:
    """Raises:
    LibraryError: the folder is missing or damaged.
    """
    if not folder.is_dir():
        raise LibraryError(f"{folder} is missing: index the footage again, or restore a backup")
    try:
        return EdgeShard.load(str(folder))
    except Exception as error:  # the engine raises nothing narrower
        raise LibraryError(f"{folder} cannot be loaded ({error}): restore a backup") from error


def field_schema(kind: FieldKind) -> PayloadSchemaType | IntegerIndexParams:
    """The engine's word for a kind of payload index."""
    if kind == "integer":
        return IntegerIndexParams(lookup=False, range=True)
    return _FIELD_KINDS[kind]
