"""A profile as its owner wrote it: read from YAML with its line numbers, and its problems told in plain words."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

_Place = tuple[str | int, ...]
type Problem = tuple[_Place, str]

_MESSAGES = {
    "missing": "is missing; add it, as in the clinic.yml that came with the assistant",
    "int_parsing": "must be a whole number in digits, such as 4, but says {input}",
    "int_type": "must be a whole number in digits, such as 4",
    "greater_than_equal": "must be at least {ge}, but says {input}",
    "less_than_equal": "must be at most {le}, but says {input}",
    "string_type": "must be one piece of text",
    "string_too_short": "is too short; write at least {min_length} letters",
    "string_too_long": "is too long; write at most {max_length} letters",
    "list_type": "must be a list: each item on a line of its own that starts with a dash",
    "too_short": "needs at least {min_length} item",
    "too_long": "may have {max_length} items at most",
    "model_type": "needs its own settings below it, each indented by two more spaces",
    "dict_type": "needs its own settings below it, each indented by two more spaces",
    "literal_error": "can only be {expected}, but says {input}",
}


class ProblemsWithin(ValueError):
    """What a check over several settings found: for each problem its place below the section, and what is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(message for _, message in problems))


class UnreadableProfileError(ValueError):
    """The file is no readable YAML; the text says where and what to look for."""


@dataclass(frozen=True, slots=True)
class ProfileDocument:
    """What stands in a profile: every value as written, empty settings left out."""

    content: Mapping[str, Any]
    lines: Mapping[_Place, int]
    repeated: tuple[str, ...]
    """One problem for each setting that stands twice."""

    def explain(self, error: ValidationError, names: Collection[str]) -> list[str]:
        """Tell what is wrong, one line each with the place and the mend; `names` are the settings there are."""
        return [problem for detail in error.errors() for problem in self._explain_one(detail, names)]

    def _explain_one(self, detail: ErrorDetails, names: Collection[str]) -> Iterator[str]:
        place = tuple(detail["loc"])
        kind = detail["type"]
        context = detail.get("ctx", {})
        if kind == "value_error" and isinstance(context["error"], ProblemsWithin):
            for below, message in context["error"].problems:
                yield self._locate((*place, *below), message)
        elif kind == "value_error":
            yield self._locate(place, str(context["error"]))
        elif kind == "extra_forbidden":
            mend = closest(str(place[-1]), names) or "; delete it or put a # before it"
            yield self._locate(place, f"is no setting of this file{mend}")
        elif kind == "missing" and place in self.lines:
            yield self._locate(place, "is empty; write a value, in quotation marks if it starts with #")
        elif kind in _MESSAGES:
            values = {"input": repr(detail["input"]), **context}
            yield self._locate(place, _MESSAGES[kind].format(**values))
        else:
            yield self._locate(place, detail["msg"])

    def _locate(self, place: _Place, message: str) -> str:
        known = next((place[:length] for length in range(len(place), 0, -1) if place[:length] in self.lines), None)
        named = " > ".join(f"item {part + 1}" if isinstance(part, int) else part for part in place)
        return (f"line {self.lines[known]}: " if known else "") + (f"{named}: " if named else "") + message


def closest(value: str, choices: Collection[str]) -> str:
    """Give ". Did you mean x?" for the choice that looks most like the value, or nothing if none does."""
    found = get_close_matches(value, choices, n=1)
    return f". Did you mean {found[0]}?" if found else ""


def read_document(path: Path) -> ProfileDocument:
    """Read a profile's YAML; raise UnreadableProfileError if it is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UnreadableProfileError(f"there is no file {path}") from None
    except UnicodeDecodeError:
        raise UnreadableProfileError("it is not saved as UTF-8 text; choose UTF-8 when you save it") from None
    except OSError as error:
        raise UnreadableProfileError(f"it cannot be opened: {error.strerror}") from None
    node = _parse(text)
    lines: dict[_Place, int] = {}
    repeated: list[str] = []
    content = _plain(node, (), lines, repeated)
    return ProfileDocument(content, lines, tuple(repeated))


def _parse(text: str) -> yaml.MappingNode:
    # BaseLoader keeps every value as written: 999, 09:30, no and 2026-12-24 stay the owner's text.
    try:
        if any(isinstance(token, yaml.AliasToken | yaml.AnchorToken) for token in yaml.scan(text, yaml.BaseLoader)):
            raise UnreadableProfileError("a value that starts with * or & must stand in quotation marks")
        node = yaml.compose(text, yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        mend = "check the spaces at the start of the lines, the colons and the quotation marks around here"
        raise UnreadableProfileError(f"{where}{error.problem or error.context}; {mend}") from None
    except yaml.YAMLError as error:
        raise UnreadableProfileError(f"it is no readable text: {error}") from None
    if not isinstance(node, yaml.MappingNode):
        raise UnreadableProfileError("it must consist of settings such as `name: ...`")
    return node


def _plain(node: yaml.Node, place: _Place, lines: dict[_Place, int], repeated: list[str]) -> Any:
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            lines[(*place, index)] = item.start_mark.line + 1
            items.append(_plain(item, (*place, index), lines, repeated))
        return items
    if not isinstance(node, yaml.MappingNode):
        return node.value
    content: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        here = (*place, key)
        line = key_node.start_mark.line + 1
        if here in lines:
            repeated.append(f"line {line}: {key} stands here for the second time; keep one of them")
        lines[here] = line
        value = _plain(value_node, here, lines, repeated)
        if value != "":
            content[key] = value
    return content
