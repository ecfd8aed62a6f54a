"""Evidence files are what their content says, and lie under their digest."""

import hashlib
import io
import zipfile

import pytest

from xuezheng.kernel.refusal import ForbiddenContent, TooLarge, UnusableFile
from xuezheng.standards.evidence_store import MAX_BYTES, keep_file, open_kept, path_of


def package(*parts):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for part in parts:
            archive.writestr(part, "x")
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kept_as", "media_type"),
    [
        ("文件.pdf", b"%PDF-1.7 ...", "文件.pdf", "application/pdf"),
        ("photo.jpeg", b"\xff\xd8\xff\xe0 ...", "photo.jpeg", "image/jpeg"),
        ("photo", b"\x89PNG\r\n\x1a\n ...", "photo.png", "image/png"),
        ("a.exe", b"%PDF-1.7 ...", "a.exe.pdf", "application/pdf"),
        ("..\\..\\C:\\x\n.pdf", b"%PDF-1.7 ...", "x.pdf", "application/pdf"),
    ],
)
def test_a_file_is_known_by_its_content_and_named_harmlessly(name, content, kept_as, media_type):
    kept = keep_file(name, [content])
    assert (kept.file_name, kept.media_type, kept.size_bytes) == (kept_as, media_type, len(content))
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert open_kept(kept.sha256, name).read_bytes() == content


def test_office_documents_are_told_from_other_packages():
    document = package("[Content_Types].xml", "word/document.xml")
    assert keep_file("a.docx", [document]).media_type.endswith("wordprocessingml.document")
    workbook = package("[Content_Types].xml", "xl/workbook.xml")
    assert keep_file("a.xlsx", [workbook]).media_type.endswith("spreadsheetml.sheet")
    with pytest.raises(UnusableFile) as refused:
        keep_file("a.docx", [package("evil.html")])
    assert refused.value.code == "evidence_of_unknown_kind"
    with pytest.raises(ForbiddenContent):
        keep_file("a.docx", [package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")])


@pytest.mark.parametrize("content", [b"<html><script>alert(1)</script>", b"MZ\x90", b"PK\x03\x04 broken", b"GIF89a"])
def test_what_is_none_of_the_kinds_is_refused_and_leaves_nothing(content):
    before = set(path_of("0" * 64).parent.parent.rglob("*")) if path_of("0" * 64).parent.parent.exists() else set()
    with pytest.raises(UnusableFile):
        keep_file("a.pdf", [content])
    assert set(path_of("0" * 64).parent.parent.rglob("*")) == before


def test_empty_and_too_large_files_are_refused():
    with pytest.raises(UnusableFile):
        keep_file("a.pdf", [])
    with pytest.raises(TooLarge):
        keep_file("a.pdf", (b"%PDF-" + b"0" * 1_000_000 for _ in range(MAX_BYTES // 1_000_000 + 1)))


def test_a_file_that_is_gone_is_said_to_be_gone():
    kept = keep_file("a.pdf", [b"%PDF-1.7 gone"])
    path_of(kept.sha256).unlink()
    with pytest.raises(UnusableFile) as refused:
        open_kept(kept.sha256, "a.pdf")
    assert refused.value.code == "evidence_missing"
