"""The list of what costs most, on its own and in the window."""

from PySide6.QtWidgets import QListWidgetItem
from pytestqt.qtbot import QtBot

from gradviz.picture.picture import Hot
from gradviz.ui.docks.output import OutputTabs
from gradviz.ui.style.theme import LIGHT
from gradviz.ui.window import Window
from tests.gui.driving import drawn

HOTTEST = (Hot("mul: 1 ms", mark="o0"), Hot("line 2: 1 ms", line=2), Hot("all: 1 ms"))


def item(tabs: OutputTabs, at: int) -> QListWidgetItem:
    found = tabs.heat.item(at)
    assert found is not None
    return found


def test_the_list_is_there_where_heat_is(qtbot: QtBot) -> None:
    tabs = OutputTabs(LIGHT)
    qtbot.addWidget(tabs)
    assert not tabs.isTabVisible(3)
    tabs.show_heat(HOTTEST)
    assert tabs.isTabVisible(3)
    assert [item(tabs, at).text() for at in range(3)] == [hot.text for hot in HOTTEST]
    assert tabs.currentIndex() == 0
    tabs.show_heat(())
    assert not tabs.isTabVisible(3)
    tabs.want_heat()  # the person asks for it
    assert tabs.currentIndex() == 0
    tabs.show_heat(HOTTEST)
    assert tabs.currentIndex() == 3
    tabs.setCurrentIndex(0)
    tabs.show_heat(())
    tabs.show_heat(HOTTEST)  # after an edit
    assert tabs.currentIndex() == 0


def test_an_entry_leads_to_its_node_or_its_line(qtbot: QtBot, window: Window) -> None:
    qtbot.waitUntil(lambda: drawn(window))
    tabs = window.panels.output
    tabs.show_heat((HOTTEST[0]._replace(mark="t0"), *HOTTEST[1:]))
    tabs.heat.itemActivated.emit(item(tabs, 0))
    assert window.state.selection.marks == frozenset({"t0"})
    for at in (1, 2):  # the last leads nowhere
        tabs.heat.itemActivated.emit(item(tabs, at))
        assert window.panels.editor.line == 2
