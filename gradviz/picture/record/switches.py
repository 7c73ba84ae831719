"""What switches the flags of the tensors of one run: changes of its source, found once for all steps of the run."""

from typing import NamedTuple

from gradviz.model.source.edits import KEYWORD
from gradviz.model.source.place import Edit
from gradviz.model.source.toggles import LOCKED, Locked, Submodule
from gradviz.model.trace import Tensor
from gradviz.model.why.answerwords import fix_text
from gradviz.model.why.fixes.fixes import Fixes
from gradviz.picture.picture import FlagRow, Language, Offer


class Switched(NamedTuple):
    """What a row has of the source: the last of its fields, as they are there."""

    edit: Edit | None = None
    locked: str = ""
    unlock: Offer | None = None
    flags: tuple[FlagRow, ...] = ()


class Switches:
    """The switches of one run."""

    def __init__(self, fixes: Fixes) -> None:
        """Take the fixes of the run at its end."""
        self._fixes = fixes
        self._found: dict[tuple[int, str, Language], Switched] = {}
        self._modules: dict[tuple[tuple[Submodule, ...], Language], tuple[FlagRow, ...]] = {}

    def of(self, tensor: Tensor, name: str, language: Language) -> Switched:
        """Return what switches the flags of a tensor: at each step the same, but for whether its .grad is retained.

        Args:
            tensor: as it is at the step that is shown.
            name: one of its names.
            language: of the words.
        """
        key = (tensor.id, name, language)
        if key not in self._found:
            self._found[key] = self._find(tensor, name, language)
        found = self._found[key]
        retain, *others = found.flags
        if retain.on == tensor.retains_grad:
            return found
        return found._replace(flags=(retain._replace(on=tensor.retains_grad), *others))

    def _find(self, tensor: Tensor, name: str, language: Language) -> Switched:
        toggles, locked = self._fixes.toggles, LOCKED[language]
        flags = (
            _flag("retain_grad", tensor.retains_grad, toggles.edit(tensor.id, name, "retain_grad"), locked),
            _flag("detach", toggles.is_detached(tensor.id, name), toggles.edit(tensor.id, name, "detach"), locked),
            *self._whole(toggles.submodules(tensor.id, name), language),
        )
        change = toggles.edit(tensor.id, name, KEYWORD)
        if isinstance(change, Edit):
            return Switched(change, "", None, flags)
        fix = self._fixes.unlocked(tensor, name, change)
        unlock = None if fix is None else Offer(fix_text(fix, language), fix.edit)
        return Switched(None, locked[change], unlock, flags)

    def _whole(self, modules: tuple[Submodule, ...], language: Language) -> tuple[FlagRow, ...]:
        """The flags of modules; the same for all parameters in them."""
        key = (modules, language)
        if key not in self._modules:
            self._modules[key] = tuple(
                FlagRow(one.path, not one.frozen, one.edit, LOCKED[language]["no place"] if one.edit is None else "")
                for one in modules
            )
        return self._modules[key]


def _flag(name: str, on: bool, change: Edit | Locked, locked: dict[Locked, str]) -> FlagRow:
    return FlagRow(name, on, change) if isinstance(change, Edit) else FlagRow(name, on, None, locked[change])
