"""The one door to the catalogue's files: YAML in, validated and frozen models out."""

from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import InvalidRule, UnusableFile

MAX_BYTES = 2_000_000
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"


class _OnceLoader(_SafeLoader):  # type: ignore[misc]
    """The safe loader, for which a key that stands twice in one mapping is a fault: YAML would drop the first."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._looked_at: set[int] = set()

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        # Looked at once: afterwards the node holds what was merged into it, overridden keys included.
        if id(node) not in self._looked_at:
            self._looked_at.add(id(node))
            keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE]
            twice = next((key for key in keys if keys.count(key) > 1), None)
            if twice is not None:
                raise yaml.constructor.ConstructorError(None, None, f"the key {twice!r} stands twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)  # type: ignore[no-any-return]


class Entry(BaseModel):
    """A catalogue entry: frozen, and nothing in it that the model does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Entry):
    """A text in both languages of the interface."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the text in `zh` or `en`."""
        return self.zh if language == "zh" else self.en


Model = TypeVar("Model", bound=BaseModel)


def data_folder() -> Path:
    """Return the folder of the catalogue's own files."""
    return Path(str(files("xuezheng.catalogue") / "data"))


def read_yaml(path: Path) -> Any:
    """Return the content of one YAML file.

    Raises `UnusableFile` where it cannot be read and `InvalidRule` where it is not YAML or not a mapping.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidRule("catalogue_file_too_large", place=Place(path.name), limit_bytes=MAX_BYTES)
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnusableFile("file_not_found", place=Place(str(path))) from error
    except UnicodeDecodeError as error:
        raise InvalidRule("catalogue_not_utf8", place=Place(path.name)) from error
    try:
        content = yaml.load(text, Loader=_OnceLoader)  # noqa: S506 - the loader is a safe one
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InvalidRule("catalogue_not_yaml", place=Place(path.name), detail=str(error)) from error
    if not isinstance(content, dict):
        raise InvalidRule("catalogue_not_mapping", place=Place(path.name))
    return content


def validated(model: type[Model], content: object, name: str) -> Model:
    """Return `content` as a `model`; raises `InvalidRule` that says where in the file and why."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise InvalidRule("catalogue_invalid", place=Place(name), faults=faults[:20]) from error


def load_packaged(model: type[Model], name: str) -> Model:
    """Return one of the catalogue's own files, e.g. `register.yaml`, as a `model`."""
    return validated(model, read_yaml(data_folder() / name), name)
