"""The Japanese of the window, of runs and of lessons: one word for one thing, one way to write it."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LETTER = "[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]"  # of Japanese
# What is not said, and the word for it that is.
AGREED = {
    r"grad ?モード|grad mode": "勾配モード",
    r"エッジ": "辺",
    r"(?<!小)箱": "ボックス",
    r"メモリー": "メモリ",
    r"インプレース": "その場で",
    r"(?<!された)保存テンソル": "保存されたテンソル",
    r"逆伝搬|バックワード": "逆伝播",
    r"順伝搬|フォワード": "順伝播",
    r"リーフ": "葉テンソル",
    r"パラメーター": "パラメータ",
    r"オプティマイザー": "オプティマイザ",
    r"グラディエント": "勾配",
    r"下さい|出来る|出来ま|全て": "ください, できる, すべて",
    r"[？！（）：]": "half-width signs",
    rf"{LETTER}\((?!&)": "a space before a bracket",
}


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def said() -> Iterator[tuple[str, str]]:
    """Every Japanese text, and where it is."""
    for path in sorted((ROOT / "resources").rglob("*.toml")):
        for text in strings(tomllib.loads(path.read_text("utf-8"))):
            yield path.name, text
    for path in sorted((ROOT / "gradviz").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield path.name, node.value


JAPANESE = [(place, text) for place, text in said() if re.search(LETTER, text)]


def test_there_is_japanese_everywhere_it_is_looked_for() -> None:
    assert {"ja.toml", "01_first.toml", "errors.py", "answerwords.py", "quizwords.py"} <= {
        place for place, _ in JAPANESE
    }


@pytest.mark.parametrize(("other", "word"), AGREED.items())
def test_one_word_is_used_for_one_thing(other: str, word: str) -> None:
    assert [(place, text) for place, text in JAPANESE if re.search(other, text)] == [], word
