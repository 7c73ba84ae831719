"""What an error means, in words for a person: the tables of what torch and Python say that learners meet, in order.

Pure text in, text out. The first row whose type and pattern match explains an error; what no row matches is shown as
it was said. Ids are stable: they are the `hint` of the trace and of lessons.
"""

from gradviz.model.errors.autograd import AUTOGRAD
from gradviz.model.errors.fitting import FITTING
from gradviz.model.errors.functions import FUNCTIONS
from gradviz.model.errors.hints import match
from gradviz.model.errors.limits import LIMITS
from gradviz.model.errors.python import PYTHON
from gradviz.model.errors.spelling import SPELLING
from gradviz.model.trace import GradMode, ProgramError

HINTS = (*SPELLING, *AUTOGRAD, *LIMITS)

_ALL = (*FUNCTIONS, *HINTS, *FITTING, *PYTHON)

# What is said before the very reason, where that is known; else the text of the row tells which there are.
_BEFORE_REASON = {
    "not-tracked": ("No graph leads back from here. ", "ここからたどれる計算グラフがありません。"),
    "retain-no-rg": ("This tensor gets no gradient. ", "このテンソルには勾配が来ません。"),
    "no-grad-yet": ("The .grad that this line reads is None. ", "この行が読む .grad は None です。"),
    "none": ("The .grad that this line reads is None. ", "この行が読む .grad は None です。"),
}
# Where not a line of the program but the grad mode chosen for the whole run is to blame.
_RUN_MODE = {
    "not-tracked": (
        "The grad mode of this run is {mode}: autograd records nothing. Set the grad mode in the toolbar to grad.",
        "この実行の勾配モードは {mode} なので、自動微分は何も記録しません。"
        "ツールバーの勾配モードを grad にしてください。",
    ),
    "retain-no-rg": (
        "This tensor gets no gradient, because the grad mode of this run is {mode}. "
        "Set the grad mode in the toolbar to grad.",
        "この実行の勾配モードは {mode} なので、このテンソルには勾配がありません。"
        "ツールバーの勾配モードを grad にしてください。",
    ),
}


def hint(error: ProgramError) -> str | None:
    """The id of the explanation of an error, if there is one."""
    found = match(_ALL, error.type, error.message, error.suggestion)
    return None if found is None else found[0].id


def explained(error: ProgramError, language: str, mode: GradMode | None = None, reason: str = "") -> str:
    """What happened, in "en" or "ja"; the original message where nothing better is known.

    Args:
        error: what was raised.
        language: of the text.
        mode: the grad mode of the whole run, where that is to blame (see `why.mode_to_blame`).
        reason: why the tensor that it speaks of does not require grad, where that is known.
    """
    found = match(_ALL, error.type, error.message, error.suggestion)
    if found is None:
        return f"{error.type}: {error.message}" if error.message else error.type
    row, groups = found
    if mode is not None and row.id in _RUN_MODE:
        return _RUN_MODE[row.id][language == "ja"].format(mode=mode)
    if reason and row.id in _BEFORE_REASON:
        return _BEFORE_REASON[row.id][language == "ja"] + reason
    return (row.ja if language == "ja" else row.en).format(**groups, suggestion=error.suggestion)
