"""The trace bank: sentences that say what a camera may show, by context (METHODS B.1, B.5).

A folder holds one YAML file per context, named after it (`bank hall` in `bank-hall.yaml`):

    context: bank hall
    scene:                # how such a place looks to a fixed camera
    - a bank hall with counters behind glass and a queue line
    normal:
    - customers wait in line between the ropes
    anomalous:
    - text: customers lie flat on the floor while masked men watch them
      kind: robbery

The shipped folder is never changed. A user's own folder lies over it: its files add sentences and
contexts, and its `removed.yaml` lists sentences of the shipped one that are not to be used.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from detectors.trace.schema import ContextFile, RemovedFile
from detectors.trace.sentences import Context, Trace, trace_id
from detectors.trace.yaml_files import first_error, read_yaml, write_yaml
from segments.errors import UserError

BANK = Path(__file__).parent / "bank"
"""The sentences that come with the project."""
REMOVED = "removed.yaml"
"""The file of a user's folder that is no context."""


def load_bank(folder: Path = BANK, *, own: Path | None = None) -> dict[str, Context]:
    """The contexts of a bank by name, in the order of their file names, those only of `own` last.

    A sentence of `own` takes the place of the same sentence in `folder`, whatever its context and
    label there. A context of `own` without a scene looks like its name; a context without a
    sentence is left out.

    Args:
        folder: the bank.
        own: a user's folder that lies over it; need not exist yet.

    Raises:
        UserError: `folder` is missing or empty, a file is not as above (the line and the field are
            named), or one folder has a sentence twice.
    """
    shipped = dict(_read_shipped()) if folder == BANK else _read_folder(folder)
    if not shipped:
        raise UserError(f"{folder} holds no context: one .yaml file each")
    if own is None or not own.exists():
        return shipped
    return _laid_over(shipped, _read_folder(own), removed=set(map(trace_id, _read_removed(own))))


def require_context(bank: Mapping[str, Context], name: str) -> str:
    """The name, where the bank has a context of it.

    Raises:
        UserError: it has not.
    """
    if name not in bank:
        raise UserError(f"no context {name!r} in the bank; there are: {', '.join(sorted(bank))}")
    return name


def save_context(folder: Path, context: Context) -> Path:
    """Writes the context's file anew, completely or not at all, and returns its path.

    Raises:
        UserError: a name or sentence that a bank may not hold.
    """
    anomalous = [{"text": trace.text, "kind": trace.kind} for trace in context.anomalous]
    content = {
        "context": context.name,
        "scene": list(context.scenes),
        "normal": [trace.text for trace in context.normal],
        "anomalous": anomalous,
    }
    try:
        checked = ContextFile.model_validate(content)
    except ValidationError as error:
        raise UserError(f"context {context.name!r}: {first_error(error)}") from None
    path = folder / _file_name(context.name)
    write_yaml(path, checked)
    return path


def add_trace(own: Path, trace: Trace, *, shipped: Path = BANK) -> None:
    """`add_traces` for one."""
    add_traces(own, [trace], shipped=shipped)


def add_traces(own: Path, traces: Sequence[Trace], *, shipped: Path = BANK) -> None:
    """Adds sentences to a user's folder, which is made where it is missing.

    Raises:
        UserError: one is in the bank already, or twice among them, or may not be held; those of
            contexts before it are added then.
    """
    known = {t.id: t for context in load_bank(shipped, own=own).values() for t in context.traces}
    for trace in traces:
        if (same := known.setdefault(trace.id, trace)) is not trace:
            raise UserError(
                f"{trace.text!r} is in the bank already, as {same.label} in {same.context!r}: "
                "remove it first"
            )
    mine = _read_own(own)
    for name in dict.fromkeys(trace.context for trace in traces):
        new = tuple(trace for trace in traces if trace.context == name)
        context = mine.get(name, Context(name, (), ()))
        save_context(own, replace(context, traces=context.traces + new))


def remove_trace(own: Path, sentence: str, *, shipped: Path = BANK) -> Trace:
    """Takes a sentence, given by its text or its id, out of the bank as its user sees it.

    It leaves the user's own file; where `shipped` has it, `removed.yaml` keeps its text.

    Raises:
        UserError: the bank does not have it.
    """
    found = _find(load_bank(shipped, own=own).values(), {sentence, trace_id(sentence)})
    if found is None:
        raise UserError(f"the bank has no sentence {sentence!r}: give its whole text or its id")
    for context in _read_own(own).values():
        kept = context.without({found.id})
        if kept != context:
            save_context(own, kept)
    if _find(load_bank(shipped).values(), {found.id}) is not None:
        texts = dict.fromkeys((*_read_removed(own), found.text))
        write_yaml(own / REMOVED, RemovedFile(removed=list(texts)))
    return found


def _laid_over(
    shipped: dict[str, Context], own: dict[str, Context], *, removed: set[str]
) -> dict[str, Context]:
    replaced = removed | {trace.id for context in own.values() for trace in context.traces}
    merged = {name: context.without(replaced) for name, context in shipped.items()}
    for name, mine in own.items():
        below = merged.get(name, Context(name, (), ()))
        scenes = tuple(dict.fromkeys(below.scenes + mine.scenes)) or (name,)
        merged[name] = Context(name, scenes, below.traces + mine.traces)
    return {name: context for name, context in merged.items() if context.traces}


def _find(contexts: Iterable[Context], ids: set[str]) -> Trace | None:
    traces = (trace for context in contexts for trace in context.traces)
    return next((trace for trace in traces if trace.id in ids), None)


@lru_cache(maxsize=1)
def _read_shipped() -> Mapping[str, Context]:
    """It never changes, and takes 60 ms to read."""
    return _read_folder(BANK)


def _read_own(folder: Path) -> dict[str, Context]:
    return _read_folder(folder) if folder.exists() else {}


def _read_folder(folder: Path) -> dict[str, Context]:
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder: a trace bank is a folder of .yaml files")
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml"))
    contexts = [_read_context(path) for path in paths if path.name != REMOVED]
    seen: dict[str, Trace] = {}
    for trace in (trace for context in contexts for trace in context.traces):
        first = seen.setdefault(trace.id, trace)
        if first is not trace:
            raise UserError(
                f"{folder} has {trace.text!r} twice, in {first.context!r} and {trace.context!r}: "
                "keep one"
            )
    return {context.name: context for context in contexts}


def _read_context(path: Path) -> Context:
    file = read_yaml(path, ContextFile)
    name = file.context
    if path.name != _file_name(name):
        raise UserError(f"{path} holds the context {name!r}: name it {_file_name(name)}")
    normal = [Trace(text, name, is_anomalous=False) for text in file.normal]
    anomalous = [
        Trace(item.text, name, is_anomalous=True, kind=item.kind) for item in file.anomalous
    ]
    return Context(name, tuple(file.scene), (*normal, *anomalous))


def _read_removed(own: Path) -> list[str]:
    path = own / REMOVED
    return read_yaml(path, RemovedFile).removed if path.exists() else []


def _file_name(context: str) -> str:
    return f"{context.replace(' ', '-')}.yaml"
