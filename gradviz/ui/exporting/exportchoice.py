"""What a person wants of a graph as a file: the format, how much of it, how it looks. Remembered between sessions."""

from typing import Literal, NamedTuple, get_args

from PySide6.QtCore import QSettings

from gradviz.drawing.excerpt import explained, only, seen
from gradviz.drawing.shapes import Drawing
from gradviz.drawing.theme import ThemeName
from gradviz.drawing.words import Words
from gradviz.export.look import Look
from gradviz.export.painted import Form
from gradviz.export.sheets import Paper
from gradviz.layout.geometry import Rect
from gradviz.picture.picture import DataFormat
from gradviz.state.values.chosen import Selection

Format = Form | DataFormat
What = Literal["whole", "seen", "selection", "steps"]
FORMATS: tuple[Format, ...] = ("svg", "png", "pdf", "gif", "apng", "dot", "json")
WHATS: tuple[What, ...] = get_args(What)
PAPERS: tuple[Paper, ...] = get_args(Paper)
SCALES = (0.25, 8.0)
_KEY = "export"


class Choice(NamedTuple):
    """What kind of file a person wants. What a format knows nothing of is left aside."""

    format: Format = "svg"
    theme: ThemeName = "light"
    transparent: bool = False
    scale: float = 2.0
    what: What = "whole"
    legend: bool = False
    outlines: bool = False
    paper: Paper = "fit"

    @property
    def look(self) -> Look:
        """How its pictures look. An SVG scales by itself, and so does a page that fits."""
        fixed = self.format == "svg" or (self.format == "pdf" and self.paper == "fit")
        return Look(self.theme, self.transparent, 1.0 if fixed else self.scale, self.outlines, self.paper)

    @property
    def form(self) -> Form | None:
        """Its format as one that pictures have; None: it is data."""
        return None if self.format == "dot" or self.format == "json" else self.format

    @property
    def animated(self) -> bool:
        """Whether the format shows steps and nothing else."""
        return self.format in ("gif", "apng")

    @property
    def stepped(self) -> bool:
        """Whether every step is wanted."""
        return self.form is not None and (self.animated or self.what == "steps")


class Part(NamedTuple):
    """What there is to choose of: what is seen on the canvas, and what is selected there."""

    place: Rect | None = None  # in units of the drawing
    selection: Selection = Selection()
    words: Words | None = None  # of the legend

    @property
    def chosen(self) -> frozenset[str]:
        """The marks that are lit."""
        return self.selection.marks | (self.selection.lit or frozenset())


ALL = Part()


def cut(drawing: Drawing, choice: Choice, part: Part) -> Drawing:
    """Return as much of a drawing as is wanted, with its legend or without."""
    part_of = explained(drawing, None)
    if choice.what == "seen" and part.place is not None:
        part_of = seen(part_of, part.place)
    elif choice.what == "selection" and part.chosen:
        part_of = only(part_of, part.chosen)
    return explained(part_of, part.words) if choice.legend else part_of


def load(settings: QSettings) -> Choice:
    """Return what was wanted last. Settings may hold anything."""
    values = [str(settings.value(f"{_KEY}/{name}", "")) for name in Choice._fields]
    saved = dict(zip(Choice._fields, values, strict=True))
    usual = Choice()
    return Choice(
        format=next((one for one in FORMATS if one == saved["format"]), usual.format),
        theme="dark" if saved["theme"] == "dark" else "light",
        transparent=saved["transparent"] == "True",
        scale=_number(saved["scale"], usual.scale),
        what=next((one for one in WHATS if one == saved["what"]), usual.what),
        legend=saved["legend"] == "True",
        outlines=saved["outlines"] == "True",
        paper=next((one for one in PAPERS if one == saved["paper"]), usual.paper),
    )


def store(settings: QSettings, choice: Choice) -> None:
    """Remember what was wanted."""
    for name, value in choice._asdict().items():
        settings.setValue(f"{_KEY}/{name}", str(value))


def _number(text: str, usual: float) -> float:
    try:
        return min(SCALES[1], max(SCALES[0], float(text)))
    except ValueError:
        return usual
