"""The rule of each grad_fn, by its name. A grad_fn that is not here has none."""

from gradviz.model.derivatives import arithmetic, linear, losses, pairs, reductions, shapes
from gradviz.model.derivatives.rule import Rule

RULES: dict[str, Rule] = {
    **arithmetic.RULES,
    **pairs.RULES,
    **shapes.RULES,
    **reductions.RULES,
    **linear.RULES,
    **losses.RULES,
}
