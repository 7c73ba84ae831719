"""What the window remembers from one day to the next, read from settings that may hold anything."""

import re

import msgspec
from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QMainWindow

from gradviz.model.cost import MODES
from gradviz.model.graph.graph import View
from gradviz.model.seeds import seed_of
from gradviz.model.trace import GradMode
from gradviz.picture.picture import Language, Options
from gradviz.state.appstate import AppState
from gradviz.state.commands.keys import Keys, chosen
from gradviz.state.commands.palette import USED
from gradviz.state.values.look import Theme
from gradviz.ui.bars.actions import SIDES, USUAL
from gradviz.ui.bars.keyrules import is_key
from gradviz.ui.bars.timeline import SPEEDS
from gradviz.ui.room import Room, Wish
from gradviz.ui.wording.language import system_language

_LAYOUT_VERSION = 6  # of the docks; an older layout is not restored
_CHOICES = ("mode", "view", "direction", "legend", "ghosts", "badges", "live", "theme", "wheel", "speed", "beside")
_LANGUAGES: dict[str, Language] = {"en": "en", "ja": "ja"}
_MODES: dict[str, GradMode] = {"grad": "grad", "no_grad": "no_grad", "inference": "inference"}
_BESIDE = {" ".join(modes): modes for modes in SIDES}
_SPEEDS = {f"{speed:g}": speed for speed in SPEEDS.values()}
_VIEWS: dict[str, View] = {"both": "both", "forward": "forward", "backward": "backward"}


def load(settings: QSettings, system_theme: Theme, language: Language) -> AppState:
    """Return the state a window starts in."""
    saved = {key: str(settings.value(key, "")) for key in _CHOICES}
    options = Options(
        view=_VIEWS.get(saved["view"], "both"),
        direction="LR" if saved["direction"] == "LR" else "TB",
        language=language,
        legend=saved["legend"] == "true",
        ghosts=saved["ghosts"] != "false",
        badges=saved["badges"] != "false",
        beside=_BESIDE.get(saved["beside"], MODES),
    )
    theme: Theme = system_theme
    if saved["theme"] in ("light", "dark"):
        theme = "dark" if saved["theme"] == "dark" else "light"
    return AppState(
        mode=_MODES.get(saved["mode"], "grad"),
        live=saved["live"] != "false",
        options=options,
        theme=theme,
        wheel="scroll" if saved["wheel"] == "scroll" else "zoom",
        seed=seed_of(str(settings.value("seed", ""))),
        python=str(settings.value("python", "")),
        speed=_SPEEDS.get(saved["speed"], 1.0),
        keys=_keys(settings),
        used=tuple(str(settings.value("used", "")).split()[:USED]),
        quizzed=frozenset(str(settings.value("quizzed", "")).split()),
        predicted=frozenset(str(settings.value("predicted", "")).split()),
    )


def _keys(settings: QSettings) -> Keys:
    """The keys of commands, those that the person has chosen where they are keys."""
    try:
        own = msgspec.json.decode(str(settings.value("keys", "")), type=dict[str, tuple[str, ...]])
    except (msgspec.MsgspecError, UnicodeEncodeError):
        own = {}
    return chosen(USUAL, {command: tuple(key for key in keys if is_key(command, key)) for command, keys in own.items()})


def language(settings: QSettings) -> Language:
    """Return the language of the interface: the person's choice, or else the desktop's."""
    return _LANGUAGES.get(str(settings.value("language", "")), system_language())


def choices(state: AppState) -> tuple[object, ...]:
    """Return what of a window is remembered, to be told from what was."""
    own = (state.mode, state.seed, state.options, state.live, state.theme, state.wheel, state.speed)
    return (*own, state.keys, state.used, state.python, state.quizzed, state.predicted, state.breakpoints)


def store(settings: QSettings, before: AppState, now: AppState) -> None:
    """Remember what was chosen just now; what was not stays as another window may have left it."""
    known = _texts(before)
    for key, text in _texts(now).items():
        if text != known[key]:
            settings.setValue(key, text)


def _texts(state: AppState) -> dict[str, str]:
    """The choices of a window, as they are kept."""
    return {
        "mode": state.mode,
        "seed": "" if state.seed is None else str(state.seed),
        "view": state.options.view,
        "direction": state.options.direction,
        "legend": "true" if state.options.legend else "false",
        "ghosts": "true" if state.options.ghosts else "false",
        "badges": "true" if state.options.badges else "false",
        "beside": " ".join(state.options.beside),
        "live": "true" if state.live else "false",
        "theme": state.theme,
        "language": state.options.language,
        "wheel": state.wheel,
        "speed": f"{state.speed:g}",
        "keys": msgspec.json.encode(dict(state.keys.own)).decode(),
        "used": " ".join(state.used),
        "python": state.python,
        "quizzed": " ".join(sorted(state.quizzed)),
        "predicted": " ".join(sorted(state.predicted)),
        "breakpoints": " ".join(map(str, sorted(state.breakpoints))),
    }


def first_start(settings: QSettings) -> bool:
    """Return whether the window has never been there, and note that it is now."""
    first = not settings.allKeys()
    settings.setValue("started", "true")
    return first


def take_breakpoints(settings: QSettings) -> list[int]:
    """Return the lines at which the program that was open had breakpoints, and forget them: another may be open now."""
    lines = str(settings.value("breakpoints", "")).split()
    settings.remove("breakpoints")
    return [int(line) for line in lines if re.fullmatch("[1-9][0-9]{0,8}", line)]


def load_layout(settings: QSettings, window: QMainWindow, room: Room) -> None:
    """Put the window and its docks where they were."""
    try:
        room.want(msgspec.json.decode(str(settings.value("widths", "")), type=Wish))
    except (msgspec.MsgspecError, UnicodeEncodeError):
        room.want(Wish())
    geometry, docks = settings.value("geometry"), settings.value("docks")
    if isinstance(geometry, QByteArray):
        window.restoreGeometry(geometry)
    if isinstance(docks, QByteArray):
        window.restoreState(docks, _LAYOUT_VERSION)


def store_layout(settings: QSettings, window: QMainWindow, room: Room) -> None:
    """Remember where the window and its docks are."""
    settings.setValue("widths", msgspec.json.encode(room.wish).decode())
    settings.setValue("geometry", window.saveGeometry())
    settings.setValue("docks", window.saveState(_LAYOUT_VERSION))


def store_text_size(settings: QSettings, size: float) -> None:
    """Remember the size of all text."""
    settings.setValue("size", size)


def text_size(settings: QSettings) -> float:
    """Return the size of all text, 1.0 being the system's."""
    try:
        return min(3.0, max(0.6, float(str(settings.value("size", 1.0)))))
    except ValueError:
        return 1.0
