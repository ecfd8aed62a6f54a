"""The demonstration's evidence: small files composed by the program, which say of themselves that they are invented."""

import io
from datetime import datetime

from xuezheng.cases.actions.stepping import EvidenceGiven
from xuezheng.catalogue.demonstration_course import CourseStep
from xuezheng.documents.charts import as_png
from xuezheng.documents.office import OfficialDocument
from xuezheng.kernel.work_calendar import local_day
from xuezheng.standards.evidence_store import KeptFile, keep_file

_NOTICE = "演示材料，内容为虚构，由程序生成。"


def composed_evidence(step: CourseStep, name: str, at: datetime) -> EvidenceGiven:
    """Return what somebody gives as evidence: a reading, or a document or picture that is composed and kept."""
    if not step.file:
        return EvidenceGiven("reading", words=step.words, taken_by=name, taken_at=at)
    is_picture = step.file.endswith(".png")
    content = _picture(step.words, at) if is_picture else _document(step.words, name, at)
    return EvidenceGiven(
        "photo" if is_picture else "document", file=keep_file(step.file, [content]), words=step.words,
        taken_by=name, taken_at=at,
    )  # fmt: skip


def composed_paper(name: str, title: str, by: str, at: datetime) -> KeptFile:
    """Return a document that is composed and kept, for a meeting."""
    return keep_file(name, [_document(title, by, at)])


def _document(title: str, name: str, at: datetime) -> bytes:
    document = OfficialDocument(title, language="zh", watermark="演示")
    document.notice(_NOTICE)
    document.text(f"{local_day(at).isoformat()}，由{name}整理。办理过程中形成的名册、核对表和现场记录附后备查。")
    document.table(
        ("序号", "核对内容", "结果"), [("1", title, "已核对"), ("2", "涉及学校逐一确认", "已确认")], (20, 90, 40)
    )
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _picture(title: str, at: datetime) -> bytes:
    """Draw a plain card in place of a photograph."""
    lines = [title, local_day(at).isoformat(), _NOTICE]
    return as_png(
        {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "background": "#dfe3dc",
            "width": 400, "height": 240,
            "config": {"view": {"stroke": None}},
            "data": {"values": [{"line": line, "at": place} for place, line in enumerate(lines)]},
            "mark": {"type": "text", "font": "Noto Sans CJK SC", "fontSize": 20, "color": "#2b2b2b"},
            "encoding": {
                "y": {"field": "at", "type": "ordinal", "axis": None},
                "text": {"field": "line", "type": "nominal"},
            },
        },
        scale=1.5,
    )  # fmt: skip
