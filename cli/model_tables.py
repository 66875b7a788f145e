"""What `retrace models list` shows."""

from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from encoders.models.library import ModelLibrary

Facts = dict[str, Any]


def model_facts(library: "ModelLibrary") -> list[Facts]:
    """Of each model that retrace knows or that was adopted: what it is, and whether it is here."""
    from encoders.models.specs import model_specs

    locked = library.lock.read()
    known = [
        spec.model_dump(
            include={"name", "hub_id", "licence", "licence_url", "commercial", "roles", "note"}
        )
        | {"mb": round(spec.download_mb)}
        for spec in model_specs().values()
    ]
    adopted = [_adopted(name) for name in sorted(locked.keys() - model_specs().keys())]
    for facts in [*known, *adopted]:
        entry = locked.get(facts["name"])
        facts["here"] = library.has(facts["name"])
        facts["revision"] = entry and entry.revision
        if entry is not None:
            facts["mb"] = round(sum(file.size_bytes for file in entry.files.values()) / 1e6)
    return [*known, *adopted]


def profile_facts(library: "ModelLibrary") -> list[Facts]:
    """Of each profile: its models, and which of them are missing."""
    from encoders.models.specs import model_specs, profile_recipes

    specs = model_specs()
    return [
        recipe.model_dump()
        | {
            "missing": [name for name in recipe.models if not library.has(name)],
            "commercial": all(specs[m].commercial for m in recipe.models if m in specs),
        }
        for recipe in profile_recipes(library).values()
    ]


def models_table(models: list[Facts]) -> Table:
    table = Table("model", "here", "MB", "licence", "commercial", "for", box=None, pad_edge=False)
    for facts in models:
        table.add_row(
            facts["name"],
            _yes(facts["here"]),
            str(facts["mb"]),
            facts["licence"],
            _yes(facts["commercial"]),
            ", ".join(facts["roles"]),
        )
    return table


def profiles_table(profiles: list[Facts]) -> Table:
    table = Table("profile", "here", "commercial", "missing", "note", box=None, pad_edge=False)
    for facts in profiles:
        here, missing = _yes(not facts["missing"]), "\n".join(facts["missing"])
        table.add_row(facts["name"], here, _yes(facts["commercial"]), missing, facts["note"])
    return table


def _adopted(name: str) -> Facts:
    return {
        "name": name,
        "hub_id": None,
        "licence": "your own",
        "licence_url": None,
        "commercial": True,
        "roles": ["alan"],
        "note": "adopted",
    }


def _yes(value: bool) -> str:
    return "yes" if value else "no"
