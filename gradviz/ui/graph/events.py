"""What an event of the mouse or of a key says beyond where it was."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputDevice, QKeyEvent, QMouseEvent, QWheelEvent


def smooth(event: QWheelEvent) -> bool:
    """Whether fingers on a touchpad turned it, not a wheel."""
    touchpad = event.device().type() == QInputDevice.DeviceType.TouchPad
    return not event.pixelDelta().isNull() and (touchpad or event.phase() != Qt.ScrollPhase.NoScrollPhase)


def letter_of(event: QKeyEvent) -> str:
    """What a key types, a capital letter with Shift only: Caps Lock asks for nothing else."""
    return event.text().upper() if shifted(event) else event.text().lower()


def shifted(event: QKeyEvent | QMouseEvent) -> bool:
    """Whether Shift was held."""
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
