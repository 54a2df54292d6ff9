"""The JSON documents, built from what the layers below return. Their keys are stable."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from photofind.catalog.rows import TagSource
from photofind.domain import TakenSource
from photofind.media.formats import part_kind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from photofind.catalog.rows import CatalogStatus, FolderStatus, TagRow
    from photofind.describe.quality.evaluation import CaptionReport
    from photofind.domain import Capture, Hit, IndexReport, Photo, Problem
    from photofind.models.checking import SourceCheck
    from photofind.models.overview import ModelState
    from photofind.search.classify import Classification
    from photofind.search.evaluate import EvalReport

Document = dict[str, object]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def taken_at(capture: Capture) -> str | None:
    """ISO 8601 wall time to the second, with the offset only if the file told it.

    None when it is not known: the file doesn't tell (its own time says when it was written, which
    is good for sorting only), or no calendar has that date.
    """
    if capture.taken_at_ms is None or capture.taken_source is TakenSource.FILE_TIME:
        return None
    try:
        wall = (_EPOCH + timedelta(milliseconds=capture.taken_at_ms)).replace(tzinfo=None)
        if capture.taken_offset_min is not None:
            wall = wall.replace(tzinfo=timezone(timedelta(minutes=capture.taken_offset_min)))
    except (OverflowError, ValueError):
        return None
    return wall.isoformat(timespec="seconds")


def first_existing(paths: tuple[Path, ...]) -> Path:
    """The first path that is there now, else the first."""
    return next((path for path in paths if path.exists()), paths[0])


def parts_document(photo: Photo) -> list[Document]:
    """The other files of one photo: what they are, by their names."""
    return [
        {"path": str(part.path), "kind": part_kind(part.path.name), "bytes": part.byte_size}
        for part in photo.parts
    ]


def hit_document(hit: Hit, photo: Photo) -> Document:
    return {
        "path": str(first_existing(photo.paths)),
        "paths": [str(path) for path in photo.paths],
        "parts": parts_document(photo),
        "score": number(hit.score),
        "relevant": hit.relevant,
        "taken_at": taken_at(photo.capture),
        "why": [
            {"kind": why.kind.value, "score": number(why.score), "text": why.text}
            for why in hit.why
        ],
    }


def search_document(
    query: str, model: str, elapsed_ms: float, found: Iterable[tuple[Hit, Photo]]
) -> Document:
    return {
        "query": query,
        "model": model,
        "elapsed_ms": round(elapsed_ms, 3),
        "hits": [hit_document(hit, photo) for hit, photo in found],
    }


def problem_document(problem: Problem) -> Document:
    return {"path": str(problem.path), "code": str(problem.code), "reason": problem.reason}


def report_document(report: IndexReport) -> Document:
    return {
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "moved": report.moved,
        "copies": report.copies,
        "missing": report.missing,
        "failed": report.failed,
        "ignored": report.ignored,
        "videos": report.videos,
        "online_only": report.online_only,
        "excluded": report.excluded,
        "elapsed_s": round(report.elapsed_s, 3),
        "images_per_s": round(report.images_per_s, 2),
        "problems": [problem_document(problem) for problem in report.problems],
    }


def problems_document(problems: Iterable[Problem]) -> Document:
    return {
        "problems": [
            {
                **problem_document(problem),
                "attempts": problem.attempts,
                "tried": str(problem.tried),
                "question": problem.question or None,
            }
            for problem in problems
        ]
    }


def folders_document(folders: Iterable[FolderStatus]) -> Document:
    return {
        "folders": [
            {
                "path": str(folder.path),
                "state": folder.state.value,
                "photos": folder.photos,
                "videos": folder.videos,
                "online_only": folder.online_only,
                "includes_online_only": folder.includes_online_only,
                "exclusions": list(folder.exclusions),
            }
            for folder in folders
        ]
    }


def status_document(status: CatalogStatus, model: str, *, paused: bool) -> Document:
    return {
        "photos": status.photos,
        "ready": status.ready,
        "pending": status.pending,
        "failed": status.failed,
        "missing": status.missing,
        "offline": status.offline,
        "forgotten": status.forgotten,
        "refining": status.refining,
        "preview_only": status.preview_only,
        "by_name_only": status.by_name_only,
        "paused": paused,
        "videos": sum(folder.videos for folder in status.folders),
        "online_only": sum(folder.online_only for folder in status.folders),
        "model": model,
        **folders_document(status.folders),
    }


def info_document(photo: Photo, tags: Iterable[TagRow]) -> Document:
    capture, exposure = photo.capture, photo.capture.exposure
    labels = list(tags)
    return {
        "path": str(first_existing(photo.paths)),
        "paths": [str(path) for path in photo.paths],
        "parts": parts_document(photo),
        "sha256": photo.sha256.hex(),
        "format": photo.format,
        "width": photo.width,
        "height": photo.height,
        "bytes": photo.byte_size,
        "taken_at": taken_at(capture),
        "taken_source": None if capture.taken_source is None else capture.taken_source.value,
        "camera": capture.camera,
        "lens": capture.lens,
        "exposure": None
        if exposure is None
        else {
            "f_number": number(exposure.f_number),
            "seconds": number(exposure.seconds),
            "iso": exposure.iso,
            "focal_mm": number(exposure.focal_mm),
            "focal_35mm": number(exposure.focal_35mm),
        },
        "latitude": number(capture.latitude),
        "longitude": number(capture.longitude),
        "title": photo.title,
        "description": photo.description,
        "rating": photo.rating,
        "favourite": photo.favourite,
        "keywords": [tag.label for tag in labels if tag.source is not TagSource.MODEL],
        "tags": [tag.label for tag in labels if tag.source is TagSource.MODEL],
    }


def tags_document(path: Path, tags: Iterable[TagRow]) -> Document:
    return {
        "path": str(path),
        "tags": [
            {"label": tag.label, "source": tag.source.value, "score": number(tag.score)}
            for tag in tags
        ],
    }


def classify_document(found: Classification) -> Document:
    photos = []
    for path, cosines, shares in zip(found.paths, found.cosines, found.shares, strict=True):
        rows = zip(found.labels, cosines.tolist(), shares.tolist(), strict=True)
        ranked = sorted(rows, key=lambda row: -row[2])
        photos.append(
            {
                "path": str(path),
                "labels": [
                    {"label": label, "score": number(cosine), "share": number(share)}
                    for label, cosine, share in ranked
                ],
            }
        )
    return {"model": found.model, "photos": photos}


def eval_document(report: EvalReport) -> Document:
    return {
        "images": report.images,
        "queries": report.queries,
        "skipped": report.skipped,
        "R@1": number(report.recall_at_1),
        "R@5": number(report.recall_at_5),
        "R@10": number(report.recall_at_10),
        "median_rank": number(report.median_rank),
        "mean_ms": number(report.mean_ms),
    }


def caption_quality_document(report: CaptionReport, model: str) -> Document:
    return {
        "images": report.images,
        "BLEU-4": number(report.quality.bleu_4),
        "ROUGE-L": number(report.quality.rouge_l),
        "CIDEr": number(report.quality.cider),
        "skipped": report.skipped,
        "model": model,
    }


def models_document(states: Iterable[ModelState]) -> Document:
    return {"models": [_model_document(state) for state in states]}


def _model_document(state: ModelState) -> Document:
    spec = state.spec
    return {
        "key": spec.key,
        "title": spec.title,
        "task": spec.task.value,
        "licence": spec.licence,
        "bytes": spec.download_bytes if state.disk_bytes is None else state.disk_bytes,
        "installed": state.installed is not None,
        "active": state.active,
        "download_bytes": spec.download_bytes,
        "notice": spec.notice,
        "recommended_for": spec.recommended_for,
        "languages": list(spec.languages),
        "source": spec.source,
        "revision": spec.revision,
        "accept_licence": spec.accept_licence,
        "relative_speed": spec.relative_speed,
        "memory_mb": spec.memory_mb,
        "figures": {
            "imagenet": spec.figures.imagenet,
            "flickr30k": spec.figures.flickr30k,
            "coco": spec.figures.coco,
            "english": spec.figures.english,
            "thai": spec.figures.thai,
            "source": spec.figures.source,
        },
        "not_established": list(spec.not_established),
        "notices": [] if state.installed is None else list(state.installed.notices),
        "indexed": None if state.index is None else state.index.embedded,
        "photos": None if state.index is None else state.index.photos,
        "pictures_per_s": None
        if state.installed is None
        else number(state.installed.pictures_per_s),
        "accelerator": None if state.installed is None else state.installed.accelerator,
        "chosen": state.index is not None and state.index.chosen,
    }


def sources_document(checks: Iterable[SourceCheck]) -> Document:
    return {
        "sources": [
            {
                "key": check.spec.key,
                "path": check.file.path,
                "sha256": None if check.said is None else check.said.sha256,
                "bytes": None if check.said is None else check.said.bytes,
                "pinned_sha256": check.file.sha256,
                "pinned_bytes": check.file.bytes,
                "faults": list(check.faults),
            }
            for check in checks
        ]
    }


def number(value: float | None) -> float | None:
    """JSON has no NaN: what is not known or could not be computed is null."""
    return round(float(value), 6) if value is not None and math.isfinite(value) else None
