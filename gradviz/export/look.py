"""How a picture in a file is to look, whatever its format. Knows no Qt."""

from typing import NamedTuple

from gradviz.drawing.theme import THEMES, Theme, ThemeName
from gradviz.export.sheets import Paper


class Look(NamedTuple):
    """A person's choice. What a format knows nothing of is left aside."""

    theme: ThemeName = "light"
    transparent: bool = False
    scale: float = 1.0  # pixels for one of the drawing; on paper 3/4 of a point
    outlines: bool = False  # in an SVG, letters are shapes, which need no font
    paper: Paper = "fit"  # of a PDF

    @property
    def colours(self) -> Theme:
        """The theme itself."""
        return THEMES[self.theme]

    @property
    def ground(self) -> str | None:
        """The colour behind everything."""
        return None if self.transparent else self.colours.ground
