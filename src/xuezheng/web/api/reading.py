"""Reading a bulletin, minutes, work points, a task table or a ledger: what the command answers, and nothing is stored."""

import json
from typing import Any

from django.http import HttpRequest

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.meetings.originals import Original, pasted, read_source, uploaded
from xuezheng.meetings.sources import ASKED, as_json

JSON, FORM = "application/json", "multipart/form-data"
_KIND = {"type": "string", "enum": list(ASKED), "default": "auto"}
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        JSON: {
            "schema": {
                "type": "object", "required": ["text"], "additionalProperties": False,
                "properties": {"text": {"type": "string", "minLength": 1}, "kind": _KIND},
            }
        },
        FORM: {
            "schema": {
                "type": "object", "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}, "kind": _KIND},
            }
        },
    },
}  # fmt: skip


class OtherMediaType(InvalidRequest):
    """A body that is neither JSON nor a form with a file."""


def read(request: HttpRequest) -> dict[str, Any]:
    """Return what the body's text or file says; keys as in `meetings.sources.as_json`."""
    original, kind = _sent(request)
    if kind not in ASKED:
        raise InvalidRequest("api_kind_unknown", kind=str(kind)[:40], known=", ".join(ASKED))
    return as_json(read_source(original, kind))


def _sent(request: HttpRequest) -> tuple[Original, Any]:
    """Return what was sent, and the kind as it was asked for: of JSON it can be any value."""
    if request.content_type == FORM:
        file = request.FILES.get("file")
        if file is None:
            raise InvalidRequest("bulletin_nothing_given")
        return uploaded(file.name or "file", file.chunks()), request.POST.get("kind") or "auto"
    if request.content_type != JSON:
        raise OtherMediaType("api_media_type")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("api_body_not_json") from error
    if not isinstance(body, dict) or not isinstance(body.get("text"), str) or body.keys() - {"text", "kind"}:
        raise InvalidRequest("api_body_not_json")
    text, kind = body["text"], body.get("kind", "auto")
    if not text.strip():
        raise InvalidRequest("bulletin_nothing_given")
    # JSON can write half of a surrogate pair, which no file and no database takes: it is read as a question mark.
    return pasted(text.replace("\r\n", "\n").encode("utf-8", "replace").decode()), kind
