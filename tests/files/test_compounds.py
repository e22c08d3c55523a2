"""OLE2 files by what stands in their streams, also where the header alone no longer names the table."""

import io
import struct

import pytest

from reporting.files.service import compounds
from reporting.files.service.reading import Unfit, Unreadable
from tests.files import material

SECTOR = material.SECTOR


def with_stream(name: str, content: bytes) -> bytes:
    """An OLE2 file whose one stream has sectors of its own."""
    made = bytearray(material.compound(["Root Entry", name]))
    entry = 3 * SECTOR - SECTOR + 128
    content = content.ljust(4096, b"\0")
    first = len(made) // SECTOR - 1
    made[entry + 116 : entry + 124] = struct.pack("<II", first, len(content))
    for number in range(8):
        after = first + number + 1 if number < 7 else material.END
        at = SECTOR + 4 * (first + number)
        made[at : at + 4] = struct.pack("<I", after)
    return bytes(made) + content


def code_of(content: bytes) -> str:
    return compounds.prove(io.BytesIO(content))


def fault_of(content: bytes) -> str:
    with pytest.raises(Unfit) as found:
        code_of(content)
    return found.value.code


def test_an_ordinary_paper_and_workbook_pass():
    assert code_of(with_stream("WordDocument", struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0, 0, 0))) == "doc"
    assert code_of(with_stream("Workbook", struct.pack("<HHHHHH", 0x809, 4, 0, 0, 0x0A, 0))) == "xls"


def test_a_paper_with_a_password_is_told():
    assert fault_of(with_stream("WordDocument", struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0, 0, 0x0100))) == (
        "document_encrypted"
    )


def test_a_workbook_with_a_password_or_a_macro_sheet_is_told():
    begin = struct.pack("<HHHH", 0x809, 4, 0, 0)
    assert fault_of(with_stream("Workbook", begin + struct.pack("<HHHH", 0x2F, 4, 0, 0))) == "document_encrypted"
    sheet = struct.pack("<HHIBB", 0x85, 8, 0, 0, 1) + b"\1\0a"
    assert fault_of(with_stream("Workbook", begin + sheet)) == "document_has_macros"


def test_lists_of_the_table_are_followed_and_must_end():
    content = bytearray(material.compound(["Root Entry", "WordDocument"]))
    lists = len(content) // SECTOR - 1
    content += struct.pack("<128I", *[material.FREE] * 127, material.END)
    content[68:72] = struct.pack("<I", lists)
    assert code_of(bytes(content)) == "doc"
    content[-4:] = struct.pack("<I", lists)
    with pytest.raises(Unreadable, match="do not end"):
        code_of(bytes(content))
