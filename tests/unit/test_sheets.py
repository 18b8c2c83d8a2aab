"""Spreadsheets: what is written opens as what it was, whatever somebody typed."""

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from andon.kit.sheets import guarded, open_sheet, unguarded

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
