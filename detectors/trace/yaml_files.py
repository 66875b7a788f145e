"""YAML files that are checked against a pydantic model; a message names the line that is wrong."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from segments.errors import UserError
from segments.files import write_atomically

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The reader in C is ten times as fast, and not in every build of PyYAML."""
Model = TypeVar("Model", bound=BaseModel)


def read_yaml(path: Path, model: type[Model]) -> Model:
    """The file's content as `model`.

    Raises:
        UserError: the file is missing, empty or no YAML, has a key twice, or is not as `model`
            wants it; names the file, the line and the field.
    """
    root = _compose(path)
    try:
        return model.model_validate(yaml.constructor.SafeConstructor().construct_document(root))
    except yaml.MarkedYAMLError as error:
        raise _complaint(path, error) from None
    except ValidationError as error:
        line = _node_at(root, error.errors()[0]["loc"]).start_mark.line + 1
        raise UserError(f"{path}, line {line}: {first_error(error)}") from None


def write_yaml(path: Path, model: BaseModel) -> None:
    """Writes `model` completely or not at all: its fields in order, one line per text."""
    text = yaml.safe_dump(model.model_dump(), sort_keys=False, allow_unicode=True, width=1000)
    write_atomically(path, text.encode())


def first_error(error: ValidationError) -> str:
    """The first of a model's complaints, with its field: `anomalous[2].kind: ...`."""
    wrong = error.errors()[0]
    keys = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in wrong["loc"])
    came = f" (came: {wrong['input']!r})" if wrong["type"] != "missing" else ""
    said = wrong["msg"].removeprefix("Value error, ") + came
    return f"{keys.lstrip('.')}: {said}" if keys else said


def _compose(path: Path) -> yaml.Node:
    """The file as nodes, which know their lines."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), LOADER)
    except FileNotFoundError:
        raise UserError(f"{path} is missing") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is no UTF-8 text: {error.reason} at byte {error.start}") from None
    except yaml.MarkedYAMLError as error:
        raise _complaint(path, error) from None
    except yaml.YAMLError as error:
        raise UserError(f"{path} is no YAML: {error}") from None
    if root is None:
        raise UserError(f"{path} is empty")
    _refuse_repeated_keys(path, root)
    return root


def _complaint(path: Path, error: yaml.MarkedYAMLError) -> UserError:
    line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
    start = (
        f" {error.context} from line {error.context_mark.line + 1}" if error.context_mark else ""
    )
    return UserError(f"{path}{line}: no YAML: {error.problem}{start}")


def _refuse_repeated_keys(path: Path, node: yaml.Node) -> None:
    """YAML itself would keep the last of them and say nothing."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(path, item)
    if isinstance(node, yaml.MappingNode):
        seen: set[Any] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                line = key.start_mark.line + 1
                raise UserError(f"{path}, line {line}: {key.value!r} is there twice; merge the two")
            seen.add(str(key.value))
            _refuse_repeated_keys(path, value)


def _node_at(root: yaml.Node, keys: tuple[int | str, ...]) -> yaml.Node:
    """The node that `keys` lead to, or the last one on the way there."""
    node = root
    for key in keys:
        children: dict[int | str, yaml.Node]
        if isinstance(node, yaml.MappingNode):
            children = {name.value: value for name, value in node.value}
        else:
            children = dict(enumerate(node.value))
        if key not in children:
            return node
        node = children[key]
    return node
