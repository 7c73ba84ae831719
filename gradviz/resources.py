"""The one door to resources/: lessons, icons, themes, translations.

An installed wheel carries them as gradviz/_resources; a checkout has them beside the package. Nobody else builds a
path to them. A lesson is an ordinary program NN_name.py, which a person can also run with python alone, and beside it
NN_name.toml with its prose and the claims that its prose makes.
"""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from gradviz.model.claims import Claim
from gradviz.model.quiz.wanted import Wanted

_PACKAGE = Path(__file__).parent
ROOT = next(
    (folder for folder in (_PACKAGE / "_resources", _PACKAGE.parent / "resources") if folder.is_dir()),
    _PACKAGE / "_resources",
)
_TOLD = "[[prose]]"  # with which the telling of a lesson begins


class ResourceError(LookupError):
    """There is no such resource, or it is not what it should be."""


class Words(NamedTuple):
    """One text in each language of the interface."""

    en: str
    ja: str


class Idea(NamedTuple):
    """Something to change in a lesson's program: `old` becomes `new`, and then `claims` hold."""

    words: Words
    old: str
    new: str
    claims: tuple[Claim, ...]


class Ask(NamedTuple):
    """A question that a lesson puts before it tells more."""

    part: int  # of the prose, before which it is put, counted from 0
    wanted: Wanted


class Telling(NamedTuple):
    """What is told of a lesson's program; every claim of it is checked against the run."""

    prose: Words
    claims: tuple[Claim, ...]
    ideas: tuple[Idea, ...]
    ask: Ask | None = None


class MetError(NamedTuple):
    """An error that people meet, and a program that raises it."""

    id: str  # of its explanation
    kind: str
    message: str  # how what is said begins
    program: str


class Lesson(NamedTuple):
    """A program with prose."""

    name: str  # as in lesson:NAME
    title: Words
    goal: Words
    source: str
    told: str  # its telling, as TOML: the window offers every lesson when it starts, and tells one of them
    chapter: Words | None = None  # that begins with this lesson

    @property
    def telling(self) -> Telling:
        """What is told of it.

        Raises:
            ResourceError: the TOML does not tell a lesson.
        """
        return _telling(self)


def read_bytes(name: str) -> bytes:
    """Return the resource `name`, a path with forward slashes below resources/.

    Raises:
        ResourceError: the name is absolute, leads outside, or names no file.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise ResourceError(f"not the name of a resource: {name!r}")
    file = ROOT.joinpath(*path.parts)
    if not file.is_file():
        raise ResourceError(f"there is no resource {name!r}")
    return file.read_bytes()


def read_text(name: str) -> str:
    """Return the resource `name` as text; raises like `read_bytes`."""
    return read_bytes(name).decode()


def names(folder: str, ending: str) -> tuple[str, ...]:
    """Return the names of the resources directly in `folder` that end in `ending`, sorted."""
    found = ROOT.joinpath(folder).glob(f"*{ending}")
    return tuple(sorted(f"{folder}/{file.name}" for file in found))


def lessons() -> tuple[Lesson, ...]:
    """Return every lesson, in the order a learner takes them."""
    return tuple(_lesson(program) for program in names("lessons", ".py"))


def lesson(name: str) -> Lesson:
    """Return the lesson `name`.

    Raises:
        ResourceError: there is none; the message lists those there are.
    """
    everything = lessons()
    for candidate in everything:
        if candidate.name == name:
            return candidate
    known = ", ".join(candidate.name for candidate in everything)
    raise ResourceError(f"there is no lesson {name!r}; the lessons are: {known}")


def _lesson(program: str) -> Lesson:
    head, mark, told = read_text(program.removesuffix(".py") + ".toml").partition(_TOLD)
    with _making_a_lesson_of(program):
        table = tomllib.loads(head)
        return Lesson(
            name=PurePosixPath(program).stem.partition("_")[2],
            title=Words(**table["title"]),
            goal=Words(**table["goal"]),
            source=read_text(program),
            told=mark + told,
            chapter=Words(**table["chapter"]) if "chapter" in table else None,
        )


@cache
def _telling(lesson: Lesson) -> Telling:
    with _making_a_lesson_of(lesson.name):
        table = tomllib.loads(lesson.told)
        return Telling(
            prose=Words(*("\n\n".join(part[language] for part in table["prose"]) for language in Words._fields)),
            claims=tuple(Claim(**claim) for part in table["prose"] for claim in part.get("claims", ())),
            ideas=tuple(
                Idea(Words(idea["en"], idea["ja"]), idea["old"], idea["new"], tuple(Claim(**c) for c in idea["claims"]))
                for idea in table["idea"]
            ),
            ask=next((Ask(at, Wanted(**part["ask"])) for at, part in enumerate(table["prose"]) if "ask" in part), None),
        )


@contextmanager
def _making_a_lesson_of(program: str) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError) as error:
        raise ResourceError(f"{program} and its .toml do not make a lesson: {error}") from error


@cache
def met_errors() -> tuple[MetError, ...]:
    """Return the errors of the guide.

    Raises:
        ResourceError: they are not there.
    """
    return tuple(MetError(**one) for one in tomllib.loads(read_bytes("errors.toml").decode())["error"])
