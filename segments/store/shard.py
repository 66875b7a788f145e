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
"""Vectors of a segment that earn int8 copies; only `optimize` makes any, so this may be low."""
_SEGMENTS = 4
"""Parts that are kept apart, where the store grew in steps: they are searched side by side."""
_NO_GRAPH = HnswIndexConfig(m=0, ef_construct=128, full_scan_threshold=INDEX_FROM_KB)
"""Every int8 copy is compared, filtered or not. A graph takes 30 times as long to build and loses
what filters leave over (docs/LOG.md, "Serving")."""
_FIELD_KINDS: dict[FieldKind, PayloadSchemaType] = {
    "keyword": PayloadSchemaType.Keyword,
    "float": PayloadSchemaType.Float,
    "bool": PayloadSchemaType.Bool,
}


def make_shard(
    folder: Path,
    specs: Mapping[str, VectorSpec],
    *,
    indexes: Mapping[str, FieldKind],
) -> None:
    """Makes an empty folder with its payload indexes: completely or not at all."""
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    vectors = _vectors({spec.name: spec.dim for spec in specs.values()})
    shard = EdgeShard.create(str(partial), EdgeConfig(vectors=vectors))
    for key, kind in indexes.items():
        shard.update(UpdateOperation.create_field_index(key, field_schema(kind)))
    shard.flush()
    shard.close()
    partial.rename(folder)
    sync_folder(folder.parent)


def _vectors(dims: Mapping[str, int]) -> dict[str, EdgeVectorParams]:
    return {name: EdgeVectorParams(dim, Distance.Dot) for name, dim in dims.items()}


def optimize_shard(folder: Path, dims: Mapping[str, int]) -> None:
    """Adds int8 copies of vectors that have none; holds the interpreter meanwhile.

    Args:
        dims: of the folder's vectors by name.

    Raises:
        LibraryError: the folder is damaged, or would lose points.
    """
    whole = load_shard(folder)  # with a config, whatever is missing would be made anew
    num_points = whole.info().points_count
    whole.close()
    config = EdgeConfig(
        vectors=_vectors(dims),
        hnsw_config=_NO_GRAPH,
        quantization_config=ScalarQuantizationConfig(ScalarType.Int8),
        optimizers=EdgeOptimizersConfig(
            indexing_threshold=INDEX_FROM_KB, default_segment_number=_SEGMENTS
        ),
    )
    shard = EdgeShard.load(str(folder), config)
    shard.optimize()
    if shard.info().points_count != num_points:
        raise LibraryError(f"{folder} had {num_points} points before it was optimised")
    shard.flush()
    shard.close()


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
