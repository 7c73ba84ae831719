"""What a run may not have or do here, and how it ends by that: rows as those in `errors.py`, and limits in words."""

from gradviz.model.errors.hints import Hint
from gradviz.model.trace import Limit, LimitName

_MEMORY_EN = "That needs more memory than a run may use. Make the tensors smaller, or raise the limit."
_MEMORY_JA = "実行に許されたメモリを超えました。テンソルを小さくするか、上限を上げてください。"

LIMITS = (
    Hint(
        "memory",
        "RuntimeError|MemoryError",
        r"can't allocate memory|not enough memory|DefaultCPUAllocator",
        _MEMORY_EN,
        _MEMORY_JA,
    ),
    Hint("python-memory", "MemoryError", r"^$", _MEMORY_EN, _MEMORY_JA),  # Python itself says no more than the type
    Hint(
        "denied",
        "PermissionError|OSError|BlockingIOError|FileNotFoundError",
        r"Operation not permitted|Permission denied|Too many open files|Resource temporarily unavailable"
        r"|\[Errno (?:1|11|13|24)\]|No usable temporary directory",
        "gradviz runs programs without files, network or other processes.",
        "gradviz ではプログラムはファイル、ネットワーク、他のプロセスを使えません。",
    ),
    Hint(
        "input",
        "EOFError",
        r"EOF when reading a line",
        "gradviz gives programs no keyboard: input() finds nothing to read. Write the value into the program.",
        "gradviz ではキーボードから入力できないため、input() は何も読み取れません。"
        "値をプログラムに直接書いてください。",
    ),
    Hint(
        "stopped",
        "ProcessDied",
        r"process was ended: cancelled$",
        "Stopped. What the program did until then is shown.",
        "停止しました。そこまでの記録を表示しています。",
    ),
    Hint(
        "refused",
        "RecordRefused",
        r".+",
        "What the run sent of itself does not hold together, so only what came before it is shown.",
        "実行から届いた記録に矛盾があるため、それより前の分だけを表示しています。",
    ),
    Hint(
        "died",
        "ProcessDied",
        r".+",
        "The program ended its own process. The next edit runs in a new one.",
        "プログラムのプロセスが終了しました。次の編集は新しいプロセスで実行されます。",
    ),
)

_REACHED: dict[LimitName, tuple[str, str]] = {
    "time": (
        "Stopped: the program ran longer than it may. What it did until then is shown.",
        "時間の上限に達したため停止しました。そこまでの記録を表示しています。",
    ),
    "memory": (
        "Stopped: the program used more memory than it may. What it did until then is shown.",
        "メモリの上限に達したため停止しました。そこまでの記録を表示しています。",
    ),
    "ops": (
        "Stopped after {at}: a run records no more. What it did until then is shown.",
        "記録できる演算の上限 ({at}) に達したため停止しました。そこまでの記録を表示しています。",
    ),
    "output": (
        "Stopped: the program printed more than it may. What it did until then is shown.",
        "出力の上限に達したため停止しました。そこまでの記録を表示しています。",
    ),
}


def limit_text(limit: Limit, language: str) -> str:
    """What a limit that ended a run means, in "en" or "ja"."""
    return _REACHED[limit.reached][language == "ja"].format(at=limit.at)


def limit_said(limit: Limit) -> str:
    """A limit that ended a run as a technical text, beside the words for a person."""
    return f"{limit.reached} limit reached at {limit.at}" if limit.at else f"{limit.reached} limit reached"
