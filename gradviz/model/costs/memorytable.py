"""The memory of a program over its run in words: a curve for each grad mode, and who holds its peak."""

from gradviz.model.cost import NAMES
from gradviz.model.costs.table import Curve, HolderRow
from gradviz.model.memory import HolderKind, Lived
from gradviz.model.quantities import byte_text

_KINDS: dict[str, dict[HolderKind, str]] = {
    "en": {
        "parameter": "parameter",
        "optimizer": "optimizer state",
        "gradient": "gradient",
        "saved": "saved for backward",
        "named": "held by a name",
        "temporary": "temporary",
        "workspace": "workspace of a kernel",
    },
    "ja": {
        "parameter": "パラメータ",
        "optimizer": "オプティマイザの状態",
        "gradient": "勾配",
        "saved": "backward のための保存",
        "named": "名前が保持",
        "temporary": "一時的",
        "workspace": "カーネルの作業領域",
    },
}
_TEXTS = {
    "en": {
        "peak": "peak {size}",
        "peak line": "peak {size}, line {line}",
        "tensors": "{told}, of tensors alone",
        "others": "{count} more",
        "unnamed": "without a name",
    },
    "ja": {
        "peak": "最大 {size}",
        "peak line": "最大 {size}、{line} 行目",
        "tensors": "{told}、テンソルのみ",
        "others": "ほか {count} 個",
        "unnamed": "名前なし",
    },
}


def curves(lived: tuple[Lived, ...], language: str) -> tuple[Curve, ...]:
    """Return a curve for each mode in which there were tensors."""
    return tuple(_curve(one, language) for one in lived if one.levels)


def _curve(one: Lived, language: str) -> Curve:
    texts, kinds, top = _TEXTS[language], _KINDS[language], one.levels[one.peak]
    size, most = byte_text(top.nbytes), max(1, top.nbytes)
    told = texts["peak"].format(size=size) if top.line is None else texts["peak line"].format(size=size, line=top.line)
    if one.workspace_bytes is None:
        told = texts["tensors"].format(told=told)
    rows = [
        HolderRow(
            holder.name or texts["unnamed"],
            holder.line,
            byte_text(holder.nbytes),
            kinds[holder.kind],
            holder.nbytes / most,
        )
        for holder in one.holders
    ]
    if one.others:
        words = texts["others"].format(count=f"{one.others:,}")
        rows.append(HolderRow(words, None, byte_text(one.other_bytes), "", one.other_bytes / most))
    return Curve(NAMES[one.mode], one.steps, one.levels, one.peak, told, tuple(rows))
