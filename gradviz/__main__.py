"""Arguments in, a window or a headless command out."""

import sys

from gradviz import system

COMMANDS = ("export", "trace", "lessons", "doctor")
_FAILED = 2


def main() -> int:
    """Be the `gradviz` command; return its exit status."""
    arguments = sys.argv[1:]
    # Imported only where it is needed: the window must not wait for what the commands load, and the commands must work
    # where Qt cannot be loaded, since `gradviz doctor` says why.
    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        from gradviz import cli

        return cli.main(arguments)
    obstacle = system.window_obstacle()
    if obstacle:
        sys.stderr.write(f"gradviz: {obstacle} `gradviz export` and `gradviz trace` need no window.\n")
        return _FAILED
    from gradviz.ui import app

    return app.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
