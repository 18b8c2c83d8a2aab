"""Cells read as what they name; what they should not say is a fault."""

from typing import Any
from uuid import UUID

from pydantic import ValidationError

from andon.imports.model import Fault, Line, flag
from andon.kit.web import refusal_of


def refer(
    line: Line, column: str, names: dict[str, UUID | None], faults: list[Fault], name: str | None = None
) -> UUID | None:
    """The id of what the cell names; a fault when there is none, or several."""
    text = line.cells.get(column, "")
    if not text:
        return None
    found = names.get(name or text)
    if found is None:
        several = (name or text) in names
        key = "import.several" if several else "import.unknown"
        faults.append(Fault(row=line.row, column=column, key=key, params={"name": text[:80]}))
    return found


def yes(line: Line, column: str, usual: bool, faults: list[Fault]) -> bool:
    text = line.cells.get(column, "")
    if not text:
        return usual
    found = flag(text)
    if found is None:
        faults.append(Fault(row=line.row, column=column, key="import.yes_no"))
    return bool(found)


def checked(model: Any, values: dict[str, Any], line: Line, faults: list[Fault]) -> dict[str, Any]:
    """The values as the same change by hand would take them."""
    try:
        found: dict[str, Any] = model.model_validate(values).model_dump()
    except ValidationError as error:
        for name, said in refusal_of(error.errors(), inside=0).fields.items():
            key, params = (said, {}) if isinstance(said, str) else said
            faults.append(Fault(row=line.row, column=name.partition(".")[0], key=key, params=params))
        return values
    return found
