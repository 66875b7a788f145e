"""`retrace models`: the pretrained models on this machine, and bringing them here."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import say, show, write
from segments.errors import UserError, WeightsMissing

if TYPE_CHECKING:
    from encoders.models.library import ModelLibrary
    from encoders.models.specs import ModelSpec

EXIT_FINDINGS = 1

app = typer.Typer(help="Looks after pretrained models.", no_args_is_help=True)
ModelsOption = Annotated[
    Path | None,
    typer.Option(
        "--models",
        metavar="DIR",
        envvar="RETRACE_MODELS",
        help="The library of models; ~/.local/share/retrace/models where not given.",
    ),
]
ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="Take files that differ from the locked ones.")
]


@app.command("list")
def list_models(
    models: ModelsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Lists models and profiles: what is here, how large, under which licence."""
    from cli.model_tables import model_facts, models_table, profile_facts, profiles_table

    library = _library(models)
    facts, profiles = model_facts(library), profile_facts(library)
    if as_json:
        content = {"library": str(library.root), "models": facts, "profiles": profiles}
        write(json.dumps(content, indent=2))
    else:
        show(models_table(facts))
        show(profiles_table(profiles))
        say(f"library of models: {library.root}")


@app.command()
def pull(
    names: Annotated[
        list[str], typer.Argument(metavar="PROFILE_OR_MODEL...", help="As `models list` has them.")
    ],
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="DIR",
            help="A folder with the models' files, or a hub cache; nothing is fetched then.",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Agree to licences that are not commercial.")
    ] = False,
    replace: ReplaceOption = False,
    models: ModelsOption = None,
) -> None:
    """Brings models here, from the hub or from a folder, and locks their digests.

    Run it again to finish after an interruption; what is here is not copied again.
    """
    from encoders.models.pulling import pull as pull_model

    library = _library(models)
    specs, extras = _chosen(library, names), _extras(library, names)
    specs += [spec for spec in extras if spec not in specs]
    absent = [spec for spec in specs if replace or not library.has(spec.name)]
    for spec in absent:
        _say_licence(spec)
    _agree([spec for spec in absent if not spec.commercial], yes=yes)
    for spec in specs:
        try:
            outcome = pull_model(library, spec, source=source, progress=say, replace=replace)
        except WeightsMissing as error:
            if spec not in extras:
                raise
            outcome = f"left out, and the profile works without it ({error})"
        show(f"{spec.name}: {outcome}")


@app.command()
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="Models; all where not given.")
    ] = None,
    models: ModelsOption = None,
) -> None:
    """Compares every file with the digest it was locked with. Exit code 1 where one differs."""
    library = _library(models)
    chosen = names or sorted(library.lock.read())
    problems = [problem for name in chosen for problem in library.verify(name)]
    show("\n".join(problems) or f"all is well ({len(chosen)} models)")
    raise typer.Exit(EXIT_FINDINGS if problems else 0)


@app.command()
def path(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A model or a profile; the library where not given."),
    ] = None,
    models: ModelsOption = None,
) -> None:
    """Prints the folder of a model, of each of a profile's models, or of the library."""
    library = _library(models)
    folders = [library.root] if name is None else map(library.folder, _models_of(library, [name]))
    write("\n".join(str(folder) for folder in folders))


@app.command()
def adopt(
    folder: Annotated[Path, typer.Argument(help="As `retrace train alan` writes it.")],
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Of the new profile.")],
    base: Annotated[
        str, typer.Option("--profile", metavar="BASE", help="The profile it was trained on.")
    ],
    replace: ReplaceOption = False,
    models: ModelsOption = None,
) -> None:
    """Makes a profile of a trained ALAN: copied into the library, used with BASE's models."""
    from encoders.models.adopting import adopt as adopt_network

    library = _library(models)
    recipe = adopt_network(library, folder, name=name, base=base, replace=replace)
    show(f"profile {recipe.name}: {', '.join(recipe.models)}")


def _library(root: Path | None) -> "ModelLibrary":
    from encoders.models.library import ModelLibrary

    return ModelLibrary.default() if root is None else ModelLibrary(root)


def _chosen(library: "ModelLibrary", names: list[str]) -> list["ModelSpec"]:
    from encoders.models.specs import model_specs

    specs = model_specs()
    # a trained ALAN has no spec: it came by `adopt`, and is fetched from nowhere
    return [specs[name] for name in _models_of(library, names) if name in specs]


def _extras(library: "ModelLibrary", names: list[str]) -> list["ModelSpec"]:
    """What named profiles take along and work without, where it is not named itself."""
    from encoders.models.specs import model_specs, profile_recipes

    recipes = profile_recipes(library)
    regions = {recipes[name].regions for name in names if name in recipes} - {None, *names}
    return [spec for name, spec in model_specs().items() if name in regions]


def _models_of(library: "ModelLibrary", names: list[str]) -> list[str]:
    """The models that are named, and those of the profiles that are, each once.

    Raises:
        UserError: a name is neither.
    """
    from encoders.models.specs import model_specs, profile_recipes

    specs, recipes = model_specs(), profile_recipes(library)
    adopted = {recipe.alan for recipe in recipes.values()}
    unknown = [name for name in names if name not in {*specs, *recipes, *adopted}]
    if unknown:
        known = f"profiles {', '.join(recipes)}; models {', '.join(specs)}"
        raise UserError(f"unknown: {', '.join(unknown)}. Choose of {known}")
    models = [m for name in names for m in (recipes[name].models if name in recipes else (name,))]
    return list(dict.fromkeys(models))


def _say_licence(spec: "ModelSpec") -> None:
    use = "commercial use allowed" if spec.commercial else "NOT known to allow commercial use"
    size = f"{spec.download_mb:.0f} MB"
    say(f"{spec.name} ({size}): licence {spec.licence}, {use}. {spec.licence_url}")


def _agree(specs: list["ModelSpec"], *, yes: bool) -> None:
    """Raises:
    UserError: nobody can be asked.
    """
    if not specs or yes:
        return
    names = ", ".join(f"{spec.name} ({spec.licence})" for spec in specs)
    if not _is_interactive():
        raise UserError(
            f"{names}: not known to allow commercial use, and no terminal is here to ask on: "
            "read the licence and add --yes, or choose the profile clip-open"
        )
    if not typer.confirm(f"Use {names} under these licences?", err=True):
        raise UserError("nothing was pulled")


def _is_interactive() -> bool:
    return sys.stdin.isatty()
