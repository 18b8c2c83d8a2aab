"""Spreadsheets written and read row by row: CSV and XLSX of any length in little memory.

A cell is text, a whole number or empty. Text that a spreadsheet program would take for a formula is written
with an apostrophe before it, `unguarded` takes it off again: opened anywhere, it stays what somebody typed.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

Cell = str | int | None

COLUMNS_MOST = 60  # what stands further right is not read
UNPACKED_MOST = 300_000_000  # bytes of an XLSX once unpacked
CELL_LONGEST = 32_000  # of what a spreadsheet program takes
_HAZARDS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "|", "%")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def guarded(value: Cell) -> Cell:
    """The cell as it may be written. A telephone number with its plus is a number, not a formula."""
    if not isinstance(value, str):
        return value
    text = _CONTROL.sub("", value)[:CELL_LONGEST]
    return f"'{text}" if _hazardous(text) else text


def unguarded(text: str) -> str:
    """What was written by `guarded`, as it was before."""
    return text[1:] if text.startswith("'") and _hazardous(text[1:]) else text


def _hazardous(text: str) -> bool:
    if _NUMBER.fullmatch(text):
        return False
    return text.startswith(_HAZARDS) or text.lstrip().startswith(_HAZARDS)


class SheetWriter(Protocol):
    """Rows go in, `close` finishes the file. Not for several threads at once."""

    def write(self, rows: Iterable[Sequence[Cell]]) -> None: ...

    def close(self) -> None: ...


class CsvWriter:
    """CSV in UTF-8 with a byte order mark, without which Excel takes Chinese for something else."""

    def __init__(self, path: Path, head: Sequence[str]) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self.write([head])

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        self._writer.writerows([guarded(value) for value in row] for row in rows)

    def close(self) -> None:
        self._file.close()


class XlsxWriter:
    """One sheet; every text cell is typed as text, so that long numbers keep all their digits."""

    def __init__(self, path: Path, head: Sequence[str], title: str) -> None:
        self._path = path
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title)
        self._sheet.freeze_panes = "A2"
        for n in range(len(head)):
            self._sheet.column_dimensions[get_column_letter(n + 1)].width = 18
        cells = [self._cell(name) for name in head]
        for cell in cells:
            cell.font = Font(bold=True)
        self._sheet.append(cells)

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            self._sheet.append([self._cell(value) for value in row])

    def close(self) -> None:
        self._book.save(self._path)

    def _cell(self, value: Cell) -> WriteOnlyCell:
        cell = WriteOnlyCell(self._sheet, guarded(value))
        if isinstance(value, str):
            cell.data_type = "s"  # openpyxl would take "=1" for a formula
        return cell


def open_sheet(path: Path, form: str, head: Sequence[str], title: str) -> SheetWriter:
    """A writer of the form `csv` or `xlsx`."""
    return CsvWriter(path, head) if form == "csv" else XlsxWriter(path, head, title)


class Unreadable(Exception):
    """The file is no spreadsheet, `why`: kind, packed, encoding, csv."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet that hold anything, each with its number as people count, as trimmed text.

    CSV may be UTF-8 with or without a byte order mark, UTF-16 with one, or GB18030; with commas, semicolons
    or tabs. Raises `Unreadable`.
    """
    with path.open("rb") as file:
        packed = file.read(4) == b"PK\x03\x04"
    for number, row in enumerate(_xlsx(path) if packed else _csv(path), 1):
        texts = [unguarded(_text(value)).strip() for value in row[:COLUMNS_MOST]]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield number, texts


def _xlsx(path: Path) -> Iterator[Sequence[Any]]:
    try:
        with path.open("rb") as file:
            with zipfile.ZipFile(file) as packed:
                if sum(part.file_size for part in packed.infolist()) > UNPACKED_MOST:
                    raise Unreadable("packed")
            book = load_workbook(file, read_only=True, data_only=True)
            yield from book.worksheets[0].iter_rows(values_only=True, max_col=COLUMNS_MOST)
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, EOFError, SyntaxError) as error:
        raise Unreadable("kind") from error  # SyntaxError: the XML is broken


def _csv(path: Path) -> Iterator[Sequence[str]]:
    text = _decoded(path.read_bytes())
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise Unreadable("csv") from error


def _decoded(content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:  # which no text has, but every picture does
            return text
    raise Unreadable("encoding")


def _text(value: Any) -> str:
    """A cell as a person reads it: a number without the point that spreadsheet programs put after it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return str(value)
