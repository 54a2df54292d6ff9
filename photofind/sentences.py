"""Sentences for people: a template and its values, put into words only where they are shown.

Worker, catalog and messages carry them as data, so that the window shows them in the person's
language. Logs and the command line show the English ones (`str(sentence)`).
"""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import TypeAlias, TypeGuard

Value: TypeAlias = "str | int | float | Sentence"
"""What fills a placeholder. Paths become text; bytes of theirs that aren't UTF-8 are kept as
surrogates (`os.fsdecode`)."""

_NUMERUS = re.compile(r"%L?n|\((?:(\w*)\|)?(\w+)\)")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_IN_ENGLISH = re.compile(f"{_NUMERUS.pattern}|{_PLACEHOLDER.pattern}")


class Sentence:
    """One or more sentences for people. A value: equal if template and values are.

    The first argument is written as a literal, so that translators find it (`packaging/
    translations.py` collects them):

        Sentence("{name} can't be opened.", name=path.name)
        Sentence("%Ln photo(s) (is|are) offline.", n=count)

    A placeholder without a value stays as it is, and values are never searched for placeholders:
    file names may contain braces. `%Ln` (or `%n`: without thousands separators) is the value `n`,
    a whole number; it selects the plural form, in English between "(singular|plural)"; "(s)"
    and "(es)" are short for "(|s)" and "(|es)".
    """

    __slots__ = ("template", "values")

    template: str
    values: dict[str, Value]

    def __init__(self, template: str, /, **values: Value | PurePath) -> None:
        self.template = template
        self.values = {
            name: str(value) if isinstance(value, PurePath) else value
            for name, value in values.items()
        }

    @classmethod
    def verbatim(cls, text: str) -> Sentence:
        """Text that nobody can translate any more: shown as it is."""
        return cls("{text}", text=text)

    @property
    def count(self) -> int | None:
        """The number that selects the plural form, if there is one."""
        count = self.values.get("n")
        return count if isinstance(count, int) else None

    def __str__(self) -> str:
        """The sentence in English."""
        count = self.count

        def fill(match: re.Match[str]) -> str:
            name = match[3]
            if name is not None:
                return _in_english(self.values[name]) if name in self.values else match[0]
            return match[0] if count is None else _numerus(match, count)

        return _IN_ENGLISH.sub(fill, self.template)

    def __repr__(self) -> str:
        return f"Sentence({self.template!r}, **{self.values!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sentence):
            return NotImplemented
        return self.template == other.template and self.values == other.values

    def __hash__(self) -> int:
        return hash((self.template, tuple(sorted(self.values))))

    def to_json(self) -> str:
        """ASCII only, so that any file name passes through messages and the catalog."""
        return json.dumps(_to_data(self), ensure_ascii=True)

    @classmethod
    def from_json(cls, text: str) -> Sentence:
        """What `to_json` returned.

        Raises:
            ValueError: it is something else.
        """
        return _from_data(json.loads(text))

    @classmethod
    def from_json_or_text(cls, text: str) -> Sentence:
        """What `to_json` returned, or plain text as earlier versions stored it, verbatim."""
        try:
            return cls.from_json(text)
        except ValueError:
            return cls.verbatim(text)


def english_plural(template: str, count: int) -> str:
    """Selects the English plural forms of a template; `%n` and placeholders stay.

    ("%n photo(s) (is|are) offline", 1) → "%n photo is offline"
    """

    def fill(match: re.Match[str]) -> str:
        return match[0] if match[0].startswith("%") else _numerus(match, count)

    return _NUMERUS.sub(fill, template)


def fill_placeholders(template: str, values: dict[str, str]) -> str:
    """Puts values into the placeholders that have one; values are never searched for any."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def enc_hook(value: object) -> object:
    """For msgspec's encoders: how a sentence travels in a message."""
    if isinstance(value, Sentence):
        return value.to_json()
    raise NotImplementedError(type(value))


def dec_hook(type_: type, raw: object) -> object:
    """For msgspec's decoders: the counterpart of `enc_hook`."""
    if type_ is Sentence and isinstance(raw, str):
        return Sentence.from_json(raw)
    raise NotImplementedError(type_)


def _numerus(match: re.Match[str], count: int) -> str:
    if match[0] == "%Ln":
        return f"{count:,}"
    if match[0] == "%n":
        return str(count)
    singular, plural = match[1], match[2]
    if singular is None and plural not in {"s", "es"}:  # words in brackets
        return match[0]
    return (singular or "") if count == 1 else plural


def _in_english(value: Value) -> str:
    match value:
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,g}"
        case _:
            return str(value)


def _to_data(sentence: Sentence) -> dict[str, object]:
    values = {
        name: _to_data(value) if isinstance(value, Sentence) else value
        for name, value in sentence.values.items()
    }
    return {"template": sentence.template, "values": values}


def _from_data(data: object) -> Sentence:
    match data:
        case {"template": str(template), "values": dict(values), **rest} if not rest:
            found = {name: _from_value(value) for name, value in values.items()}
            return Sentence(template, **found)
        case _:
            raise ValueError("not a sentence")


def _from_value(value: object) -> Value:
    return value if _is_plain(value) else _from_data(value)


def _is_plain(value: object) -> TypeGuard[str | int | float]:
    return isinstance(value, str | int | float)
