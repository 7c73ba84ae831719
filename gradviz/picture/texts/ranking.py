"""What costs most of a run, in words: the list beside a drawing with heat."""

from collections.abc import Mapping
from typing import TypeVar

from gradviz.drawing.content.content import Content
from gradviz.drawing.words import Words
from gradviz.model.costs.heat import Amount, Heat, amount_text
from gradviz.picture.picture import Hot

Key = TypeVar("Key", int, str)
RANKED = 30  # nodes, and lines, the most that are listed


def ranking(heat: Heat, contents: Mapping[str, Content], words: Words) -> tuple[Hot, ...]:
    """Return the hottest nodes, then the hottest lines, each with its share of all."""
    total = sum(one.size for one in heat.nodes.values()) or 1.0

    def told(name: str, amount: Amount) -> str:
        return words.ranked.format(name, amount_text(heat.of, amount), f"{100 * amount.size / total:.0f}")

    nodes = [Hot(told(contents[node].title, one), mark=node) for node, one in _hottest(heat.nodes)]
    lines = [Hot(told(words.line.format(line), one), line=line) for line, one in _hottest(heat.lines)]
    return (*nodes, *lines)


def _hottest(amounts: Mapping[Key, Amount]) -> list[tuple[Key, Amount]]:
    return sorted(amounts.items(), key=lambda item: -item[1].size)[:RANKED]
