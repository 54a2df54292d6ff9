"""What window and worker say to each other: small frozen values, msgpack on the wire."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from photofind.domain import ContentId, PhotoEdit, PhotoId, WorkProgress
from photofind.sentences import Sentence
from photofind.settings import Settings
from photofind.worker.description_messages import (
    DescriptionAnswer,
    DescriptionCommand,
    DescriptionEvent,
)
from photofind.worker.wire import (
    BaseAnswer,
    BaseCommand,
    BaseEvent,
    Done,
    JobFinished,
    Refused,
    from_wire,
    to_wire,
    without_surrogates,
)


class AddFolders(BaseCommand[JobFinished], frozen=True, kw_only=True):
    """Adds roots (already known ones are fine) and indexes them. Answer: JobFinished."""

    paths: tuple[Path, ...]


class Rescan(BaseCommand[JobFinished], frozen=True, kw_only=True):
    """Compares folders with the catalog and indexes what is new. Answer: JobFinished.

    An empty `paths` means every folder.
    """

    paths: tuple[Path, ...] = ()


class RemoveFolder(BaseCommand[Done], frozen=True, kw_only=True):
    """Hides a root's photos; what the person made stays. Answer: Done."""

    path: Path


class RelocateFolder(BaseCommand[JobFinished], frozen=True, kw_only=True):
    """A root lies somewhere else now; what is known of its files goes along. Answer:
    JobFinished of a look at the new place."""

    old: Path
    new: Path


class Exclude(BaseCommand[JobFinished], frozen=True, kw_only=True):
    """Leaves out what a pattern matches. What the person made of those photos stays. Answer:
    JobFinished of a look at the folder.

    Attributes:
        path: a root, or a folder below one.
        pattern: as in a .gitignore file of that folder; "" means all of a folder below a root.
    """

    path: Path
    pattern: str = ""


class Include(BaseCommand[JobFinished], frozen=True, kw_only=True):
    """Takes an Exclude back; nothing is embedded again. Answer: JobFinished of a look at the
    folder."""

    path: Path
    pattern: str = ""


class SetOnlineOnly(BaseCommand[JobFinished], frozen=True, kw_only=True):
    """Whether online-only files of a root are indexed, which downloads them.
    Answer: JobFinished of a look at the folder."""

    path: Path
    included: bool


class ForgetPhotos(BaseCommand[Done], frozen=True, kw_only=True):
    """Deletes all that is known of these photos, and keeps their files out until
    RecallForgotten. They are hidden at once. Answer: Done when nothing is left of them."""

    photo_ids: tuple[PhotoId, ...]


class ForgetFolder(BaseCommand[Done], frozen=True, kw_only=True):
    """Removes a root and deletes all that is known of photos that lie in no other one. Answer:
    Done when nothing is left of them."""

    path: Path


class ForgetMissing(BaseCommand[Done], frozen=True, kw_only=True):
    """Deletes all that is known of photos of which no file is there any more, those of removed
    folders included. Answer: Done when nothing is left of them."""


class RecallForgotten(BaseCommand[Done], frozen=True, kw_only=True):
    """Lets forgotten photos in again with the next look at their folders: those that these files
    show, or (none given) all. Answer: Done."""

    paths: tuple[Path, ...] = ()


class RetryProblems(BaseCommand[JobFinished], frozen=True, kw_only=True):
    """Tries every failed file again. Answer: JobFinished."""


class ChangeSettings(BaseCommand[Done], frozen=True, kw_only=True):
    """The person chooses; every client hears SettingsChanged, and the choice outlives this worker.
    Answer: Done; where sidecars are turned on, when all that there is to write was written.
    Refused: there is no such setting or it takes no such value; text is to be read and can't be
    (model_missing). Nothing is changed then.

    Attributes:
        changes: new values by the names of the settings.
    """

    changes: dict[str, bool | int | str]


class MakeThumbnails(BaseCommand[Done], frozen=True, kw_only=True):
    """The cache has lost these contents' thumbnails: they are made anew when there is time. Answer:
    Done, at once."""

    content_ids: tuple[ContentId, ...]


class Watch(BaseCommand[JobFinished], frozen=True, kw_only=True):
    """Notice changes from now on, for as long as this worker lives; begins with a look at every
    folder. Answer: JobFinished of that look."""


class PhotosEdited(BaseAnswer, frozen=True, kw_only=True):
    """
    Attributes:
        count: how many photos it concerned.
        before: the edits that undo it, in the order in which they are to be made.
    """

    count: int
    before: tuple[PhotoEdit, ...]


class EditPhotos(BaseCommand[PhotosEdited], frozen=True, kw_only=True):
    """A person says something about photos: all of it at once, or nothing. Answer: PhotosEdited;
    every client hears CatalogChanged. Photos that are gone by now are left out. Refused: none is
    left (photo_unknown), or a value is none (value_refused, tag_empty, text_too_long, …)."""

    edits: tuple[PhotoEdit, ...]


class SaveSearch(BaseCommand[Done], frozen=True, kw_only=True):
    """Keeps a query under a name. Answer: Done, also if it was kept so before; every client hears
    SavedSearchesChanged. Refused: another query has this name (saved_name_taken), or it is no
    name (saved_name_empty, saved_name_too_long)."""

    name: str
    query: str


class RenameSavedSearch(BaseCommand[Done], frozen=True, kw_only=True):
    """Answer: Done; every client hears SavedSearchesChanged. Refused: there is no such search
    (saved_search_unknown), or the new name can't be used, as in SaveSearch."""

    name: str
    new_name: str


class RemoveSavedSearch(BaseCommand[Done], frozen=True, kw_only=True):
    """The photos that it finds stay. Answer: Done; every client hears SavedSearchesChanged.
    Refused: there is no such search (saved_search_unknown)."""

    name: str


class RememberSearch(BaseCommand[Done], frozen=True, kw_only=True):
    """The person has searched for this. Answer: Done, also where searches aren't remembered."""

    query: str


class ForgetSearches(BaseCommand[Done], frozen=True, kw_only=True):
    """Forgets a recent search, or (None) all of them. Answer: Done; every client hears
    RecentSearchesChanged."""

    query: str | None = None


class UseModel(BaseCommand[Done], frozen=True, kw_only=True):
    """Search with this model from now on. Answer: Done once it does.

    If its index is complete that is at once. Else search stays with the model it has, the index
    is built in the background (IndexingProgress tells how far it is), and the switch
    comes by itself when it is complete; the choice outlives this worker. Refused: it is not
    installed, can't be loaded, or another model was chosen meanwhile (code model_unchosen).

    Attributes:
        key: the model's key for people.
    """

    key: str


class UseInstalledModel(BaseCommand[Done], frozen=True, kw_only=True):
    """A model was just installed: search with it as after `UseModel`, unless the person chose
    another one meanwhile. Answer: Done as soon as that is noted; the switch may come later.
    Refused: another model was chosen (code model_unchosen), or it can't be used.

    Attributes:
        key: the model's key for people.
        since_s: when the installation began, in unix seconds.
    """

    key: str
    since_s: float


class RemoveModelIndex(BaseCommand[Done], frozen=True, kw_only=True):
    """Deletes all vectors of a model, some at a time, and gives the space
    back. Answer: Done when they are gone; also after a restart it goes on until they are. Refused
    for the model that search uses. The model's files are another matter.

    Attributes:
        key: the model's key for people, or a catalog key where only one of its indexes is meant.
    """

    key: str


class FinishBackground(BaseCommand[Done], frozen=True, kw_only=True):
    """Answer: Done when nothing is left to do in the background that can be done now: every
    photo within reach is embedded from its whole picture, no index is being built or removed."""


class Ping(BaseCommand[Done], frozen=True, kw_only=True):
    """Does nothing: the answer says that the worker is alive, and gets to its commands."""


class Shutdown(BaseCommand[Done], frozen=True, kw_only=True):
    """Finish or roll back the batch, close the catalog, exit."""


Command: TypeAlias = (
    AddFolders
    | Rescan
    | RemoveFolder
    | RelocateFolder
    | Exclude
    | Include
    | SetOnlineOnly
    | ForgetPhotos
    | ForgetFolder
    | ForgetMissing
    | RecallForgotten
    | RetryProblems
    | ChangeSettings
    | MakeThumbnails
    | Watch
    | EditPhotos
    | SaveSearch
    | RenameSavedSearch
    | RemoveSavedSearch
    | RememberSearch
    | ForgetSearches
    | UseModel
    | UseInstalledModel
    | RemoveModelIndex
    | FinishBackground
    | DescriptionCommand
    | Ping
    | Shutdown
)


class Hello(BaseEvent, frozen=True, kw_only=True):
    """First message on every connection.

    Attributes:
        recovers: photos were in flight when the last worker died, and one of them may be why.
    """

    version: str
    pid: int
    model_key: str
    settings: Settings
    recovers: bool = False


class SettingsChanged(BaseEvent, frozen=True, kw_only=True):
    """Somebody chose.

    Attributes:
        settings: all of them as they are now.
    """

    settings: Settings


class IndexingProgress(BaseEvent, frozen=True, kw_only=True):
    """How far the indexing is; sent a few times a second while anything changes."""

    progress: WorkProgress


class PhotosReady(BaseEvent, frozen=True, kw_only=True):
    """These contents can be found from now on."""

    content_ids: tuple[ContentId, ...]


class PhotosRefined(BaseEvent, frozen=True, kw_only=True):
    """These contents, which could be found before, have a better thumbnail and vectors now."""

    content_ids: tuple[ContentId, ...]


class ModelChanged(BaseEvent, frozen=True, kw_only=True):
    """Search uses another model from now on.

    Attributes:
        key: its key for people.
    """

    key: str


class CatalogChanged(BaseEvent, frozen=True, kw_only=True):
    """Paths, folders or states changed; what is shown should be read again."""


class SavedSearchesChanged(BaseEvent, frozen=True, kw_only=True):
    """A search was saved, renamed or removed."""


class RecentSearchesChanged(BaseEvent, frozen=True, kw_only=True):
    """Recent searches were forgotten."""


class Notice(BaseEvent, frozen=True, kw_only=True):
    """Something the person should know that answers no command."""

    code: str
    sentence: Sentence


Event: TypeAlias = (
    Hello
    | SettingsChanged
    | IndexingProgress
    | PhotosReady
    | PhotosRefined
    | ModelChanged
    | CatalogChanged
    | SavedSearchesChanged
    | RecentSearchesChanged
    | Notice
    | DescriptionEvent
)
_Answer: TypeAlias = JobFinished | Done | PhotosEdited | Refused | DescriptionAnswer

_encoder = msgspec.msgpack.Encoder(enc_hook=to_wire)
_command_decoder = msgspec.msgpack.Decoder(Command, dec_hook=from_wire)
_event_decoder: msgspec.msgpack.Decoder[Event | _Answer] = msgspec.msgpack.Decoder(
    Event | _Answer, dec_hook=from_wire
)


def encode(message: BaseCommand[Any] | BaseEvent | BaseAnswer) -> bytes:
    try:
        return _encoder.encode(message)
    except UnicodeEncodeError:
        # A text was typed that is not UTF-8. Rare enough to walk the message only then.
        plain = msgspec.to_builtins(message, builtin_types=(bytes,), enc_hook=to_wire)
        return _encoder.encode(without_surrogates(plain))


def decode_command(raw: bytes) -> Command:
    """Raises msgspec.DecodeError for anything that is not a command."""
    return _command_decoder.decode(raw)


def decode_event(raw: bytes) -> Event | BaseAnswer:
    """Raises msgspec.DecodeError for anything that is neither an event nor an answer."""
    return _event_decoder.decode(raw)
