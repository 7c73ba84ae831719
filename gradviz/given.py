"""The program that a headless command is given: the text of a file, of standard input, of a lesson, or in a session."""

import sys
from pathlib import Path
from typing import NamedTuple

from gradviz import resources
from gradviz.drawing.caption import caption
from gradviz.model.program import MAX_SOURCE
from gradviz.model.trace import GradMode
from gradviz.model.wire import Request
from gradviz.neighbours import Neighbourhood, decoded, whole_path
from gradviz.picture.picture import Language
from gradviz.picture.words import WORDS
from gradviz.resources import Lesson
from gradviz.state.session import ENDING, MAX_FILE, SessionError, parsed

STANDARD = "-"  # standard input as a program, standard output as a file
_STDIN = "<stdin>"  # what Python calls that; it looks for modules in the current directory


class Program(NamedTuple):
    """What is to be run, and how where nothing else is asked for."""

    source: str
    mode: GradMode = "grad"
    seed: int | None = None
    file: str = ""  # the whole path of its file, beside which lies what it imports; "": it is in none
    lesson: Lesson | None = None

    def called(self, language: Language) -> str:
        """What a picture of it is called."""
        name = Path(self.file).name if self.lesson is None else getattr(self.lesson.title, language)
        return caption("" if name == _STDIN else name, self.source, WORDS[language])

    def asked(self) -> Request:
        """A run of it, with the files beside it that it imports."""
        return Request(
            self.source, self.mode, self.seed, file=self.file, neighbours=Neighbourhood().of(self.file, self.source)
        )


class UsageError(Exception):
    """What was asked for cannot be done; the message is for people."""


def given(program: str) -> Program:
    """Return what PROGRAM is: a text, read as Python reads a source file, or what is kept in a session.

    Args:
        program: a path, - for standard input, or lesson:NAME.

    Raises:
        UsageError: it cannot be read, or is no program.
        ResourceError: there is no such lesson.
    """
    if program.startswith("lesson:"):
        lesson = resources.lesson(program.removeprefix("lesson:"))
        return Program(lesson.source, lesson=lesson)
    if not program.endswith(ENDING):
        file = whole_path(_STDIN if program == STANDARD else program)
        return Program(_source(program, _read(program, MAX_SOURCE)), file=file)
    try:
        session = parsed(_read(program, MAX_FILE))
    except SessionError as error:
        raise UsageError(f"{program}: {error}") from error
    return Program(session.program, session.mode, session.seed, whole_path(program))


def _read(program: str, most: int) -> bytes:
    try:
        if program == STANDARD:
            data = sys.stdin.buffer.read(most + 1)
        else:
            with Path(program).open("rb") as file:
                data = file.read(most + 1)
    except OSError as error:
        raise UsageError(f"{program} cannot be read: {error.strerror}") from error
    if len(data) > most:
        raise UsageError(f"{program} is longer than {most:,} bytes, so it is hardly a program")
    return data


def _source(program: str, data: bytes) -> str:
    try:
        return decoded(data)
    except SyntaxError as error:
        raise UsageError(f"{program} is not Python source text: {error}") from error
