"""Rules of ops that work element by element on several tensors."""

from gradviz.model.derivatives.rule import Rule, rule

RULES: dict[str, Rule] = {
    "AddBackward0": rule(self="grad", other="grad * alpha"),
    "SubBackward0": rule(self="grad", other="-grad * alpha"),
    "RsubBackward0": rule(self="-grad * alpha", other="grad"),
    "MulBackward0": rule(self="grad * other", other="grad * self"),
    "DivBackward0": rule(self="grad / other", other="-grad * self / (other * other)"),
    "DivBackward2": rule(self="zeros(grad.shape)", other="zeros(grad.shape)"),
    "PowBackward1": rule(
        self="where(exponent == 0, 0.0, grad * exponent * self ** (exponent - 1))",
        exponent="where((self == 0) * (exponent >= 0), 0.0, grad * result * log(self))",
    ),
    "RemainderBackward1": rule(self="grad", other="-grad * floor(self / other)"),
    "FmodBackward1": rule(self="grad", other="-grad * trunc(self / other)"),
    "MaximumBackward0": rule(
        self="where(self == other, grad / 2, where(self > other, grad, 0.0))",
        other="where(self == other, grad / 2, where(self < other, grad, 0.0))",
    ),
    "MinimumBackward0": rule(
        self="where(self == other, grad / 2, where(self < other, grad, 0.0))",
        other="where(self == other, grad / 2, where(self > other, grad, 0.0))",
    ),
    "FmaxBackward0": rule(self="where(self >= other, grad, 0.0)", other="where(self >= other, 0.0, grad)"),
    "FminBackward0": rule(self="where(self <= other, grad, 0.0)", other="where(self <= other, 0.0, grad)"),
    "WhereBackward0": rule(self="where(condition, grad, 0.0)", other="where(condition, 0.0, grad)"),
    "MaskedFillBackward1": rule(self="where(mask, 0.0, grad)", value="sum(where(mask, grad, 0.0))"),
    "LerpBackward0": rule(self="grad * (1 - weight)", end="grad * weight"),
    "LerpBackward1": rule(self="grad * (1 - weight)", end="grad * weight", weight="grad * (end - self)"),
    "AddcmulBackward0": rule(self="grad", tensor1="grad * tensor2 * value", tensor2="grad * tensor1 * value"),
    "AddcdivBackward0": rule(
        self="grad",
        tensor1="grad * value / tensor2",
        tensor2="-grad * value * tensor1 / (tensor2 * tensor2)",
    ),
    "Atan2Backward0": rule(("r", "self ** 2 + other ** 2"), self="grad * other / r", other="-grad * self / r"),
    "HypotBackward0": rule(self="grad * self / result", other="grad * other / result"),
    "CopysignBackward0": rule(self="where(self == 0, 0.0, grad * result / self)", other="zeros(grad.shape)"),
    "XlogyBackward0": rule(
        self="where((self == 0) * (other <= 0), 0.0, grad * log(other))", other="grad * self / other"
    ),
    "LogaddexpBackward0": rule(self="grad * sigmoid(self - other)", other="grad * sigmoid(other - self)"),
    "ClampBackward0": rule(
        self="where(self >= min, grad, 0.0) if max is None else where(self <= max, grad, 0.0) if min is None else "
        "where((self >= min) * (self <= max), grad, 0.0)",
        min="where(self < min, grad, 0.0) if max is None else where((min < max) * (self < min), grad, 0.0)",
        max="where(self > max, grad, 0.0) if min is None else where((self > max) * (min <= max), grad, 0.0)",
    ),
    "ClampMinBackward1": rule(self="where(self >= min, grad, 0.0)", min="where(self < min, grad, 0.0)"),
    "ClampMaxBackward1": rule(self="where(self <= max, grad, 0.0)", max="where(self > max, grad, 0.0)"),
    "PreluKernelBackward0": rule(
        self="where(self > 0, grad, grad * weight)", weight="where(self > 0, 0.0, grad * self)"
    ),
    "LinalgCrossBackward0": rule(self="cross(other, grad, dim)", other="cross(grad, self, dim)"),
}
