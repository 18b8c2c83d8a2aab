"""What a spreadsheet's rows mean: its head, its cells, what is wrong with them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

KINDS = ("users", "numbers", "reasons")
ROWS_MOST = 50_000
FAULTS_KEPT = 500

YES = frozenset({"是", "y", "yes", "true", "1", "√"})
NO = frozenset({"否", "n", "no", "false", "0", "×"})


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """`needed`: a file without it is refused. `example` stands in the template."""

    key: str
    zh: str
    en: str
    needed: bool = False
    example: str = ""


COLUMNS: dict[str, tuple[Column, ...]] = {
    "users": (
        Column(key="login", zh="登录名", en="Log-in", needed=True, example="zhangsan"),
        Column(key="name", zh="姓名", en="Name", needed=True, example="张三"),
        Column(key="agent_no", zh="工号", en="Agent ID", example="9001"),
        Column(key="department", zh="部门", en="Department", example="一组"),
        Column(key="team", zh="班组", en="Team"),
        Column(key="roles", zh="角色", en="Roles", needed=True, example="座席"),
        Column(key="client_id", zh="限定委托方", en="Client"),
        Column(key="locale", zh="语言", en="Language", example="zh"),
        Column(key="active", zh="在职", en="Active", example="是"),
        Column(key="mobile", zh="手机号码", en="Mobile number"),
        Column(key="skills", zh="技能", en="Skills", example=""),
        Column(key="password", zh="初始密码", en="First password"),
        Column(key="by_directory", zh="企业目录", en="Directory"),
    ),
    "numbers": (
        Column(key="e164", zh="号码", en="Number", needed=True, example="02160001234"),
        Column(key="label", zh="名称", en="Label", needed=True, example="售后热线"),
        Column(key="project_id", zh="项目", en="Project", needed=True),
        Column(key="trunk_id", zh="中继", en="Trunk"),
        Column(key="flow_id", zh="流程", en="Flow"),
        Column(key="home", zh="归属地", en="Home", example="上海"),
        Column(key="kind", zh="类型", en="Type", example="local"),
        Column(key="dial_out", zh="可外显", en="May be shown", example="否"),
    ),
    "reasons": (
        Column(key="project_id", zh="项目", en="Project", needed=True),
        Column(key="path", zh="原因", en="Reason", needed=True, example="投诉/物流"),
        Column(key="name_en", zh="英文名", en="English name", needed=True, example="Delivery"),
        Column(key="sort", zh="排序", en="Order", example="0"),
    ),
}


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong in a row, as people count them, and a column; `key`: the text that says what to do."""

    row: int
    column: str
    key: str
    params: dict[str, Any] = {}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A row: its cells by column, only those whose column the file has."""

    row: int
    cells: dict[str, str]


class Sheet(msgspec.Struct, kw_only=True):
    """What was read. With a fault in its head there are no lines."""

    lines: list[Line]
    faults: list[Fault]


def sheet_of(kind: str, rows: Iterable[tuple[int, list[str]]]) -> Sheet:
    """The rows by what stands over them, in either language. More than `ROWS_MOST` are one fault."""
    columns = COLUMNS[kind]
    faults: list[Fault] = []
    lines: list[Line] = []
    walk: Iterator[tuple[int, list[str]]] = iter(rows)
    first = next(walk, None)
    if first is None:
        return Sheet(lines=[], faults=[Fault(row=1, column="", key="import.empty")])
    head = [_column(columns, name) for name in first[1]]
    for place, (name, column) in enumerate(zip(first[1], head, strict=True)):
        if name and column is None:
            faults.append(Fault(row=first[0], column=name, key="import.head.unknown", params={"name": name}))
        elif column is not None and column in head[:place]:
            faults.append(Fault(row=first[0], column=column.key, key="import.head.twice"))
    faults += [
        Fault(row=first[0], column=column.key, key="import.head.missing")
        for column in columns
        if column.needed and column not in head
    ]
    if faults:
        return Sheet(lines=[], faults=faults)
    for row, texts in walk:
        if len(lines) == ROWS_MOST:
            fault = Fault(row=row, column="", key="import.too_long", params={"n": ROWS_MOST})
            return Sheet(lines=[], faults=[fault])
        padded = [*texts, *[""] * len(head)]
        lines.append(
            Line(
                row=row, cells={column.key: padded[n] for n, column in enumerate(head) if column is not None}
            )
        )
    if not lines:
        faults.append(Fault(row=first[0] + 1, column="", key="import.empty"))
    return Sheet(lines=lines, faults=faults)


def _column(columns: tuple[Column, ...], name: str) -> Column | None:
    word = name.strip().rstrip("*").strip().casefold()
    return next((one for one in columns if word in (one.key, one.zh.casefold(), one.en.casefold())), None)


def twice(lines: Iterable[Line], column: str, key: Mapping[int, object]) -> list[Fault]:
    """Rows whose key stood in an earlier one."""
    seen: dict[object, int] = {}
    faults = []
    for line in lines:
        earlier = seen.setdefault(key[line.row], line.row)
        if earlier != line.row:
            fault = Fault(row=line.row, column=column, key="import.twice", params={"row": earlier})
            faults.append(fault)
    return faults


def flag(text: str) -> bool | None:
    """Yes or no in either language; None for neither."""
    word = text.casefold()
    return True if word in YES else False if word in NO else None


def parts(text: str) -> list[str]:
    """What stands between commas and semicolons of either width."""
    for sign in "；;，、":
        text = text.replace(sign, ",")
    return [part.strip() for part in text.split(",") if part.strip()]


def skills(text: str) -> list[tuple[str, int]] | None:
    """`普通话=5；英语=3` as names and levels, a name alone being level 5; None when it cannot be read."""
    found = []
    for part in parts(text):
        name, sign, level = part.replace("＝", "=").replace("：", "=").replace(":", "=").rpartition("=")
        if not sign:
            found.append((part, 5))
        elif name.strip() and level.strip().isascii() and level.strip().isdigit():
            found.append((name.strip(), int(level)))
        else:
            return None
    return found
