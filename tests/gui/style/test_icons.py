"""Icons: in the colour of the text, in every look of an action."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QAbstractButton, QDockWidget, QToolBar, QToolButton
from pytestqt.qtbot import QtBot

from gradviz import resources
from gradviz.state.values.look import Theme
from gradviz.ui.bars import making
from gradviz.ui.bars.bars import REST
from gradviz.ui.style.theme import colours, icon
from gradviz.ui.window import Window

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="%s" fill="currentColor"/></svg>'
LEFT, ALL = SQUARE % "M0 0h1v2h-1z", SQUARE % "M0 0h2v2h-2z"
CLEAR = QColor(0, 0, 0, 0)


def seen(
    made: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off
) -> tuple[QColor, QColor]:
    """Return the colours in the middle of both halves."""
    image = made.pixmap(QSize(20, 20), 1.0, mode, state).toImage()
    return image.pixelColor(5, 10), image.pixelColor(15, 10)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_icon_has_the_colour_of_the_text(qtbot: QtBot, theme: Theme) -> None:
    made, text = icon(LEFT, theme), QColor(colours(theme).text)
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Active):
        for state in (QIcon.State.Off, QIcon.State.On):
            assert seen(made, mode, state) == (text, CLEAR)


@pytest.mark.parametrize("state", [QIcon.State.Off, QIcon.State.On])
@pytest.mark.parametrize("on", ["", LEFT])
def test_an_icon_of_what_is_disabled_is_faint(qtbot: QtBot, on: str, state: QIcon.State) -> None:
    at, beside = seen(icon(LEFT, "light", on), QIcon.Mode.Disabled, state)
    assert 0 < at.alphaF() < 0.5
    assert beside == CLEAR


def test_what_is_on_has_an_icon_of_its_own(qtbot: QtBot) -> None:
    made, text = icon(LEFT, "light", ALL), QColor(colours("light").text)
    assert seen(made) == (text, CLEAR)
    assert seen(made, state=QIcon.State.On) == (text, text)


def test_what_plays_is_told_by_its_icon(window: Window) -> None:
    looks = [
        window.action("play").icon().pixmap(QSize(16, 16), 1.0, QIcon.Mode.Normal, state).toImage()
        for state in (QIcon.State.Off, QIcon.State.On)
    ]
    assert looks[0] != looks[1]


def test_icons_are_painted_once_for_each_theme(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    def keys() -> list[int]:
        return [window.action(name).icon().cacheKey() for name in ("run", "stop", "play", "fit")]

    light = keys()
    window.action("dark").trigger()
    assert keys() != light
    monkeypatch.setattr(making, "icon", lambda *_: pytest.fail("an icon was painted again"))
    window.action("dark").trigger()
    assert keys() == light


@pytest.mark.parametrize("side", [16, 18])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_an_icon_is_painted_for_the_pixels_of_the_screen(qtbot: QtBot, side: int, ratio: float) -> None:
    pixmap = icon(resources.read_text("icons/run.svg"), "light").pixmap(QSize(side, side), ratio)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (round(side * ratio), ratio)


def test_what_has_no_room_is_behind_a_button_that_is_seen_whole(qtbot: QtBot, window: Window) -> None:
    (bar,) = window.findChildren(QToolBar, "main_bar")
    (more,) = bar.findChildren(QToolButton, REST)
    for _ in range(9):
        window.action("larger").trigger()
    window.resize(1024, 700)
    qtbot.waitUntil(more.isVisible)
    assert bar.rect().contains(more.geometry())
    for _ in range(2):
        assert inks(more) == {QColor(colours(window.state.theme).text).rgb()}
        window.action("dark").trigger()


def inks(button: QAbstractButton) -> set[int]:
    """The colours of the icon of a button, where it hides what is under it."""
    image = button.icon().pixmap(QSize(32, 32), 1.0).toImage()
    pixels = (image.pixelColor(x, y) for x in range(32) for y in range(32))
    return {pixel.rgb() for pixel in pixels if pixel.alpha() > 250}


@pytest.mark.parametrize("name", ["qt_dockwidget_closebutton", "qt_dockwidget_floatbutton"])
def test_the_buttons_of_a_panel_have_the_colour_of_the_text(qtbot: QtBot, window: Window, name: str) -> None:
    (dock,) = window.findChildren(QDockWidget, "tensors")
    (button,) = dock.findChildren(QAbstractButton, name)
    for _ in range(2):
        for floating in (False, True, False):
            dock.setFloating(floating)
            window.action("larger").trigger()
            assert inks(button) == {QColor(colours(window.state.theme).text).rgb()}
        window.action("dark").trigger()
