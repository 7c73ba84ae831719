"""What the operating system must bring for a picture and for a window, and what of it is missing.

One table serves `gradviz doctor`, the start of the window and scripts/setup. The script runs this very file before any
environment exists, so it needs the standard library alone and imports nothing of gradviz.
"""

import ctypes
import os
import shutil
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

JAPANESE_FONT = "fonts-ipaexfont-gothic"


class Library(NamedTuple):
    """A shared library by the name the loader knows, and the Debian package that brings it."""

    soname: str
    package: str


OFFSCREEN = (
    Library("libglib-2.0.so.0", "libglib2.0-0"),
    Library("libGL.so.1", "libgl1"),
    Library("libEGL.so.1", "libegl1"),
    Library("libxkbcommon.so.0", "libxkbcommon0"),
    Library("libfontconfig.so.1", "libfontconfig1"),
    Library("libdbus-1.so.3", "libdbus-1-3"),
)
WINDOW = (
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    Library("libxcb-cursor.so.0", "libxcb-cursor0"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    Library("libxcb-shape.so.0", "libxcb-shape0"),
    Library("libxcb-xkb.so.1", "libxcb-xkb1"),
)
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")  # any of them draws what all do
TEST_PROGRAMS = {  # by the Debian package that brings them: the names one of which has to be on PATH
    "xvfb": ("Xvfb",),
    "xauth": ("xauth",),
    "chromium-headless-shell": BROWSERS,
    "poppler-utils": ("pdftotext",),
}


def missing_libraries(libraries: Iterable[Library]) -> tuple[Library, ...]:
    """Return those of `libraries` that the loader cannot load; nothing is asked of systems other than Linux."""
    if sys.platform != "linux":
        return ()
    return tuple(library for library in libraries if _load_failure(library.soname))


def missing_programs() -> tuple[str, ...]:
    """Return the Debian packages of the programs that only the tests need and that are not on PATH."""
    if sys.platform != "linux":
        return ()
    return tuple(package for package, names in TEST_PROGRAMS.items() if not any(map(shutil.which, names)))


def has_japanese_font() -> bool | None:
    """Say whether some font covers Japanese, as fontconfig (which Qt asks too) sees it. None: cannot be known."""
    if sys.platform != "linux":
        return None
    try:
        fontconfig = ctypes.CDLL("libfontconfig.so.1")
    except OSError:
        return None
    fontconfig.FcNameParse.restype = ctypes.c_void_p
    fontconfig.FcObjectSetCreate.restype = ctypes.c_void_p
    fontconfig.FcFontList.restype = ctypes.POINTER(ctypes.c_int)  # the first field of the set is its count
    fontconfig.FcFontList.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    fonts = fontconfig.FcFontList(None, fontconfig.FcNameParse(b":lang=ja"), fontconfig.FcObjectSetCreate())
    return bool(fonts) and fonts[0] > 0


def window_obstacle() -> str:
    """Return in one sentence why no window can open here, or "" when nothing stands against it.

    Qt itself aborts the process in these cases, and its message names the wrong library.
    """
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal", "vnc")):
        return ""
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        return "There is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set)."
    missing = missing_libraries(OFFSCREEN + WINDOW)
    if missing:
        names = ", ".join(library.soname for library in missing)
        return f"Qt cannot open a window because {names} cannot be loaded; on Debian: {apt_line(missing)}"
    if not os.environ.get("WAYLAND_DISPLAY"):
        return _x11_plugin_failure() or _x11_failure()
    return ""


def apt_line(missing: Iterable[Library | str]) -> str:
    """Return the command that installs the Debian packages of `missing`."""
    packages = sorted({item.package if isinstance(item, Library) else item for item in missing})
    return "sudo apt-get install " + " ".join(packages)


def _load_failure(name: str) -> str:
    try:
        ctypes.CDLL(name)
    except OSError as error:
        return str(error)
    return ""


def _x11_plugin_failure() -> str:
    """Load Qt's own X11 plugin: the loader names whatever the table above does not know."""
    package = find_spec("PySide6")
    if package is None or not package.submodule_search_locations:
        return "PySide6 is not installed for this Python; scripts/run installs it."
    plugin = Path(package.submodule_search_locations[0], "Qt", "plugins", "platforms", "libqxcb.so")
    failure = _load_failure(str(plugin)) if plugin.exists() else ""
    return f"Qt cannot open a window: {failure}." if failure else ""


def _x11_failure() -> str:
    """Connect once, as Qt will: a DISPLAY left over from a closed session looks like one that works."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        return f"Qt cannot open a window: {error}."
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return f"The display {os.environ['DISPLAY']} does not answer." if failed else ""


def packages(*, tests: bool) -> tuple[str, ...]:
    """Return the Debian packages to install for the window (and for the tests), without what is there already."""
    wanted = [library.package for library in missing_libraries(OFFSCREEN + WINDOW)]
    if sys.platform == "linux" and not has_japanese_font():
        wanted.append(JAPANESE_FONT)
    if tests:
        wanted += missing_programs()
    return tuple(wanted)


if __name__ == "__main__":
    sys.stdout.write("".join(f"{package}\n" for package in packages(tests="tests" in sys.argv[1:])))
