"""Errors a user can be shown: a code, a status, parameters; the words are in the i18n catalogs.

The HTTP shape is `{"error": {"code", "title", "remedy", "fields": {name: text}}}` in the user's language.
"""

from typing import Any

from andon.kit import i18n, texts

texts.load()


class AndonError(Exception):
    """Something a user or caller did that we refuse, or a part that is not there.

    `code` finds the texts `error.<code>.title` and `error.<code>.remedy`; `params` fill them.
    `fields` maps a field's name to a text key, or a pair of key and parameters.
    """

    def __init__(
        self,
        code: str,
        status: int = 400,
        *,
        fields: dict[str, str | tuple[str, dict[str, Any]]] | None = None,
        **params: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.params = params
        self.fields = fields or {}

    def __str__(self) -> str:
        return f"{self.code} ({self.status})"

    def said(self, locale: i18n.Locale) -> dict[str, Any]:
        """The error as the HTTP API shows it, in that language."""
        body: dict[str, Any] = {
            "code": self.code,
            "title": i18n.text(f"error.{self.code}.title", locale, **self.params),
            "remedy": i18n.text(f"error.{self.code}.remedy", locale, **self.params),
            "fields": {name: _say(said, locale) for name, said in self.fields.items()},
        }
        if self.params:
            body["params"] = self.params
        return {"error": body}

    def as_payload(self) -> dict[str, Any]:
        """The error as it travels on the bus."""
        return {
            "error": {"code": self.code, "status": self.status, "params": self.params, "fields": self.fields}
        }

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> "AndonError":
        """The error that `as_payload` packed."""
        said = payload["error"]
        fields = {
            name: value if isinstance(value, str) else (value[0], value[1])
            for name, value in said.get("fields", {}).items()
        }
        return cls(said["code"], said.get("status", 400), fields=fields, **said.get("params", {}))


def _say(said: str | tuple[str, dict[str, Any]], locale: i18n.Locale) -> str:
    if isinstance(said, str):
        return i18n.text(said, locale)
    return i18n.text(said[0], locale, **said[1])


def not_found(what: str) -> AndonError:
    """The thing does not exist, or lies behind a wall: the two must not be told apart."""
    return AndonError("not_found", 404, what=what)
