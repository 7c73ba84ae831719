"""Rules of ops that make fewer numbers of many, or run along a dimension."""

from gradviz.model.derivatives.rule import Rule, rule

_N = ("n", "count(self, dim) - (1 if correction is None else correction)")
_CENTRED = ("centred", "self - mean(self, dim, True)")
_ALL = "evenly(self == result) * grad"
_SOME = "evenly(self == spread(result, self.shape, dim, keepdim), dim) * spread(grad, self.shape, dim, keepdim)"
_EXTREME = (
    "evenly(abs(self) == spread(result, self.shape, dim, keepdim), dim) * sign(self)"
    " * spread(grad, self.shape, dim, keepdim)"
)
_NORM = (
    "zeros(self.shape) if {0} == 0 else spread(grad, self.shape, dim, keepdim) * sign(self) if {0} == 1 else "
    f"{_EXTREME} if {{0}} == inf else {_EXTREME} if {{0}} == -inf else "
    "where(self == 0, 0.0, spread(grad, self.shape, dim, keepdim) * sign(self)"
    " * (abs(self) / spread(result, self.shape, dim, keepdim)) ** ({0} - 1))"
)

RULES: dict[str, Rule] = {
    **{name: rule(self=_ALL) for name in ("MaxBackward1", "MinBackward1", "MedianBackward0", "NanmedianBackward0")},
    **{name: rule(self=_SOME) for name in ("AmaxBackward0", "AminBackward0")},
    "SumBackward0": rule(self="spread(grad, self_sym_sizes)"),
    "SumBackward1": rule(self="spread(grad, self_sym_sizes, dim, keepdim)"),
    "NansumBackward0": rule(self="where(self == self, spread(grad, self.shape, dim, keepdim), 0.0)"),
    "MeanBackward0": rule(self="spread(grad, self_sym_sizes) / self_sym_numel"),
    "MeanBackward1": rule(self="spread(grad, self_sym_sizes, dim, keepdim) * count(grad) / self_sym_numel"),
    "ProdBackward0": rule(self="grad * product_of_others(self)"),
    "ProdBackward1": rule(self="spread(grad, self.shape, dim, keepdim) * product_of_others(self, dim)"),
    "CumsumBackward0": rule(self="reversed_cumsum(grad, dim)"),
    "VarBackward0": rule(_N, _CENTRED, self="2 / n * spread(grad, self.shape, dim, keepdim) * centred"),
    "StdBackward0": rule(
        _N,
        _CENTRED,
        self="where(spread(result, self.shape, dim, keepdim) == 0, 0.0,"
        " spread(grad / result, self.shape, dim, keepdim) * centred / n)",
    ),
    "VarMeanBackward0": rule(
        _N,
        _CENTRED,
        self="2 / n * spread(grads[0], self.shape, dim, keepdim) * centred"
        " + spread(grads[1], self.shape, dim, keepdim) / count(self, dim)",
    ),
    "StdMeanBackward0": rule(
        _N,
        _CENTRED,
        self="spread(grads[0] / result0, self.shape, dim, keepdim) * centred / n"
        " + spread(grads[1], self.shape, dim, keepdim) / count(self, dim)",
    ),
    "LogsumexpBackward0": rule(
        self="spread(grad, self.shape, dim, keepdim) * exp(self - spread(result, self.shape, dim, keepdim))"
    ),
    "SoftmaxBackward0": rule(self="result * (grad - sum(grad * result, dim, True))"),
    "SafeSoftmaxBackward0": rule(self="result * (grad - sum(grad * result, dim, True))"),
    "LogSoftmaxBackward0": rule(self="grad - exp(result) * sum(grad, dim, True)"),
    "LinalgVectorNormBackward0": rule(self=_NORM.format("ord")),
    "NormBackward0": rule(self=_NORM.format("p").replace("dim, keepdim", "None, False").replace("dim)", "None)")),
    "NormBackward1": rule(self=_NORM.format("p")),
    "GluBackward0": rule(
        ("a", "narrow(self, dim, 0, count(grad, dim))"),
        ("b", "sigmoid(narrow(self, dim, count(grad, dim), count(grad, dim)))"),
        self="cat((grad * b, grad * a * b * (1 - b)), dim)",
    ),
}
