"""Files that cannot be read at all: encrypted, cut off, empty, of another kind, or a bomb."""

from functools import cache
from struct import pack

from xuezheng.kernel.refusal import TooLarge, UnusableFile
from xuezheng.register.demonstration.parameters import draw
from xuezheng.register.demonstration.plain_workbook import archive, plain_workbook
from xuezheng.register.demonstration.sound_delivery import sound_delivery
from xuezheng.register.demonstration.spoiled_workbooks import Expected, Spoiled

SECTOR = 512
END_OF_CHAIN, FREE, FAT_SECTOR, NO_STREAM = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
STREAM_SECTORS = 8
BOMB_BYTES = 150_000_000
NO_TEXT = bytes(range(0x80, 0x100))


def broken_files(seed: int) -> list[Spoiled]:
    """Return every file that is refused before a single cell is read."""
    workbook = plain_workbook(sound_delivery(seed).sheets)
    contents = {
        "password.xlsx": encrypted_package(seed),
        "random-bytes.xlsx": b"\x00" + draw(seed, "random bytes").randbytes(4095),
        "empty.csv": b"",
        "not-a-workbook.docx": archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}),
        "truncated.xlsx": workbook[: len(workbook) * 2 // 3],
        "wrong-encoding.csv": b"school_code,school_year,stage,pupils\n" + NO_TEXT,
    }
    unusable = [Spoiled(name, {name: content}, Expected(UnusableFile)) for name, content in contents.items()]
    bomb = Spoiled("zip-bomb.xlsx", {"zip-bomb.xlsx": zip_bomb()}, Expected(TooLarge))
    return [*unusable, bomb]


@cache
def zip_bomb() -> bytes:
    """Return a small workbook whose sheet unpacks to 150 million bytes, a thousand times its size."""
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return archive(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.xml": b"<workbook/>",
            "xl/worksheets/sheet1.xml": head + b" " * BOMB_BYTES,
        }
    )


def encrypted_package(seed: int) -> bytes:
    """Return a compound file as an office program writes it under a password: two streams, none of it readable."""
    secret = draw(seed, "password")
    streams = [
        ("EncryptionInfo", secret.randbytes(STREAM_SECTORS * SECTOR)),
        ("EncryptedPackage", secret.randbytes(STREAM_SECTORS * SECTOR)),
    ]
    fat = [FAT_SECTOR, END_OF_CHAIN]
    for _ in streams:
        start = len(fat)
        fat += [*range(start + 1, start + STREAM_SECTORS), END_OF_CHAIN]
    fat += [FREE] * (SECTOR // 4 - len(fat))
    directory = _entry("Root Entry", kind=5, child=1, start=END_OF_CHAIN, size=0)
    directory += _entry("EncryptionInfo", kind=2, right=2, start=2, size=STREAM_SECTORS * SECTOR)
    directory += _entry("EncryptedPackage", kind=2, start=2 + STREAM_SECTORS, size=STREAM_SECTORS * SECTOR)
    directory += _entry("", kind=0, start=0, size=0)
    return _header() + pack(f"<{len(fat)}I", *fat) + directory + b"".join(content for _, content in streams)


def _header() -> bytes:
    """Return the header of a compound file, version 3: one table of sectors, one of entries ([MS-CFB] 2.2)."""
    signature = bytes.fromhex("d0cf11e0a1b11ae1")
    fixed = pack("<16xHHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    counts = pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END_OF_CHAIN, 0, END_OF_CHAIN, 0)
    return signature + fixed + counts + pack("<109I", 0, *([FREE] * 108))


def _entry(name: str, *, kind: int, start: int, size: int, child: int = NO_STREAM, right: int = NO_STREAM) -> bytes:
    """Return one directory entry ([MS-CFB] 2.6)."""
    letters = name.encode("utf-16-le")
    length = len(letters) + 2 if name else 0
    head = letters.ljust(64, b"\x00") + pack("<HBB", length, kind, 1)
    return head + pack("<III", NO_STREAM, right, child) + bytes(36) + pack("<IQ", start, size)
