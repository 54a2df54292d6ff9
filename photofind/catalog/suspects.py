"""What was in flight when a process ended: suspected, charged, set aside, tried again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from photofind.catalog.contents import fail_content
from photofind.domain import ContentId, MediaCode
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Collection

    from photofind.catalog.transactions import Transaction

_STRIKES_TO_QUARANTINE = 3


_CRASHED = Sentence(
    "photofind stopped three times while reading this photo. It is skipped until the file changes "
    "or you retry it."
)
_ENDED = Sentence(
    "photofind was stopped three times while reading this photo. {reason} It is skipped until the "
    "file changes or you retry it."
)
_CRASHED_IN_BACKGROUND = Sentence(
    "photofind stopped three times while reading this photo. It can still be found by its embedded "
    "preview, and is tried again when the file changes or you retry it."
)
_ENDED_IN_BACKGROUND = Sentence(
    "photofind was stopped three times while reading this photo. {reason} It can still be found by "
    "its embedded preview, and is tried again when the file changes or you retry it."
)


def _describe_ending(noted: str | None, *, crashed: Sentence, ended: Sentence) -> Sentence:
    """Says why a photo is given up that ended the process again and again.

    Args:
        noted: what `note_ending` stored at the last attempt; None after a crash.
        crashed: what to say after a crash.
        ended: the same with a placeholder {reason}, if the process was ended on purpose.
    """
    try:
        reason = Sentence.from_json(noted or "")
    except ValueError:  # a crash, or the words of an earlier version
        return crashed
    return Sentence(ended.template, reason=reason)


def count_in_flight(tx: Transaction) -> int:
    """How many contents the last worker had in flight when it died; ask before `find_suspects`."""
    contents = tx.execute("SELECT count(*) FROM contents WHERE state = 'in_flight'").fetchone()[0]
    attempts = tx.execute(
        "SELECT count(*) FROM background_attempts WHERE state = 'in_flight'"
    ).fetchone()[0]
    return int(contents + attempts)


def find_suspects(tx: Transaction) -> list[ContentId]:
    """Contents that were in flight when a worker died; call it once, at the start.

    They are pending, and suspect until they are embedded or fail (so also after a death
    that came before they were tried again). One with three strikes is failed (code
    crashed) instead, and not among those returned.

    Returns:
        The least suspicious first.
    """
    left = tx.execute(
        """UPDATE contents SET state = 'pending', suspect = 1 WHERE state = 'in_flight'
           AND id NOT IN (SELECT value FROM json_each(?)) RETURNING id, strikes, error_detail""",
        (json.dumps(list(tx.in_flight)),),
    ).fetchall()
    for content_id, strikes, noted in left:
        if strikes >= _STRIKES_TO_QUARANTINE:
            detail = _describe_ending(noted, crashed=_CRASHED, ended=_ENDED)
            fail_content(tx, content_id, MediaCode.CRASHED, detail)
    rows = tx.execute(
        "SELECT id FROM contents WHERE state = 'pending' AND suspect = 1 ORDER BY strikes, id"
    )
    return [ContentId(content_id) for (content_id,) in rows]


def charge_strike(tx: Transaction, content_id: ContentId) -> None:
    """Charges a content before it is tried alone; `complete_contents` and `fail_content` clear it.

    If the process dies meanwhile the charge stays: this content is to blame, for nothing
    else was in flight. `find_suspects` quarantines it after the third.
    """
    tx.execute(
        "UPDATE contents SET strikes = strikes + 1, error_detail = NULL WHERE id = ?",
        (content_id,),
    )


def note_ending(tx: Transaction, reason: Sentence) -> None:
    """Records why the process is being ended; shown after the third strike.

    Args:
        reason: what the work on the photo did.
    """
    # With a strike it is alone in flight, so nothing else can be why.
    tx.execute(
        "UPDATE contents SET error_detail = ? WHERE state = 'in_flight' AND strikes > 0",
        (reason.to_json(),),
    )
    tx.execute(
        """UPDATE background_attempts SET error_detail = ?
           WHERE state = 'in_flight' AND strikes > 0""",
        (reason.to_json(),),
    )


def retry_failed(tx: Transaction) -> int:
    """Makes everything that failed pending again; returns how many files and contents."""
    files = tx.execute(
        """UPDATE files SET state = 'pending', error_code = NULL, error_detail = NULL
           WHERE state = 'failed'"""
    ).rowcount
    contents = tx.execute(
        """UPDATE contents SET state = 'pending', strikes = 0, error_code = NULL,
           error_detail = NULL WHERE state = 'failed'"""
    ).rowcount
    attempts = tx.execute("DELETE FROM background_attempts WHERE state = 'failed'").rowcount
    return int(files + contents + attempts)


def begin_attempts(tx: Transaction, content_ids: Collection[ContentId]) -> None:
    """Notes, before it begins, that these photos' whole pictures are being decoded."""
    tx.executemany(
        """INSERT INTO background_attempts (content_id, state) VALUES (?, 'in_flight')
           ON CONFLICT DO UPDATE SET state = 'in_flight'""",
        [(content_id,) for content_id in content_ids],
    )


def charge_attempt(tx: Transaction, content_id: ContentId) -> None:
    """As `charge_strike`, for an attempt that was begun."""
    tx.execute(
        """UPDATE background_attempts SET strikes = strikes + 1, error_detail = NULL
           WHERE content_id = ?""",
        (content_id,),
    )


def end_attempts(tx: Transaction, content_ids: Collection[ContentId]) -> None:
    """Ends attempts that were not made, or whose outcome need not be remembered."""
    tx.execute(
        """DELETE FROM background_attempts WHERE state <> 'failed'
           AND content_id IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(content_ids)),),
    )


def fail_attempt(tx: Transaction, content_id: ContentId, code: MediaCode, reason: Sentence) -> None:
    """A whole picture can't be decoded; what is known from its preview stays. It is tried
    again when asked (`retry_failed`)."""
    tx.execute(
        """INSERT INTO background_attempts (content_id, state, attempts, error_code, error_detail)
           VALUES (?, 'failed', 1, ?, ?)
           ON CONFLICT DO UPDATE SET state = 'failed', strikes = 0, attempts = attempts + 1,
           error_code = excluded.error_code, error_detail = excluded.error_detail""",
        (content_id, code.value, reason.to_json()),
    )


def find_suspect_attempts(tx: Transaction) -> list[ContentId]:
    """As `find_suspects`, for attempts; one with three strikes has failed instead."""
    tx.execute("UPDATE background_attempts SET state = 'suspect' WHERE state = 'in_flight'")
    rows = tx.execute(
        """SELECT content_id, strikes, error_detail FROM background_attempts WHERE state = 'suspect'
           ORDER BY strikes, content_id"""
    ).fetchall()
    left = []
    for content_id, strikes, noted in rows:
        if strikes >= _STRIKES_TO_QUARANTINE:
            detail = _describe_ending(
                noted, crashed=_CRASHED_IN_BACKGROUND, ended=_ENDED_IN_BACKGROUND
            )
            fail_attempt(tx, content_id, MediaCode.CRASHED, detail)
        else:
            left.append(ContentId(content_id))
    return left
