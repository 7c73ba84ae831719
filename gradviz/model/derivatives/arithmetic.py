"""Rules of ops that work element by element on one tensor and numbers."""

from gradviz.model.derivatives.rule import Rule, rule

_PLAIN = ("CloneBackward0", "ToCopyBackward0", "AliasBackward0", "FracBackward0")
_FLAT = (
    *("SignBackward0", "CeilBackward0", "FloorBackward0", "RoundBackward0", "RoundBackward1", "TruncBackward0"),
    *("ZeroBackward0", "FillBackward0"),
)
_INSIDE = "where((self > min_val) * (self < max_val), grad, 0.0)"

RULES: dict[str, Rule] = {
    **{name: rule(self="grad") for name in _PLAIN},
    **{name: rule(self="zeros(grad.shape)") for name in _FLAT},
    "CopyBackwards": rule(self="zeros(grad.shape)", src="grad"),
    "NegBackward0": rule(self="-grad"),
    "AbsBackward0": rule(self="grad * sign(self)"),
    "MulBackward1": rule(self="grad * other"),
    "DivBackward1": rule(self="grad / other"),
    "AddBackward1": rule(self="grad"),
    "SubBackward1": rule(self="grad"),
    "RsubBackward1": rule(self="-grad * alpha"),
    "RemainderBackward0": rule(self="grad"),
    "FmodBackward0": rule(self="grad"),
    "PowBackward0": rule(self="zeros(grad.shape) if exponent == 0 else grad * exponent * self ** (exponent - 1)"),
    "PowBackward2": rule(exponent="grad * result * log(self)"),
    "SqrtBackward0": rule(self="grad / (2 * result)"),
    "RsqrtBackward0": rule(self="-0.5 * grad * result ** 3"),
    "ReciprocalBackward0": rule(self="-grad * result * result"),
    "ExpBackward0": rule(self="grad * result"),
    "Exp2Backward0": rule(self="grad * result * log(2.0)"),
    "Expm1Backward0": rule(self="grad * (result + 1)"),
    "LogBackward0": rule(self="grad / self"),
    "Log2Backward0": rule(self="grad / (self * log(2.0))"),
    "Log10Backward0": rule(self="grad / (self * log(10.0))"),
    "Log1PBackward0": rule(self="grad / (self + 1)"),
    "LgammaBackward0": rule(self="grad * digamma(self)"),
    "ErfBackward0": rule(self="grad * 2 / sqrt(pi) * exp(-self ** 2)"),
    "ErfcBackward0": rule(self="-grad * 2 / sqrt(pi) * exp(-self ** 2)"),
    "LogitBackward0": rule(
        self="grad / (self * (1 - self)) if eps is None else "
        "where((self >= eps) * (self <= 1 - eps), grad / (self * (1 - self)), 0.0)"
    ),
    "SinBackward0": rule(self="grad * cos(self)"),
    "CosBackward0": rule(self="-grad * sin(self)"),
    "TanBackward0": rule(self="grad * (1 + result ** 2)"),
    "AsinBackward0": rule(self="grad / sqrt(1 - self ** 2)"),
    "AcosBackward0": rule(self="-grad / sqrt(1 - self ** 2)"),
    "AtanBackward0": rule(self="grad / (1 + self ** 2)"),
    "SinhBackward0": rule(self="grad * cosh(self)"),
    "CoshBackward0": rule(self="grad * sinh(self)"),
    "TanhBackward0": rule(self="grad * (1 - result ** 2)"),
    "AsinhBackward0": rule(self="grad / sqrt(self ** 2 + 1)"),
    "AcoshBackward0": rule(self="grad / sqrt(self ** 2 - 1)"),
    "AtanhBackward0": rule(self="grad / (1 - self ** 2)"),
    "Deg2RadBackward0": rule(self="grad * pi / 180"),
    "Rad2DegBackward0": rule(self="grad * 180 / pi"),
    "NanToNumBackward0": rule(self="where(isfinite(self), grad, 0.0)"),
    "ClampBackward1": rule(
        self="where(self >= min, grad, 0.0) if max is None else where(self <= max, grad, 0.0) if min is None else "
        "where((self >= min) * (self <= max), grad, 0.0)"
    ),
    "ClampMinBackward0": rule(self="where(self >= min, grad, 0.0)"),
    "ClampMaxBackward0": rule(self="where(self <= max, grad, 0.0)"),
    "MaskedFillBackward0": rule(self="where(mask, 0.0, grad)"),
    # Activations
    "ReluBackward0": rule(self="where(result > 0, grad, 0.0)"),
    "SigmoidBackward0": rule(self="grad * result * (1 - result)"),
    "LogSigmoidBackward0": rule(self="grad * sigmoid(-self)"),
    "LeakyReluBackward0": rule(self="where(self > 0, grad, grad * negative_slope)"),
    "ThresholdBackward0": rule(self="where(self > threshold, grad, 0.0)"),
    "EluBackward0": rule(
        self="where(self > 0, grad * scale, grad * input_scale * alpha * scale * exp(self * input_scale))"
    ),
    "CeluBackward0": rule(self="where(self > 0, grad, grad * exp(self / alpha))"),
    "GeluBackward0": rule(
        ("u", "tanh(sqrt(2 / pi) * (self + 0.044715 * self ** 3)) if approximate == 'tanh' else self / sqrt(2.0)"),
        self="grad * 0.5 * (1 + u + self * (1 - u ** 2) * sqrt(2 / pi) * (1 + 0.134145 * self ** 2))"
        " if approximate == 'tanh' else grad * (0.5 * (1 + erf(u)) + self * exp(-u ** 2) / sqrt(2 * pi))",
    ),
    "SiluBackward0": rule(("s", "sigmoid(self)"), self="grad * s * (1 + self * (1 - s))"),
    "MishBackward0": rule(("t", "tanh(softplus(self))"), self="grad * (t + self * sigmoid(self) * (1 - t ** 2))"),
    "SoftplusBackward0": rule(self="where(self * beta > threshold, grad, grad * sigmoid(self * beta))"),
    "HardtanhBackward0": rule(self=_INSIDE),
    "HardsigmoidBackward0": rule(self="where((self > -3) * (self < 3), grad / 6, 0.0)"),
    "HardswishBackward0": rule(self="where(self <= -3, 0.0, where(self < 3, grad * (self / 3 + 0.5), grad))"),
    "HardshrinkBackward0": rule(self="where(abs(self) > lambd, grad, 0.0)"),
    "SoftshrinkBackward0": rule(self="where(abs(self) > lambd, grad, 0.0)"),
}
