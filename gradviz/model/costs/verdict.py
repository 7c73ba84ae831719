"""What may be said of the costs of two grad modes, in words: never more than the measurements show."""

from gradviz.model.cost import FEW, NAMES, Costs, laps_of
from gradviz.model.costs.spread import CONFIDENCE, Ratio, ratio, turns
from gradviz.model.quantities import byte_text
from gradviz.model.trace import GradMode

TOLD = 20  # times as long, which tutorials tell of a loop of a thousand additions under grad
GRAPH = 64 * 1024  # bytes of a graph that saves no tensors, from which on a program is such a loop
SMALL = 4096  # bytes beside which "so many times as much" says nothing

_TEXTS = {
    "en": {
        "ratio": "{mine} is {times:.2f}x {other}",
        "forward ratio": "before backward, {mine} is {times:.2f}x {other}",
        "same": "no measurable difference",
        "forward same": "before backward, no measurable difference",
        "between": "{told} ({low:.2f}x to {high:.2f}x with {sure} % confidence, {n} turns)",
        "few": "too few runs to tell ({n} of {few})",
        "times": "{mine} needs {times:.1f}x the memory of {other} ({what}: {high} against {low})",
        "more": "{mine} needs {more} more than {other} ({what})",
        "equal": "{mine} needs as much memory as {other} ({what})",
        "told": "no sign of the {told}x that tutorials tell of such a loop: {low:.2f}x to {high:.2f}x on this machine; "
        "what {mine} costs is memory, {bytes} for the graph against {others}",
        "sum": "peak and graph together",
        "peak": "peak",
        "alone": "only {mine} could be measured",
        "none": "nothing could be measured",
    },
    "ja": {
        "ratio": "{mine} は {other} の {times:.2f} 倍",
        "forward ratio": "backward の前まで、{mine} は {other} の {times:.2f} 倍",
        "same": "測れるほどの差はありません",
        "forward same": "backward の前まで、測れるほどの差はありません",
        "between": "{told} ({low:.2f} 〜 {high:.2f} 倍、信頼度 {sure} %、{n} 回の交互測定)",
        "few": "実行回数が足りず判断できません ({n} / {few})",
        "times": "{mine} のメモリは {other} の {times:.1f} 倍 ({what}: {high} と {low})",
        "more": "{mine} は {other} より {more} 多く使います ({what})",
        "equal": "{mine} のメモリは {other} と同じです ({what})",
        "told": "ループが {told} 倍遅いという説明は、この環境では確かめられません: {low:.2f} 〜 {high:.2f} 倍。"
        "{mine} で増えるのはメモリで、グラフに {bytes} ({other} は {others})",
        "sum": "最大とグラフ自体の合計",
        "peak": "最大",
        "alone": "測れたのは {mine} だけです",
        "none": "何も測れませんでした",
    },
}


def time_verdict(costs: Costs, mine: GradMode, other: GradMode, language: str = "en") -> str:
    """Say how the times of two modes compare; where one of them raises, only what comes before backward."""
    texts, names = _TEXTS[language], {"mine": NAMES[mine], "other": NAMES[other]}
    found = time_ratio(costs, mine, other)
    if found is None:
        return _alone(costs, (mine, other), language)
    if found.n < FEW:
        return texts["few"].format(n=found.n, few=FEW)
    part = "forward " if _ends_early(costs, mine, other) else ""
    if not found.differs:
        return texts[f"{part}same"]
    return texts[f"{part}ratio"].format(**names, times=found.median)


def time_told(costs: Costs, mine: GradMode, other: GradMode, language: str = "en") -> str:
    """Say the same with the interval in which the median ratio lies, so that it is seen what is noise."""
    told, found = time_verdict(costs, mine, other, language), time_ratio(costs, mine, other)
    if found is None or found.n < FEW:
        return told
    sure = round(100 * CONFIDENCE)
    return _TEXTS[language]["between"].format(told=told, low=found.low, high=found.high, sure=sure, n=found.n)


def time_ratio(costs: Costs, mine: GradMode, other: GradMode) -> Ratio | None:
    """Compare the times of two modes, turn by turn; None where they had none in common."""
    part = "forward" if _ends_early(costs, mine, other) else "seconds"
    each, against = (turns(laps_of(costs, mode), part) for mode in (mine, other))
    both = [turn for turn in each if turn in against]
    return ratio([each[turn] for turn in both], [against[turn] for turn in both]) if both else None


def memory_verdict(costs: Costs, mine: GradMode, other: GradMode, language: str = "en") -> str:
    """Say how the bytes of two modes compare: the peak of the tensors and the graph, where both graphs are known."""
    texts, held = _TEXTS[language], {one.mode: one for one in costs.held}
    if mine not in held or other not in held:
        return _alone(costs, (mine, other), language)
    graphs = [held[mode].graph_bytes for mode in (mine, other)]
    known = None not in graphs
    peaks = [held[mode].peak_bytes for mode in (mine, other)]
    high, low = (peak + (graph or 0 if known else 0) for peak, graph in zip(peaks, graphs, strict=True))
    names = {"mine": NAMES[mine], "other": NAMES[other], "what": texts["sum" if known else "peak"]}
    if high == low:
        return texts["equal"].format(**names)
    if high < low:
        names, high, low = names | {"mine": NAMES[other], "other": NAMES[mine]}, low, high
    if low < SMALL:
        return texts["more"].format(**names, more=byte_text(high - low))
    return texts["times"].format(**names, times=high / low, high=byte_text(high), low=byte_text(low))


def told_verdict(costs: Costs, mine: GradMode, other: GradMode, language: str = "en") -> str:
    """Say of a loop that keeps nothing but its graph how far it is from what tutorials tell of it; "" of any other."""
    held = {one.mode: one for one in costs.held}
    found = time_ratio(costs, mine, other)
    if mine not in held or other not in held or found is None or found.n < FEW or found.high >= TOLD:
        return ""
    graph, less = held[mine].graph_bytes, held[other].graph_bytes
    if graph is None or less is None or graph < GRAPH or held[mine].saved_bytes:
        return ""
    names = {"mine": NAMES[mine], "other": NAMES[other], "told": TOLD, "low": found.low, "high": found.high}
    return _TEXTS[language]["told"].format(**names, bytes=byte_text(graph), others=byte_text(less))


def _ends_early(costs: Costs, mine: GradMode, other: GradMode) -> bool:
    return any(raised.mode in (mine, other) for raised in costs.raised)


def _alone(costs: Costs, modes: tuple[GradMode, GradMode], language: str) -> str:
    measured = [NAMES[mode] for mode in modes if laps_of(costs, mode)]
    return _TEXTS[language]["alone"].format(mine=measured[0]) if measured else _TEXTS[language]["none"]
