"""Arguments in, a window or a headless command out."""

import gc
import sys
from pathlib import Path

from gradviz import system

COMMANDS = ("export", "trace", "measure", "lessons", "doctor")
_FAILED = 2


def main() -> int:
    """Be the `gradviz` command; return its exit status."""
    arguments = sys.argv[1:]
    is_command = bool(arguments) and arguments[0] in COMMANDS
    options = [argument for argument in arguments if argument.startswith("-")]
    # Imported only where it is needed: the window must not wait for what the commands load, and the commands must work
    # where Qt cannot be loaded, since `gradviz doctor` says why.
    if is_command or options:
        from gradviz import cli

        return cli.main(arguments if is_command else options)  # the window has no options, so these go before it
    unknown = _unknown(arguments)
    if unknown:
        return _refuse(unknown)
    obstacle = system.window_obstacle()
    if obstacle:
        return _refuse(f"{obstacle} `gradviz export` and `gradviz trace` need no window.")
    if len(arguments) > 1:
        sys.stderr.write(f"gradviz: one program is shown at a time; this is {arguments[0]}.\n")
    # Nearly all that is loaded and made until the window is painted stays. Looking through it for cycles, over and
    # over, took a twelfth of that time.
    gc.disable()
    from gradviz.ui import app

    return app.main(arguments, look_for_cycles)


def look_for_cycles() -> None:
    """Look for cycles from now on, and only in what is made from now on."""
    gc.freeze()
    gc.enable()


def _unknown(words: list[str]) -> str:
    """Why the first word is neither a command nor a file; nothing where it is a file."""
    if not words or Path(words[0]).exists():
        return ""
    from difflib import get_close_matches

    near = get_close_matches(words[0], COMMANDS, n=1)
    return f"no such command or file: {words[0]}." + (f" Did you mean `gradviz {near[0]}`?" if near else "")


def _refuse(obstacle: str) -> int:
    sys.stderr.write(f"gradviz: {obstacle}\n")
    return _FAILED


if __name__ == "__main__":
    sys.exit(main())
