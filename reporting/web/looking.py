"""What was made of a file goes out, and all files of a report as one archive. Only a guarded page may call this."""

from collections.abc import Iterable
from typing import Any

from flask import Response, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from zipstream import ZIP_STORED, ZipStream

from reporting.core.db import let_go
from reporting.core.errors import NotFound
from reporting.core.kit import kit
from reporting.files import queries as files
from reporting.files.rules import renditions as rules
from reporting.web.scanned import archive_held_back, held_back, marks
from reporting.web.serving import HEADERS, disposition, send_made, send_paper

# The address of each kind ends with its name; the text is for looking things up and is not shown.
KINDS = "any(thumb, screen, poster, playable, preview)"
PDF = "application/pdf"
# Windows refuses these in names, and a slash would make a folder.
_UNFIT_IN_NAMES = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))


def send_view(attached: Any, kind: str, *, own: bool) -> ResponseReturnValue:
    """A rendition of an attachment, behind the same door as the file; raises NotFound while there is none."""
    if attached.is_promised:
        raise NotFound
    shut = held_back(attached.sha256, attached.name, own=own)
    if shut is not None:
        return shut
    if kind == rules.Kind.PREVIEW and attached.media_type == PDF:
        return _send_pdf(attached)
    row = files.rendition_of(attached.file_id, kind)
    is_made = row is not None and row.state == rules.State.MADE and row.key is not None
    key, media_type = (row.key, row.media_type) if row is not None and is_made else (None, "")
    let_go()
    if key is None:
        raise NotFound
    return send_made(kit().vault, key, _name_of(attached.name, media_type), media_type)


def _send_pdf(attached: Any) -> Response:
    """A PDF as it came; one in which something can act is a download only."""
    kept = files.find(attached.file_id)
    acts = kept is None or rules.acts(kept.facts)
    let_go()
    if acts:
        raise NotFound
    return send_paper(kit().vault, attached.sha256, attached.name, PDF)


def _name_of(name: str, media_type: str) -> str:
    endings = {"image/jpeg": "jpg", "video/mp4": "mp4", "application/pdf": "pdf", "text/html": "html"}
    return f"{name.rpartition('.')[0] or name}.{endings[media_type]}"


def send_archive(sections: Iterable[tuple[str, Iterable[Any]]], name: str, *, own: bool) -> ResponseReturnValue:
    """The originals as one ZIP, a folder for each section, its length told before the first byte.

    Nothing is packed tighter, since pictures and films cannot be; so the length is known and nothing waits for it.
    What has not come or did not pass its virus check stays out, and a list in the archive says so.
    """
    wanted = [(folder, [*attached]) for folder, attached in sections]
    said = marks([one.sha256 for _folder, attached in wanted for one in attached if not one.is_promised])
    shut = archive_held_back(name, said.values(), own=own)
    if shut is not None:
        return shut
    archive = ZipStream(compress_type=ZIP_STORED, sized=True)
    left_out = _fill(archive, wanted, {sha256 for sha256, mark in said.items() if mark == "infected"})
    if left_out:
        archive.add("\r\n".join(left_out).encode("utf-8-sig"), _("没有收入的文件.txt"))
    let_go()
    response = Response(stream_with_context(archive), mimetype="application/zip")
    response.headers.update({**HEADERS, "Accept-Ranges": "none"})
    response.headers["Content-Disposition"] = disposition(name, inline=False)
    response.content_length = len(archive)
    return response


def _fill(archive: ZipStream, sections: Iterable[tuple[str, Iterable[Any]]], infected: set[str]) -> list[str]:
    """Put the files in, and give a sentence for each that stays out."""
    left_out = []
    for place, (folder, attached) in enumerate(sections, start=1):
        taken: set[str] = set()
        for one in attached:
            if one.is_promised:
                left_out.append(_("《%(name)s》尚未收到。", name=one.name))
            elif one.sha256 in infected:
                left_out.append(_("《%(name)s》未通过病毒检查。", name=one.name))
            else:
                shown = _unused(one.name.translate(_UNFIT_IN_NAMES), taken)
                archive.add_path(kit().vault.path(one.sha256), f"{place} {folder.translate(_UNFIT_IN_NAMES)}/{shown}")
    return left_out


def _unused(name: str, taken: set[str]) -> str:
    """The name, with a number when the folder has one like it, in whatever case it is written."""
    stem, dot, ending = name.rpartition(".")
    number, found = 1, name
    while found.casefold() in taken:
        number += 1
        found = f"{stem} ({number}){dot}{ending}" if stem else f"{name} ({number})"
    taken.add(found.casefold())
    return found
