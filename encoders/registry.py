"""The profiles by name, and which one `auto` takes."""

import torch

from encoders.base import Profile
from encoders.models.library import ModelLibrary, remedy
from encoders.models.specs import ProfileRecipe, profile_recipes, shipped_recipes
from segments.errors import UserError, WeightsMissing

COMPACT = "compact"
"""Its weights are on every machine."""


def load_profile(
    name: str, *, device: str = "auto", models: ModelLibrary | None = None, compile: bool = False
) -> Profile:
    """Makes a profile's models ready.

    Args:
        name: a profile, or "auto" for the best one whose weights are on this machine.
        device: "auto", "cpu" or "cuda".
        models: the library of pretrained models; None: this user's.
        compile: let large models go through `torch.compile`: slow to start, then faster.

    Raises:
        UserError: no such profile or device.
        WeightsMissing: the profile's weights are not on this machine.
    """
    library = models or ModelLibrary.default()
    chosen, where = resolve_profile(name, models=library), resolve_device(device)
    if chosen == COMPACT:
        from encoders.compact.profile import CompactProfile

        return CompactProfile.load(device=where)
    from encoders.pretrained.profile import PretrainedProfile

    recipe = profile_recipes(library)[chosen]
    return PretrainedProfile(recipe, library, device=where, compile=compile)


def resolve_profile(name: str, *, models: ModelLibrary | None = None) -> str:
    """The name of the profile to use; "auto" never goes to the network.

    Raises:
        UserError: no such profile.
        WeightsMissing: it was named, and its models are not on this machine.
    """
    library = models or ModelLibrary.default()
    recipes = profile_recipes(library)
    if name == "auto":
        here = [recipe for recipe in recipes.values() if not _missing(recipe, library)]
        return max(here, key=lambda recipe: recipe.rank).name if here else COMPACT
    if name != COMPACT and name not in recipes:
        known = ", ".join([COMPACT, *recipes])
        raise UserError(f"unknown profile {name!r}: choose auto or one of {known}")
    if name != COMPACT and (missing := _missing(recipes[name], library)):
        is_ours = name not in shipped_recipes()
        command = remedy(missing[0]) if is_ours else f"retrace models pull {name}"
        raise WeightsMissing(
            f"the profile {name} needs {', '.join(missing)}, not in {library.root}: run `{command}`"
        )
    return name


def _missing(recipe: ProfileRecipe, library: ModelLibrary) -> list[str]:
    return [name for name in recipe.models if not library.has(name)]


def resolve_device(name: str) -> str:
    """ "cpu" or "cuda"; "auto" takes a GPU where there is one."""
    if name not in ("auto", "cpu", "cuda"):
        raise UserError(f"unknown device {name!r}: choose auto, cpu or cuda")
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError("no CUDA device is here: use --device cpu or auto")
    return name
