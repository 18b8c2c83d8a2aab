"""What is said of wallboards."""

from andon.kit.i18n import register

register(
    {
        "field.tile_place": (
            "图块“{tile}”超出画面或与别的图块重叠",
            "Tile {tile} leaves the screen or lies on another",
        ),
        "field.tile_figure": (
            "图块“{tile}”不能显示这个指标",
            "Tile {tile} cannot show this figure",
        ),
        "field.tile_queue": (
            "图块“{tile}”的队列不属于这个项目",
            "The queue of tile {tile} is not of this project",
        ),
        "field.tile_agents": (
            "图块“{tile}”要显示座席姓名，请先打开“显示座席”",
            "Tile {tile} names agents: let the board show agents first",
        ),
        "field.tile_twice": ("图块编号重复：{tile}", "Two tiles are called {tile}"),
        "kind.wallboard": ("大屏", "wallboards"),
    }
)
