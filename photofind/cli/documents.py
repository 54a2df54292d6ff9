"""The JSON documents, built from what the layers below return. Their keys are stable."""

from __future__ import annotations

import math
from dataclasses import asdict, astuple
from typing import TYPE_CHECKING

from photofind.catalog.tags import TagSource
from photofind.domain import RegionKind
from photofind.media.formats import part_kind
from photofind.search.syntax import print_tree

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from photofind.catalog.searches import SavedSearch
    from photofind.catalog.status import CatalogStatus, FolderStatus
    from photofind.catalog.tags import TagRow
    from photofind.domain import EditedField, Hit, IndexReport, Photo, Problem, Region
    from photofind.models.overview import ModelState
    from photofind.search.classify import Classification
    from photofind.search.engine import Explanation, PlannedAlternative, SearchResult
    from photofind.search.evaluate import EvalReport
    from photofind.search.query import Remark
    from photofind.search.understanding import Understood
    from photofind.settings import Declaration, SettingValue

Document = dict[str, object]


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
        "taken_at": photo.capture.taken_at(),
        "why": [
            {
                "kind": why.kind.value,
                "score": number(why.score),
                "text": why.text,
                "region": region_document(why.region),
            }
            for why in hit.why
        ],
    }


def region_document(region: Region) -> Document | None:
    """What of a photo fits; null for the whole picture."""
    if region.kind is RegionKind.WHOLE:
        return None
    box = region.box
    return {
        "kind": region.kind.value,
        "box": None if box is None else [number(each) for each in astuple(box)],
        "at_ms": region.at_ms,
    }


def search_document(
    result: SearchResult, model: str, found: Iterable[tuple[Hit, Photo]]
) -> Document:
    return {
        "query": result.query,
        "model": model,
        "elapsed_ms": round(result.elapsed_ms, 3),
        "total": result.total,
        "relevant_total": result.relevant_total,
        "remarks": remarks_document(result.remarks),
        "understood": understood_document(result.understood),
        "hits": [hit_document(hit, photo) for hit, photo in found],
    }


def explanation_document(explanation: Explanation, model: str) -> Document:
    query = explanation.query
    return {
        "query": query.text,
        "model": model,
        "language": query.language or None,
        "sort": query.sort or "relevance",
        "remarks": remarks_document(query.remarks),
        "understood": understood_document(explanation.understood),
        "readings": [
            {"alternatives": [_alternative_document(each) for each in reading]}
            for reading in explanation.readings
        ],
    }


def _alternative_document(planned: PlannedAlternative) -> Document:
    alternative = planned.alternative
    return {
        "ranked_by": [
            {"words": part.words or None, "image": part.image or None, "weight": part.weight}
            for part in alternative.parts
        ],
        "without": [
            {"words": part.words or None, "image": part.image or None}
            for part in alternative.without
        ],
        "filters": [
            {"filter": print_tree(condition), "photos": photos}
            for condition, photos in zip(alternative.conditions, planned.photos, strict=True)
        ],
        "photos": planned.remaining,
    }


def remarks_document(remarks: Iterable[Remark]) -> list[Document]:
    return [{"position": remark.position, "sentence": str(remark.sentence)} for remark in remarks]


def understood_document(understood: Iterable[Understood]) -> list[Document]:
    return [
        {"position": each.position, "words": each.words, "filter": each.filter}
        for each in understood
    ]


def saved_document(found: Iterable[tuple[SavedSearch, int | None]]) -> Document:
    return {
        "saved": [
            {"name": search.name, "query": search.query, "photos": photos}
            for search, photos in found
        ]
    }


def problem_document(problem: Problem) -> Document:
    return {"path": str(problem.path), "code": str(problem.code), "reason": str(problem.reason)}


def report_document(report: IndexReport) -> Document:
    return {
        **report.counts(),
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
                "unwatched": folder.unwatched,
                "exclusions": list(folder.exclusions),
            }
            for folder in folders
        ]
    }


def status_document(status: CatalogStatus, model: str, *, paused: bool) -> Document:
    return {
        **status.counts(),
        "paused": paused,
        "videos": status.videos,
        "online_only": status.online_only,
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
        "taken_at": capture.taken_at(),
        "taken_precision": None if capture.taken_at() is None else capture.taken_precision.value,
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
        "people": list(photo.people),
        "location": list(photo.location),
        "comments": list(photo.comments),
        "rating": photo.rating,
        "favourite": photo.favourite,
        "flag": photo.flag.name.lower(),
        "note": photo.note or None,
        "keywords": [tag.label for tag in labels if tag.source is not TagSource.MODEL],
        "tags": [tag.label for tag in labels if tag.source is TagSource.MODEL],
    }


def edited_document(field: EditedField, photos: Iterable[tuple[Path, Photo]]) -> Document:
    """What `rate`, `favourite`, `flag`, `title` and `note` print."""
    return {
        "photos": [
            {"path": str(path), field.value: info_document(photo, ())[field.value]}
            for path, photo in photos
        ]
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
        "figures": asdict(spec.figures),
        "not_established": list(spec.not_established),
        "notices": []
        if state.installed is None
        else [str(each) for each in state.installed.notices],
        "indexed": None if state.index is None else state.index.embedded,
        "photos": None if state.index is None else state.index.photos,
        "pictures_per_s": None
        if state.installed is None
        else number(state.installed.pictures_per_s),
        "accelerator": None if state.installed is None else state.installed.accelerator,
        "chosen": state.index is not None and state.index.chosen,
    }


def number(value: float | None) -> float | None:
    """JSON has no NaN: what is not known or could not be computed is null."""
    return round(float(value), 6) if value is not None and math.isfinite(value) else None


def setting_document(declared: Declaration, value: SettingValue) -> Document:
    return {
        "name": declared.name,
        "value": value,
        "default": declared.default,
        "takes": declared.takes,
        "does": declared.does,
        "acted_on_by": list(declared.actors),
    }
