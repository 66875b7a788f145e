"""Bringing a trained ALAN into the library, with a profile that uses it."""

from pathlib import Path

from encoders.models.installing import claimed, copy_hashed, install, is_installed
from encoders.models.library import ModelLibrary
from encoders.models.lock import LockedModel
from encoders.models.specs import ProfileRecipe, model_specs, profile_recipes, shipped_recipes
from segments.errors import UserError
from segments.files import sha256_of
from segments.names import require_name

FAMILY = "alan"
FILES = ("config.json", "model.safetensors")
RESERVED = ("auto", "compact")
"""Profiles that are not made of library models."""


def adopt(
    library: ModelLibrary, folder: Path, *, name: str, base: str, replace: bool = False
) -> ProfileRecipe:
    """Copies a network into the library as NAME-alan, and keeps the profile NAME: base with it.

    Args:
        folder: as `Alan.save_pretrained` writes it.
        base: the profile whose features it was trained on.

    Raises:
        UserError: the name is taken or cannot be one, there is no such base, or the library has
            another network by that name.
        WeightsMissing: the folder does not hold a network.
    """
    from encoders.alan import Alan

    _require_free(require_name(name, of="a profile"))
    recipes = profile_recipes(library)
    if base not in recipes:
        raise UserError(f"there is no profile {base!r} to adopt for: {', '.join(recipes)}")
    model = f"{name}-alan"
    Alan.from_pretrained(folder)  # a network that cannot be loaded is not taken
    with claimed(library, model):
        if not is_installed(library, model, lambda: _digests(folder), replace=replace):
            install(library, model, lambda partial: _fill(partial, folder))
        recipe = recipes[base].model_copy(update=_changes(name, model, recipes[base]))
        library.profiles.put(name, recipe)
    return recipe


def _require_free(name: str) -> None:
    taken = (*RESERVED, *shipped_recipes(), *model_specs())
    if name in taken or f"{name}-alan" in taken:
        raise UserError(f"{name!r} is a name of retrace's own: choose another one")


def _changes(name: str, model: str, base: ProfileRecipe) -> dict[str, object]:
    return {
        "name": name,
        "alan": model,
        "rank": base.rank + 1,
        "note": f"{base.name} with the trained ALAN {model}.",
    }


def _digests(folder: Path) -> dict[str, str]:
    return {file: sha256_of(folder / file) for file in FILES}


def _fill(partial: Path, folder: Path) -> LockedModel:
    files = {file: copy_hashed(folder / file, partial / file) for file in FILES}
    return LockedModel(family=FAMILY, origin=f"folder {folder.absolute()}", files=files)
