"""What window and worker say to each other: small frozen values, msgpack on the wire.

Paths travel as `os.fsencode` bytes, so that a name that is not valid UTF-8 survives.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

import msgspec

from photofind.domain import IndexReport, MediaCode, Problem
from photofind.settings import OnBattery
from photofind.worker.choice_messages import ChoiceCommand
from photofind.worker.description_messages import DescriptionCommand, DescriptionEvent
from photofind.worker.forgetting_messages import ForgettingCommand
from photofind.worker.tag_messages import TagCommand
from photofind.worker.text_messages import TextCommand, TextEvent
from photofind.worker.wire import BaseAnswer, BaseCommand, BaseEvent


def path_to_wire(path: Path) -> bytes:
    return os.fsencode(path)


def path_from_wire(raw: bytes) -> Path:
    return Path(os.fsdecode(raw))


def text_to_wire(text: str) -> str:
    """A sentence that may name a path: bytes of it that are not UTF-8, which no message can carry
    as text, become replacement characters."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class AddFolders(BaseCommand, frozen=True, kw_only=True):
    """Adds roots (already known ones are fine) and indexes them. Answer: JobFinished."""

    paths: tuple[bytes, ...]


class Rescan(BaseCommand, frozen=True, kw_only=True):
    """Compares folders with the catalog and indexes what is new. Answer: JobFinished.

    An empty `paths` means every folder.
    """

    paths: tuple[bytes, ...] = ()


class RemoveFolder(BaseCommand, frozen=True, kw_only=True):
    """Hides a root's photos; what the person made stays. Answer: Done."""

    path: bytes


class RelocateFolder(BaseCommand, frozen=True, kw_only=True):
    """A root lies somewhere else now; what is known of its files goes along. Answer:
    JobFinished of a look at the new place."""

    old: bytes
    new: bytes


class RetryProblems(BaseCommand, frozen=True, kw_only=True):
    """Tries every failed file again. Answer: JobFinished."""


class SetPaused(BaseCommand, frozen=True, kw_only=True):
    """Indexing rests until it is resumed; that outlives this worker. Answer: Done."""

    paused: bool


class SetOnBattery(BaseCommand, frozen=True, kw_only=True):
    """What to do while the computer runs on its battery; that outlives this worker. Answer:
    Done."""

    choice: OnBattery


class Watch(BaseCommand, frozen=True, kw_only=True):
    """Notice changes from now on, for as long as this worker lives; begins with a look at every
    folder. Answer: JobFinished of that look."""


class UseModel(BaseCommand, frozen=True, kw_only=True):
    """Search with this model from now on. Answer: Done once it does.

    If its index is complete that is at once. Else search stays with the model it has, the index
    is built in the background (Progress tells how far it is, activity "building"), and the switch
    comes by itself when it is complete; the choice outlives this worker. Refused: it is not
    installed, can't be loaded, or another model was chosen meanwhile (code model_unchosen).

    Attributes:
        key: the model's key for people.
    """

    key: str


class UseInstalledModel(BaseCommand, frozen=True, kw_only=True):
    """A model was just installed: search with it as after `UseModel`, unless the person chose
    another one meanwhile. Answer: Done as soon as that is noted; the switch may come later.
    Refused: another model was chosen (code model_unchosen), or it can't be used.

    Attributes:
        key: the model's key for people.
        since_s: when the installation began, in unix seconds.
    """

    key: str
    since_s: float


class RemoveModelIndex(BaseCommand, frozen=True, kw_only=True):
    """Deletes all vectors of a model, some at a time (activity "removing"), and gives the space
    back. Answer: Done when they are gone; also after a restart it goes on until they are. Refused
    for the model that search uses. The model's files are another matter.

    Attributes:
        key: the model's key for people, or a catalog key where only one of its indexes is meant.
    """

    key: str


class FinishBackground(BaseCommand, frozen=True, kw_only=True):
    """Answer: Done when nothing is left to do in the background that can be done now: every
    photo within reach is embedded from its whole picture, no index is being built or removed."""


class Shutdown(BaseCommand, frozen=True, kw_only=True):
    """Finish or roll back the batch, close the catalog, exit."""


Command: TypeAlias = (
    AddFolders
    | Rescan
    | RemoveFolder
    | RelocateFolder
    | RetryProblems
    | SetPaused
    | SetOnBattery
    | Watch
    | UseModel
    | UseInstalledModel
    | RemoveModelIndex
    | FinishBackground
    | DescriptionCommand
    | ChoiceCommand
    | ForgettingCommand
    | TagCommand
    | TextCommand
    | Shutdown
)


class Hello(BaseEvent, frozen=True, kw_only=True):
    """First message on every connection.

    Attributes:
        recovers: photos were in flight when the last worker died, and one of them may be why.
        on_battery: what the person chose.
    """

    version: str
    pid: int
    model_key: str
    paused: bool
    recovers: bool = False
    on_battery: OnBattery = OnBattery.SLOWER


class Progress(BaseEvent, frozen=True, kw_only=True):
    """How far the work is; sent a few times a second while anything changes.

    Attributes:
        activity: "idle" | "scanning" | "indexing" | "building" | "refining" | "removing" |
            "paused" | "resting". Indexing makes new photos findable. Building embeds known
            photos with another model, refining replaces vectors that were made from previews
            (all photos can be found meanwhile), removing deletes an index; all three count
            contents or vectors.
            Paused is what the person asked for; resting waits for mains power.
        found: photo files seen by the running scans.
        done: files finished (embedded, known already, or failed) since work began.
        total: files to finish; grows while a scan goes on.
        images_per_s: embedded pictures a second, smoothed; 0 when unknown.
        eta_s: seconds to go, None when unknown.
    """

    activity: str
    found: int = 0
    done: int = 0
    total: int = 0
    failed: int = 0
    images_per_s: float = 0.0
    eta_s: float | None = None
    model: str = ""
    """Of building and removing: the model's catalog key."""
    slower: bool = False
    """On purpose, because the computer runs on its battery."""


class PhotosReady(BaseEvent, frozen=True, kw_only=True):
    """These contents can be found from now on."""

    content_ids: tuple[int, ...]


class PhotosRefined(BaseEvent, frozen=True, kw_only=True):
    """These contents, which could be found before, have a better thumbnail and vectors now."""

    content_ids: tuple[int, ...]


class ModelChanged(BaseEvent, frozen=True, kw_only=True):
    """Search uses another model from now on.

    Attributes:
        key: its key for people.
    """

    key: str


class CatalogChanged(BaseEvent, frozen=True, kw_only=True):
    """Paths, folders or states changed; what is shown should be read again."""


class JobFinished(BaseAnswer, frozen=True, kw_only=True):
    """The answer to a command that indexes."""

    report: WireReport


class Done(BaseAnswer, frozen=True, kw_only=True):
    """The answer to a command that was carried out.

    Attributes:
        count: how many photos it concerned, of commands that say so.
    """

    count: int = 0


class Refused(BaseAnswer, frozen=True, kw_only=True):
    """The answer to a command that could not be carried out (request_id 0: the worker itself
    can't go on), with a code for scripts and a sentence for people."""

    code: str
    message: str


class Notice(BaseEvent, frozen=True, kw_only=True):
    """Something the person should know that answers no command."""

    code: str
    message: str


class WireProblem(msgspec.Struct, frozen=True):
    path: bytes
    code: str
    reason: str
    attempts: int


class WireReport(msgspec.Struct, frozen=True, kw_only=True):
    """IndexReport with paths as bytes."""

    new: int
    changed: int
    unchanged: int
    moved: int
    copies: int
    missing: int
    failed: int
    ignored: int
    videos: int
    online_only: int
    excluded: int
    elapsed_s: float
    images_per_s: float
    problems: tuple[WireProblem, ...]


Event: TypeAlias = (
    Hello
    | Progress
    | PhotosReady
    | PhotosRefined
    | ModelChanged
    | CatalogChanged
    | JobFinished
    | Done
    | Refused
    | Notice
    | DescriptionEvent
    | TextEvent
)

_encoder = msgspec.msgpack.Encoder()
_command_decoder: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)
_event_decoder: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


def encode(message: Command | Event) -> bytes:
    return _encoder.encode(message)


def decode_command(raw: bytes) -> Command:
    """Raises msgspec.DecodeError for anything that is not a command."""
    return _command_decoder.decode(raw)


def decode_event(raw: bytes) -> Event:
    """Raises msgspec.DecodeError for anything that is not an event."""
    return _event_decoder.decode(raw)


def report_to_wire(report: IndexReport) -> WireReport:
    return WireReport(
        new=report.new,
        changed=report.changed,
        unchanged=report.unchanged,
        moved=report.moved,
        copies=report.copies,
        missing=report.missing,
        failed=report.failed,
        ignored=report.ignored,
        videos=report.videos,
        online_only=report.online_only,
        excluded=report.excluded,
        elapsed_s=report.elapsed_s,
        images_per_s=report.images_per_s,
        problems=tuple(
            WireProblem(path_to_wire(p.path), str(p.code), p.reason, p.attempts)
            for p in report.problems
        ),
    )


def report_from_wire(wire: WireReport) -> IndexReport:
    return IndexReport(
        new=wire.new,
        changed=wire.changed,
        unchanged=wire.unchanged,
        moved=wire.moved,
        copies=wire.copies,
        missing=wire.missing,
        failed=wire.failed,
        ignored=wire.ignored,
        videos=wire.videos,
        online_only=wire.online_only,
        excluded=wire.excluded,
        elapsed_s=wire.elapsed_s,
        images_per_s=wire.images_per_s,
        problems=tuple(
            Problem(path_from_wire(p.path), MediaCode(p.code), p.reason, p.attempts)
            for p in wire.problems
        ),
    )
