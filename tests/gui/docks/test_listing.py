"""A list of sentences, each of which is read whole however narrow the list is."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gradviz.ui.docks.listing import Listing
from gradviz.ui.style.theme import colours, stylesheet

SENTENCE = "a view of a leaf Variable that requires grad is being used in an in-place operation"
CHANGED = "{name} が別のプログラムで変更されました。ここにあるのは編集中のテキストです。"
JAPANESE = f"{CHANGED}保存すると、置き換える前に確認します。\n\n修正: {CHANGED[:40]}"


@pytest.mark.parametrize(("more", "lines"), [(-40, 2), (2, 2), (15, 1), (60, 1)])
def test_a_row_is_no_wider_than_its_list(qtbot: QtBot, more: int, lines: int) -> None:
    around = QWidget()
    around.setStyleSheet(stylesheet(colours("light")))
    qtbot.addWidget(around)
    listing = Listing("sentences", around)
    QVBoxLayout(around).addWidget(listing)
    listing.addItem(SENTENCE)
    around.show()
    wide = listing.fontMetrics().horizontalAdvance(SENTENCE) + more
    listing.setFixedWidth(wide + listing.width() - listing.viewport().width())
    qtbot.waitUntil(lambda: listing.viewport().width() == wide)
    row = listing.visualItemRect(listing.item(0))
    assert row.width() <= wide
    assert row.height() // listing.fontMetrics().height() == lines


@pytest.mark.parametrize("wide", range(240, 460, 20))
def test_a_row_in_two_fonts_is_painted_to_its_end(qtbot: QtBot, wide: int) -> None:
    listing = Listing("sentences")
    qtbot.addWidget(listing)
    listing.addItem(JAPANESE)
    listing.resize(wide, 400)
    listing.show()
    cut = listing.grab().toImage()
    listing.setTextElideMode(Qt.TextElideMode.ElideNone)
    assert listing.grab().toImage() == cut
