"""A library of models with tiny random weights, as `retrace models pull` makes it."""

from pathlib import Path

from encoders.models.library import ModelLibrary
from encoders.models.pulling import pull
from encoders.models.specs import model_specs, shipped_recipes
from tests.support.tiny_models import save_profile_models


def save_hub(root: Path, *profiles: str) -> Path:
    """A folder with the models of profiles, by hub id, as somebody would carry it to a machine."""
    names = {name for profile in profiles for name in shipped_recipes()[profile].models}
    specs = [model_specs()[name] for name in sorted(names)]
    save_profile_models(root, {spec.hub_id: spec.family for spec in specs})
    return root


def pull_models(root: Path, hub: Path, *profiles: str) -> ModelLibrary:
    """The models of profiles in a library at `root`."""
    library = ModelLibrary(root)
    names = {name for profile in profiles for name in shipped_recipes()[profile].models}
    for name in sorted(names):
        pull(library, model_specs()[name], source=hub, progress=lambda line: None)
    return library
