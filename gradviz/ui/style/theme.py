"""How the window looks: two palettes of our own over Fusion, the fonts, and icons painted in the text's colour.

Styles of the desktop are not asked: a bare machine has none, and text must be readable on every one.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from gradviz.state.values.look import Theme

MONOSPACE = ("DejaVu Sans Mono", "Noto Sans Mono CJK JP", "Menlo", "Consolas", "IPAGothic", "monospace")
POINTS = 10.5  # of programs and what they print, at size 1
_ICON = 18  # pixels of an icon of a tool bar, at size 1
_SIDES = (16, 18, 32, 36)  # pixels of the icons of menus and of tool bars, on screens of usual and of double density
_FAINT = 0.33  # opacity of the icon of what is disabled


class Colours(NamedTuple):
    """Every colour of the window outside the drawing, as #rrggbb."""

    window: str
    base: str
    text: str
    muted: str
    border: str
    button: str
    accent: str
    on_accent: str
    error: str
    on_error: str  # the ground of a message
    warning: str
    current_line: str
    lit_line: str
    step: str  # what marks the step that is shown
    step_line: str
    keyword: str
    builtin: str
    name: str
    string: str
    number: str
    comment: str


LIGHT = Colours(
    window="#F4F5F7",
    base="#FFFFFF",
    text="#1D1F23",
    muted="#575D66",
    border="#D3D7DD",
    button="#FBFBFC",
    accent="#00588A",
    on_accent="#FFFFFF",
    error="#A83200",
    on_error="#FFEDE6",
    warning="#7A5200",
    current_line="#F3F6FA",
    lit_line="#D9ECFA",
    step="#8F6200",
    step_line="#FFF1BF",
    keyword="#7A3E8E",
    builtin="#00588A",
    name="#00588A",
    string="#2E6B12",
    number="#8A4A00",
    comment="#666C75",
)
DARK = Colours(
    window="#1E2024",
    base="#17181B",
    text="#E4E7EB",
    muted="#A6ACB6",
    border="#383C43",
    button="#2A2D32",
    accent="#7CC8F5",
    on_accent="#0C1A24",
    error="#FF9A73",
    on_error="#3A1D12",
    warning="#F2B134",
    current_line="#1E2227",
    lit_line="#143A54",
    step="#FFD24A",
    step_line="#3B3211",
    keyword="#D5A3E3",
    builtin="#7CC8F5",
    name="#7CC8F5",
    string="#9AD97F",
    number="#F2B96B",
    comment="#9097A1",
)


def colours(theme: Theme) -> Colours:
    """Return the colours of a theme."""
    return DARK if theme == "dark" else LIGHT


def system_theme() -> Theme:
    """Return the theme of the desktop; light where it has none."""
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return "dark" if dark else "light"


def colour(value: str) -> QColor:
    """Return a colour of ours as one of Qt's."""
    return QColor.fromString(value)


def palette(theme: Theme) -> QPalette:
    """Return the palette of a theme, complete for all groups."""
    own = colours(theme)
    roles = {
        QPalette.ColorRole.Window: own.window,
        QPalette.ColorRole.WindowText: own.text,
        QPalette.ColorRole.Base: own.base,
        QPalette.ColorRole.AlternateBase: own.current_line,
        QPalette.ColorRole.ToolTipBase: own.button,
        QPalette.ColorRole.ToolTipText: own.text,
        QPalette.ColorRole.PlaceholderText: own.muted,
        QPalette.ColorRole.Text: own.text,
        QPalette.ColorRole.Button: own.button,
        QPalette.ColorRole.ButtonText: own.text,
        QPalette.ColorRole.BrightText: own.error,
        QPalette.ColorRole.Light: own.base,
        QPalette.ColorRole.Midlight: own.button,
        QPalette.ColorRole.Mid: own.border,
        QPalette.ColorRole.Dark: own.border,
        QPalette.ColorRole.Shadow: own.border,
        QPalette.ColorRole.Highlight: own.accent,
        QPalette.ColorRole.HighlightedText: own.on_accent,
        QPalette.ColorRole.Accent: own.accent,
        QPalette.ColorRole.Link: own.accent,
    }
    made = QPalette()
    for role, value in roles.items():
        made.setColor(role, colour(value))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        faded = colour(own.muted)
        faded.setAlphaF(0.6)
        made.setColor(QPalette.ColorGroup.Disabled, role, faded)
    return made


def stylesheet(own: Colours) -> str:
    """Return the little that a palette cannot say: room inside lists and bars, quiet lines between panels."""
    return f"""
        QToolBar {{ border: none; border-bottom: 1px solid {own.border}; spacing: 3px; padding: 4px 6px; }}
        QToolBar QToolButton {{ border: 1px solid transparent; border-radius: 5px; padding: 2px 4px; }}
        QToolBar QToolButton:hover {{ background: {own.current_line}; border-color: {own.border}; }}
        QToolBar QToolButton:focus {{ border-color: {own.accent}; }}
        QToolBar QToolButton:checked {{ background: {own.lit_line}; border-color: {own.accent}; }}
        QToolBar QToolButton:pressed {{ background: {own.lit_line}; }}
        QToolBar QToolBarExtension {{ min-width: 16px; padding: 0; border: none; background: {own.lit_line}; }}
        QMenu {{ border: 1px solid {own.border}; background: {own.base}; padding: 3px; }}
        QMenu::item {{ padding: 4px 22px; }}
        QMenu::item:selected {{ background: {own.lit_line}; color: {own.text}; }}
        QMenu::item:disabled {{ color: {own.muted}; }}
        QMenu::separator {{ height: 1px; background: {own.border}; margin: 3px 6px; }}
        QDockWidget {{ font-weight: 600; }}
        QDockWidget::title {{ padding: 6px 8px; background: {own.window}; }}
        QListWidget::item {{ padding: 3px 8px; }}
        QListWidget::item:disabled {{ color: {own.muted}; }}
        Listing::item {{ padding: 3px 0; }}
        QTableView::item {{ padding: 0 4px; }}
        QListWidget::item:selected, QTableView::item:selected {{ background: {own.lit_line}; color: {own.text}; }}
        QHeaderView {{ background: {own.window}; }}
        QHeaderView::section {{
            background: {own.window}; color: {own.muted}; padding: 4px 6px;
            border: none; border-bottom: 1px solid {own.border};
        }}
        QLineEdit {{ border: 1px solid {own.border}; border-radius: 5px; padding: 2px 6px; background: {own.base}; }}
        QLineEdit:focus {{ border-color: {own.accent}; }}
        QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
        QStatusBar {{ border-top: 1px solid {own.border}; }}
        QStatusBar::item {{ border: none; }}
        QMainWindow::separator {{ background: {own.window}; width: 5px; height: 5px; }}
        QMainWindow::separator:hover {{ background: {own.accent}; }}
    """


def icon_size(size: float) -> QSize:
    """Return how large an icon of a tool bar is beside text of a size, 1.0 being the system's."""
    return QSize(round(_ICON * size), round(_ICON * size))


def enlarge(size: float) -> bool:
    """Make the application's own font this large, 1.0 being the system's; return whether it had another size."""
    font = QApplication.font()
    points = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).pointSizeF() * size
    if font.pointSizeF() == points:
        return False
    font.setPointSizeF(points)
    QApplication.setFont(font)
    return True


def monospace(size: float) -> QFont:
    """Return the font of programs, with fallbacks that have Japanese."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setFamilies(list(MONOSPACE))
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPointSizeF(size)
    return font


def icon(svg: str, theme: Theme, on: str = "") -> QIcon:
    """Return an icon painted in the text's colour (the SVG says currentColor), faint where it is disabled.

    Args:
        svg: the icon.
        theme: whose text it goes with.
        on: the icon while what it stands for is on; empty: the same.
    """
    made = QIcon()
    for state, source in ((QIcon.State.Off, svg), (QIcon.State.On, on)):
        if not source:
            continue  # Qt takes the other
        renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colours(theme).text).encode()))
        for side in _SIDES:
            painted = _painted(side, renderer.render)
            made.addPixmap(painted, QIcon.Mode.Normal, state)
            made.addPixmap(_painted(side, partial(_draw_faint, painted)), QIcon.Mode.Disabled, state)
    return made


def _draw_faint(pixmap: QPixmap, painter: QPainter) -> None:
    painter.setOpacity(_FAINT)
    painter.drawPixmap(0, 0, pixmap)


def _painted(side: int, paint: Callable[[QPainter], None]) -> QPixmap:
    """Return a pixmap of so many pixels each way on which this has painted."""
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    try:
        paint(painter)
    finally:
        painter.end()
    return pixmap
