"""The README's table of profiles: what each is made of, finds, needs and costs."""

from typing import Any

from benchmarks.records import RunRecord
from benchmarks.reports import markdown_table, origin
from benchmarks.tower_speed.costs import (
    compact_floats,
    download_mb,
    licences,
    mb_per_hour,
    vector_floats,
)
from encoders.models.specs import ProfileRecipe, shipped_recipes
from encoders.registry import COMPACT

HEAD = ("profile", "models", "download", "made to find", "encodes here", "disk per hour", "licence")
FINDS = {
    COMPACT: "coarse events of its small simulated world",
    "clip-fast": "things and scenes in everyday words; movement; sounds by name",
    "clip-open": "as clip-fast, with smaller things and words in many languages",
    "clip": "as clip-open, with movement in finer detail",
    "clip-large": "as clip, with finer detail; speech and music among the sounds",
    "clip-video": "what happens over 10 s rather than what one picture shows; sounds by name",
}
"""What each was trained for. No weights could be had here, so none of it is a measurement."""
BUSY = 0.1
"""Other processes' share of the cores from which on speeds are called too low."""


def profiles_table(record: RunRecord) -> str:
    """One row per profile; speeds are the record's, all else follows from the models' data."""
    scores = record.scores
    rows = [_compact_row(scores["profiles"][COMPACT])]
    rows += [_row(recipe, scores["profiles"][name]) for name, recipe in shipped_recipes().items()]
    return "\n\n".join([markdown_table(HEAD, rows), _notes(scores), origin(record)])


def _compact_row(found: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"`{COMPACT}`",
        "its own, 6 M parameters",
        "none",
        FINDS[COMPACT],
        _speed(found),
        f"{mb_per_hour(compact_floats()):.0f} MB",
        "Apache-2.0",
    )


def _row(recipe: ProfileRecipe, found: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"`{recipe.name}`",
        ", ".join(recipe.models),
        f"{download_mb(recipe) / 1000:.1f} GB",
        FINDS[recipe.name],
        _speed(found),
        f"{mb_per_hour(vector_floats(recipe)):.0f} MB",
        licences(recipe),
    )


def _speed(found: dict[str, Any]) -> str:
    if "skipped" in found:
        return f"not measured ({found['skipped']})"
    loaded = f"{found['load_s']:.0f} s" if found["load_s"] >= 1 else "under 1 s"
    return (
        f"{found['clips_per_s']:.3g} clips/s, {found['times_real_time']:.2g}× real time; "
        f"loads in {loaded}"
    )


def _notes(scores: dict[str, Any]) -> str:
    batch, others = scores["batch"], scores["others_share"]
    bound = ": a quiet machine is faster" if others > BUSY else ""
    return (
        f"*Encodes* is the models alone in {scores['dtype']} on {scores['device']}, on "
        f"{batch['clips']} clips ({batch['footage_s']:g} s) of noise with sound, one picture per "
        f"clip, with random weights of the published sizes (`{COMPACT}`: float32, two pictures, "
        "its own weights); reading the footage comes on top. Other processes used "
        f"{others:.0%} of the cores meanwhile{bound}. *Disk* is the vectors of one video of an "
        "hour with sound, without the index over them."
    )
