"""Every page of the app, read from the routes themselves, so that no picture of one can be forgotten."""

import re
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "web" / "src"

_ROOM = re.compile(
    r'path: "(?P<path>[^"]+)",\s*title: .*?permission: \[(?P<may>[^\]]*)\].*?import\("\./(?P<file>\w+)"\)',
    re.DOTALL,
)
_OWN = re.compile(r'path: "(?P<path>/[^"]+)",.*?import\("(?P<file>[^"]+)"\)', re.DOTALL)
_SECTIONS = re.compile(r"sections: \[([^\]]*)\]")
_WORD = re.compile(r'"([^"]+)"')


@dataclass(frozen=True)
class Route:
    """`needs`: any one of these permissions opens it; None: nobody is logged in. `file`: its component's."""

    path: str
    needs: tuple[str, ...] | None
    file: str

    @property
    def name(self) -> str:
        """What its pictures are called: `/contacts/$id` is `contacts-id`."""
        return self.path.strip("/").replace("/$", "-").replace("/", "-")


def routes() -> list[Route]:
    """All of them, each section of the administration as a page of its own."""
    found = [
        Route(each["path"], None, Path(each["file"]).name)
        for each in _OWN.finditer((SOURCE / "app" / "router.tsx").read_text("utf-8"))
    ]
    for file in sorted((SOURCE / "features").glob("*/routes.tsx")):
        found += [
            Route(each["path"], tuple(_WORD.findall(each["may"])), each["file"])
            for each in _ROOM.finditer(file.read_text("utf-8"))
        ]
    admin = next(route for route in found if route.path == "/admin/$section")
    sections = (SOURCE / "features" / "admin" / "sections.ts").read_text("utf-8").partition("SectionKey")[0]
    return [
        *(route for route in found if not route.path.startswith("/admin")),
        *(
            Route(f"/admin/{key}", admin.needs, admin.file)
            for group in _SECTIONS.findall(sections)
            for key in _WORD.findall(group)
        ),
    ]
