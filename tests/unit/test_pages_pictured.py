"""No page is without a picture: the script that takes them walks the same routes as the app."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "scripts"


@pytest.fixture
def screens(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(SCRIPTS)
    spec = importlib.util.spec_from_file_location("screens", SCRIPTS / "screens.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("pages", None)


def test_every_page_component_has_a_route_that_is_pictured(screens: ModuleType) -> None:
    """Components are looked for by their files: a route that the script cannot read would show here."""
    source = ROOT / "web" / "src"
    components = {
        path.stem
        for path in source.rglob("*Page.tsx")
        if path.parent.name == "app" or "export default function" in path.read_text("utf-8")
    }
    routes = screens.routes()
    assert components - {route.file for route in routes} == set()
    named = {name for names, _ in screens.WAYS for name in names}
    assert {route.name for route in routes} <= named | {route.name for route in screens.plain()}
    assert len({route.name for route in routes}) == len(routes)


def test_every_section_of_the_administration_is_a_page(screens: ModuleType) -> None:
    sections = {
        path.removeprefix("/admin/") for path in (r.path for r in screens.routes()) if "/admin/" in path
    }
    source = (ROOT / "web" / "src" / "features" / "admin" / "sections.ts").read_text("utf-8")
    shown = source.partition("ComponentType> = {")[2].partition("};")[0]
    assert sections == {line.split(":")[0].strip(' "') for line in shown.splitlines() if ":" in line}


def test_a_page_with_a_parameter_needs_a_way_of_its_own(
    screens: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = screens.Route("/teams/$id", ("config",), "TeamPage")
    monkeypatch.setattr(screens, "routes", lambda: [unknown])
    with pytest.raises(ValueError, match="/teams"):
        screens.plain()
