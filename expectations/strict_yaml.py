"""Strict YAML: unknown, misspelt, duplicate or missing keys are errors that name file and line.

Here belongs reading a YAML file against a declared shape. What the values mean belongs to the
module that owns the file kind. Library models of the same formats ignore unknown keys silently,
which is how a misspelt ``descrpition`` loses its text; see docs/decisions.

A shape is built from plain Python:

* ``str``, ``int``, ``float``, ``bool``, ``date`` or a tuple of them: a scalar of that type;
* ``Any``: anything, taken as it is;
* ``[shape]``: a list of that shape;
* ``{"key": shape, "other?": shape}``: a mapping; a trailing ``?`` marks an optional key;
  the single key ``"*"`` allows any key with that shape;
* ``OneOf("a", "b")``: one of the listed scalars;
* ``Either(scalar, mapping)``: a scalar of the first shape or a mapping of the second.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Shape = Any


@dataclass(frozen=True)
class OneOf:
    """A scalar that must be one of the listed values."""

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", values)


@dataclass(frozen=True)
class Either:
    """A value that is short (a scalar) or spelt out (a mapping)."""

    scalar: Any
    mapping: Mapping[str, Any]


class StrictYamlError(ValueError):
    """A YAML file does not have its declared shape; the message names file and line."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        self.path, self.line, self.reason = path, line, message
        super().__init__(f"{path}:{line}: {message}")


class Lined(dict[str, Any]):
    """A mapping that knows on which line each of its keys stands."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}


def line_of(mapping: Mapping[str, Any], key: str) -> int:
    """Line of a key in a mapping that :func:`load_strict` returned; 1 when it is not known."""
    return mapping.lines.get(key, 1) if isinstance(mapping, Lined) else 1


_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same grammar, read by libyaml


class _Loader(_PARSER):  # type: ignore[misc]
    """SafeLoader with the booleans of YAML 1.2: ``on``, ``off``, ``yes`` and ``no`` are words."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in _PARSER.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def load_strict(path: Path, shape: Shape) -> Any:
    """Read one YAML file and check it against ``shape``.

    Args:
        path: The file, UTF-8.
        shape: Declared shape, see the module docstring.

    Returns:
        Plain Python values (dict, list, scalars); declared mappings are :class:`Lined`, so that
        whoever checks what a key means can name its line too.

    Raises:
        StrictYamlError: The file is missing, empty, not YAML, or not of that shape.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as exc:
        raise StrictYamlError(path, 0, "file not found") from exc
    return parse_strict(text, shape, path)


def parse_strict(text: str, shape: Shape, path: Path) -> Any:
    """Like :func:`load_strict` for text already read; ``path`` is used in messages only."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise StrictYamlError(path, 1, "the file is empty")
        return _build(node, shape, path, loader, "document")
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        raise StrictYamlError(path, line, f"not valid YAML: {exc}") from exc
    finally:
        loader.dispose()


def _build(node: yaml.Node, shape: Shape, path: Path, loader: _Loader, where: str) -> Any:
    line = node.start_mark.line + 1
    if isinstance(shape, Either):
        shape = shape.mapping if isinstance(node, yaml.MappingNode) else shape.scalar
    if isinstance(shape, Mapping):
        if not isinstance(node, yaml.MappingNode):
            raise StrictYamlError(path, line, f"{where} must be a mapping")
        return _build_mapping(node, shape, path, loader, where)
    if isinstance(shape, list):
        if not isinstance(node, yaml.SequenceNode):
            raise StrictYamlError(path, line, f"{where} must be a list")
        return [
            _build(item, shape[0], path, loader, f"{where}[{i}]")
            for i, item in enumerate(node.value)
        ]
    _refuse_duplicates(node, path)
    value = loader.construct_object(node, deep=True)
    if shape is Any:
        return value
    if isinstance(shape, OneOf):
        if value not in shape.values:
            allowed = ", ".join(map(str, shape.values))
            raise StrictYamlError(path, line, f"{where} is {value!r}; allowed: {allowed}")
        return value
    types = shape if isinstance(shape, tuple) else (shape,)
    is_bool_mismatch = isinstance(value, bool) and bool not in types
    if not isinstance(value, types) or is_bool_mismatch:
        names = " or ".join(t.__name__ for t in types)
        raise StrictYamlError(path, line, f"{where} must be {names}, found {value!r}")
    if isinstance(value, dt.datetime) and dt.datetime not in types:
        raise StrictYamlError(path, line, f"{where} must be a date, found a timestamp")
    return value


def _build_mapping(
    node: yaml.MappingNode,
    shape: Mapping[str, Shape],
    path: Path,
    loader: _Loader,
    where: str,
) -> dict[str, Any]:
    required = {key for key in shape if not key.endswith("?") and key != "*"}
    allowed = {key.rstrip("?"): value for key, value in shape.items()}
    result = Lined()
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            key = str(key)
        result.lines.setdefault(key, line)
        if key in result:
            raise StrictYamlError(path, line, f"{where}: key '{key}' appears twice")
        if key not in allowed and "*" not in allowed:
            known = ", ".join(sorted(allowed))
            raise StrictYamlError(path, line, f"{where}: unknown key '{key}'; known keys: {known}")
        sub = allowed.get(key, allowed.get("*"))
        result[key] = _build(value_node, sub, path, loader, f"{where}.{key}")
    missing = sorted(required - result.keys())
    if missing:
        line = node.start_mark.line + 1
        raise StrictYamlError(path, line, f"{where}: missing key(s) {', '.join(missing)}")
    return result


def _refuse_duplicates(node: yaml.Node, path: Path) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key_node, value_node in node.value:
            if key_node.value in seen:
                line = key_node.start_mark.line + 1
                raise StrictYamlError(path, line, f"key '{key_node.value}' appears twice")
            seen.add(key_node.value)
            _refuse_duplicates(value_node, path)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_duplicates(item, path)
