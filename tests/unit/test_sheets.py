"""Spreadsheets: what is written opens as what it was, whatever somebody typed."""

import csv
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from andon.kit.sheets import Unreadable, guarded, open_sheet, read_rows, unguarded

pytestmark = pytest.mark.unit

DANGEROUS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =HYPERLINK(1)",
    "\u00a0=1",
    "＝1",
    "|calc",
    "%0A",
]
HARMLESS = ["王小明", "+8613800138000", "-5", "3.14", "a=b", "", "it's", "العربية", "x" * 40_000]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_formula_stays_text_and_comes_back(text: str) -> None:
    assert str(guarded(text)).startswith("'")
    assert unguarded(str(guarded(text))) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_formula_is_left_alone(text: str) -> None:
    assert guarded(text) == text[:32_000]
    assert unguarded(text) == text
    assert guarded(5) == 5 and guarded(None) is None
    assert guarded("a\x00\x1fb") == "ab"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_holds_every_row_as_text_and_numbers(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{form}"
    writer = open_sheet(path, form, ["号码", "说"], "接触")
    writer.write([[13800138000, text] for text in DANGEROUS])
    writer.write([[None, '换行\n"引号",逗号']])
    writer.close()
    expected = [["13800138000", f"'{text}"] for text in DANGEROUS] + [["", '换行\n"引号",逗号']]
    if form == "csv":
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert list(csv.reader(file)) == [["号码", "说"], *expected]
        return
    sheet = load_workbook(path)["接触"]
    found = list(sheet.iter_rows())
    assert [cell.value for cell in found[0]] == ["号码", "说"]
    assert {cell.data_type for row in found for cell in row} <= {"s", "n"}  # never "f"
    assert len(found) == len(expected) + 1
    assert found[1][0].value == 13800138000 and found[1][1].value == "'=1+1"


ROWS = [["姓名", "号码"], ["王小明", "+8613800138000"], ["=1+1", "003"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_whatever_saved_it(encoding: str, delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    text = "\r\n".join(delimiter.join(row) for row in (ROWS[0], [" ", ""], *ROWS[1:]))
    path.write_bytes(text.encode(encoding))
    assert list(read_rows(path)) == [(1, ROWS[0]), (3, ROWS[1]), (4, ROWS[2])]  # the empty row is counted


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_was_written_is_read_as_it_was(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{form}"
    writer = open_sheet(path, form, ROWS[0], "x")
    writer.write(ROWS[1:])
    writer.write([[5, None]])
    writer.close()
    assert [row for _, row in read_rows(path)] == [*ROWS, ["5"]]


def test_what_is_no_spreadsheet_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for content, why in (
        (b"PK\x03\x04 and nothing more", "kind"),
        (bytes(range(256)) * 9, "encoding"),
        (b'a,"b\n', "csv"),
    ):
        path.write_bytes(content)
        with pytest.raises(Unreadable) as error:
            list(read_rows(path))
        assert error.value.why == why
    bomb = tmp_path / "b"
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("a", "w", force_zip64=True) as part,
    ):
        for _ in range(310):
            part.write(bytes(1_000_000))
    with pytest.raises(Unreadable, match="packed"):
        list(read_rows(bomb))
