"""Understands the pickle in a PyTorch checkpoint without unpickling: nothing is ever called.

A pickle is a program for a small stack machine. Of its instructions only those are known here
that build plain values, and of all functions only the few that a dictionary of tensors names;
their calls are noted down, not made. Instructions: the source of CPython's pickletools.
"""

from __future__ import annotations

import pickletools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from photofind.inference.checkpoints.tensors import CheckpointFormatError

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_INSTRUCTIONS: Final = 2_000_000
"""A checkpoint of 500 tensors has about 20,000."""


@dataclass(frozen=True, slots=True)
class Name:
    """A function or class that the pickle names."""

    module: str
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call that unpickling would make."""

    function: Name
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Persistent:
    """What lies outside the pickle: the numbers of a tensor."""

    identity: Any


@dataclass(slots=True)
class _Mapping:
    """A dictionary in the making; OrderedDict() becomes one too."""

    items: dict[Any, Any] = field(default_factory=dict)


_MARK: Final = object()


def read_mapping(content: bytes, known: frozenset[Name]) -> dict[Any, Any]:
    """Reads a pickled dictionary.

    Args:
        known: functions and classes that may be named. `collections.OrderedDict` called without
            arguments becomes a dictionary, other calls become `Call`.

    Returns:
        The dictionary; those within it as dictionaries, nothing deeper resolved.

    Raises:
        CheckpointFormatError: it is something else, or names anything else.
    """
    machine = _Machine(known)
    try:
        for count, (code, argument, _) in enumerate(pickletools.genops(content)):
            if count > MOST_INSTRUCTIONS:
                raise CheckpointFormatError("its index is far too long")
            machine.step(code.name, argument)
    except (ValueError, IndexError, KeyError, TypeError, UnicodeDecodeError) as error:
        if isinstance(error, CheckpointFormatError):
            raise
        raise CheckpointFormatError("its index is damaged") from error
    if len(machine.stack) != 1 or not isinstance(machine.stack[0], _Mapping):
        raise CheckpointFormatError("its index is not a dictionary of tensors")
    return _plain(machine.stack[0])


def _plain(mapping: _Mapping) -> dict[Any, Any]:
    return {
        key: dict(value.items) if isinstance(value, _Mapping) else value
        for key, value in mapping.items.items()
    }


class _Machine:
    """Stack and memory of one pickle."""

    def __init__(self, known: frozenset[Name]) -> None:
        self.stack: list[Any] = []
        self._known = known
        self._memory: dict[int, Any] = {}
        self._steps: dict[str, Callable[[], None]] = {
            "MARK": lambda: self.stack.append(_MARK),
            "EMPTY_DICT": lambda: self.stack.append(_Mapping()),
            "EMPTY_LIST": lambda: self.stack.append([]),
            "EMPTY_TUPLE": lambda: self.stack.append(()),
            "NONE": lambda: self.stack.append(None),
            "NEWTRUE": lambda: self.stack.append(True),
            "NEWFALSE": lambda: self.stack.append(False),
            "TUPLE": lambda: self.stack.append(tuple(self._to_mark())),
            "TUPLE1": lambda: self._tuple(1),
            "TUPLE2": lambda: self._tuple(2),
            "TUPLE3": lambda: self._tuple(3),
            "MEMOIZE": lambda: self._remember(len(self._memory)),
            "APPEND": self._append,
            "APPENDS": self._append_all,
            "SETITEM": self._set_item,
            "SETITEMS": self._set_items,
            "STACK_GLOBAL": self._stack_global,
            "REDUCE": self._reduce,
            "BUILD": self._build,
            "BINPERSID": lambda: self.stack.append(Persistent(self.stack.pop())),
        }

    def step(self, code: str, argument: Any) -> None:
        """Carries out one instruction."""
        if code in _NOTHING_TO_DO:
            return
        if code in _PLAIN_VALUES:
            self.stack.append(argument)
        elif code in {"BINPUT", "LONG_BINPUT", "PUT"}:
            self._remember(int(argument))
        elif code in {"BINGET", "LONG_BINGET", "GET"}:
            self.stack.append(self._memory[int(argument)])
        elif code == "GLOBAL":
            module, _, name = str(argument).partition(" ")
            self.stack.append(self._find(module, name))
        elif code in self._steps:
            self._steps[code]()
        else:
            raise CheckpointFormatError(f"its index uses the instruction {code}")

    def _find(self, module: object, name: object) -> Name:
        found = Name(str(module), str(name))
        if found not in self._known:
            raise CheckpointFormatError(f"its index names {found.module}.{found.name}")
        return found

    def _to_mark(self) -> list[Any]:
        above = []
        while (value := self.stack.pop()) is not _MARK:
            above.append(value)
        return above[::-1]

    def _tuple(self, size: int) -> None:
        values = tuple(self.stack[-size:])
        if len(values) != size:
            raise CheckpointFormatError("its index is damaged")
        self.stack[-size:] = [values]

    def _remember(self, key: int) -> None:
        self._memory[key] = self.stack[-1]

    def _append(self) -> None:
        value = self.stack.pop()
        self._top(list).append(value)

    def _append_all(self) -> None:
        values = self._to_mark()
        self._top(list).extend(values)

    def _set_item(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._top(_Mapping).items[key] = value

    def _set_items(self) -> None:
        values = self._to_mark()
        self._top(_Mapping).items.update(zip(values[::2], values[1::2], strict=True))

    def _stack_global(self) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.stack.append(self._find(module, name))

    def _reduce(self) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        if not isinstance(function, Name) or not isinstance(arguments, tuple):
            raise CheckpointFormatError("its index is damaged")
        if function == ORDERED_DICT and not arguments:
            self.stack.append(_Mapping())
        else:
            self.stack.append(Call(function, arguments))

    def _build(self) -> None:
        """Sets attributes of an object; those of a dictionary (`_metadata`) are of no use here."""
        self.stack.pop()
        self._top(_Mapping)

    def _top(self, kind: type[Any]) -> Any:
        if not isinstance(self.stack[-1], kind):
            raise CheckpointFormatError("its index is damaged")
        return self.stack[-1]


ORDERED_DICT: Final = Name("collections", "OrderedDict")
_NOTHING_TO_DO: Final = frozenset({"PROTO", "FRAME", "STOP"})
_PLAIN_VALUES: Final = frozenset(
    {
        "BINUNICODE",
        "SHORT_BINUNICODE",
        "BINUNICODE8",
        "BININT",
        "BININT1",
        "BININT2",
        "LONG1",
        "BINFLOAT",
    }
)
