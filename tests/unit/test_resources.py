import ast
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gradviz import resources
from gradviz.model.claims import Claim
from gradviz.resources import Lesson, ResourceError

LESSONS = resources.lessons()


def test_the_lessons_come_in_the_order_of_their_files() -> None:
    files = [name.rpartition("/")[2].removesuffix(".py") for name in resources.names("lessons", ".py")]
    assert [lesson.name for lesson in LESSONS] == [file.partition("_")[2] for file in files]
    assert LESSONS[0].name == "first"
    assert len(LESSONS) >= 6


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
class TestLesson:
    def test_is_a_program(self, lesson: Lesson) -> None:
        ast.parse(lesson.source)

    def test_speaks_both_languages(self, lesson: Lesson) -> None:
        chapter = () if lesson.chapter is None else (lesson.chapter,)
        for words in (
            *chapter,
            lesson.title,
            lesson.goal,
            lesson.telling.prose,
            *(idea.words for idea in lesson.telling.ideas),
        ):
            assert words.en.isascii()
            assert any("ぁ" <= character <= "ん" for character in words.ja)

    def test_states_what_can_be_checked(self, lesson: Lesson) -> None:
        assert lesson.telling.claims
        assert all(claim != Claim() for claim in lesson.telling.claims)

    def test_ends_with_ideas_that_change_one_place(self, lesson: Lesson) -> None:
        assert len(lesson.telling.ideas) >= 2
        for idea in lesson.telling.ideas:
            assert idea.claims
            assert lesson.source.count(idea.old) == 1
            ast.parse(lesson.source.replace(idea.old, idea.new))


def test_every_lesson_is_in_a_chapter() -> None:
    assert LESSONS[0].chapter is not None
    titles = [lesson.chapter for lesson in LESSONS if lesson.chapter is not None]
    assert 1 < len(set(titles)) == len(titles) < len(LESSONS) / 2


def test_a_lesson_is_found_by_its_name() -> None:
    assert resources.lesson("first") == LESSONS[0]
    with pytest.raises(ResourceError, match="there is no lesson 'last'; the lessons are: first, "):
        resources.lesson("last")


@pytest.mark.parametrize("name", ["/etc/passwd", "../pyproject.toml", "lessons/../../pyproject.toml", "..\\x", "C:x"])
def test_no_name_leads_outside(name: str) -> None:
    with pytest.raises(ResourceError, match="not the name of a resource"):
        resources.read_bytes(name)


@pytest.mark.parametrize("name", ["lessons/none.py", "lessons", ""])
def test_what_is_not_a_file_is_refused(name: str) -> None:
    with pytest.raises(ResourceError, match="there is no resource"):
        resources.read_text(name)


def test_the_desktop_finds_the_app_by_one_name() -> None:
    entry = dict(line.split("=", 1) for line in resources.read_text("gradviz.desktop").splitlines() if "=" in line)
    assert entry["Exec"].split()[0] == "gradviz"
    metainfo = ElementTree.fromstring(resources.read_text("io.github.gradviz.metainfo.xml"))
    assert [node.text for node in metainfo.iter("launchable")] == ["gradviz.desktop"]
    assert [node.text for node in metainfo.iter("binary")] == [entry["Exec"].split()[0]]


@pytest.mark.parametrize("table", ["", '[title]\nen = "x"\n', '[title]\nen = "x"\nja = "x"\nfr = "x"\n'])
def test_a_lesson_without_its_words_is_refused(table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "01_bare.py").touch()
    (tmp_path / "lessons" / "01_bare.toml").write_text(table)
    monkeypatch.setattr(resources, "ROOT", tmp_path)
    with pytest.raises(ResourceError, match=r"01_bare\.py and its \.toml do not make a lesson"):
        resources.lessons()


def test_what_a_lesson_tells_is_read_when_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "01_bare.py").touch()
    words = "".join(f'[{name}]\nen = "x"\nja = "x"\n' for name in ("title", "goal"))
    (tmp_path / "lessons" / "01_bare.toml").write_text(f'{words}[[prose]]\nen = "x"\n')
    monkeypatch.setattr(resources, "ROOT", tmp_path)
    (bare,) = resources.lessons()
    with pytest.raises(ResourceError, match=r"bare and its \.toml do not make a lesson"):
        _ = bare.telling
