"""The one door to resources/: lessons, icons, themes, translations.

An installed wheel carries them as gradviz/_resources; a checkout has them beside the package. Nobody else builds a
path to them. A lesson is an ordinary program NN_name.py, which a person can also run with python alone, and beside it
NN_name.toml with its prose and the claims that its prose makes.
"""

import tomllib
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from gradviz.model.claims import Claim

_PACKAGE = Path(__file__).parent
ROOT = next(
    (folder for folder in (_PACKAGE / "_resources", _PACKAGE.parent / "resources") if folder.is_dir()),
    _PACKAGE / "_resources",
)


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


class Lesson(NamedTuple):
    """A program with prose; every claim of the prose is checked against the run."""

    name: str  # as in lesson:NAME
    title: Words
    goal: Words
    prose: Words
    source: str
    claims: tuple[Claim, ...]
    ideas: tuple[Idea, ...]
    chapter: Words | None = None  # that begins with this lesson


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
    table = tomllib.loads(read_text(program.removesuffix(".py") + ".toml"))
    try:
        return Lesson(
            name=PurePosixPath(program).stem.partition("_")[2],
            title=Words(**table["title"]),
            goal=Words(**table["goal"]),
            prose=Words(*("\n\n".join(part[language] for part in table["prose"]) for language in Words._fields)),
            source=read_text(program),
            claims=tuple(Claim(**claim) for part in table["prose"] for claim in part.get("claims", ())),
            ideas=tuple(
                Idea(Words(idea["en"], idea["ja"]), idea["old"], idea["new"], tuple(Claim(**c) for c in idea["claims"]))
                for idea in table["idea"]
            ),
            chapter=Words(**table["chapter"]) if "chapter" in table else None,
        )
    except (KeyError, TypeError) as error:
        raise ResourceError(f"{program} and its .toml do not make a lesson: {error}") from error
