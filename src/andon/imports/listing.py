"""The other way: what is there as rows of the same spreadsheet."""

from collections.abc import Iterable

from andon.imports.known import Known
from andon.imports.model import COLUMNS
from andon.imports.plans.reasons import paths_of
from andon.kit import i18n


def rows_of(kind: str, known: Known, locale: i18n.Locale) -> list[list[str]]:
    """What is there as rows of the same spreadsheet."""
    keys = [column.key for column in COLUMNS[kind]]
    return [[row.get(key, "") for key in keys] for row in _told(kind, known, locale)]


def _told(kind: str, known: Known, locale: i18n.Locale) -> Iterable[dict[str, str]]:
    yes, no = ("是", "否") if locale == "zh" else ("yes", "no")
    if kind == "users":
        skill_names = {id: name for name, id in known.skills.items()}
        for user in known.users:
            levels = known.levels.get(user.id, {})
            yield {
                "login": user.login,
                "name": user.name,
                "agent_no": user.agent_no or "",
                "department": user.department,
                "team": known.name_of(known.teams, next(iter(known.placed.get(user.id, ())), None)),
                "mobile": user.mobile,
                "roles": ", ".join(i18n.text(f"role.{role}", locale) for role in user.roles),
                "client_id": known.name_of(known.clients, user.client_id),
                "locale": user.locale,
                "active": yes if user.active else no,
                "by_directory": yes if user.by_directory else no,
                "skills": ", ".join(
                    f"{skill_names[id]}={level}" for id, level in levels.items() if id in skill_names
                ),
            }
    elif kind == "numbers":
        flows = {id: name.partition("/")[2] for name, id in known.flows.items()}
        for number in known.numbers:
            yield {
                "e164": number.e164,
                "label": number.label,
                "project_id": known.name_of(known.projects, number.project_id),
                "trunk_id": known.name_of(known.trunks, number.trunk_id),
                "flow_id": flows.get(number.flow_id, ""),
                "home": number.home,
                "kind": number.kind,
                "dial_out": yes if number.dial_out else no,
            }
    else:
        paths = paths_of(known.reasons)
        for reason in sorted(known.reasons, key=lambda one: (one.project_id, paths[one.id])):
            yield {
                "project_id": known.name_of(known.projects, reason.project_id),
                "path": "/".join(paths[reason.id]),
                "name_en": reason.name_en,
                "sort": str(reason.sort),
            }
