"""Rules of losses and of what normalizes."""

from gradviz.model.derivatives.rule import Rule, rule

# reduction is 0 for none, 1 for the mean, 2 for the sum.
_G = ("g", "grad / count(self) if reduction == 1 else grad")
_D = ("d", "self - target")
_SMOOTH = "g * where(abs(d) < beta, d / beta, sign(d))"
_HUBER = "g * where(abs(d) <= delta, d, delta * sign(d))"
_PICKED = (
    (
        "g",
        "grad / total_weight if reduction == 1 else grad if reduction == 2 else "
        "grad if self.shape == target.shape else unsqueeze(grad, {0})",
    ),
    ("picked", "one_hot(target, self.shape, ignore_index)"),
)
_NLL = "-g * picked if weight is None else -g * picked * {0}"

RULES: dict[str, Rule] = {
    "MseLossBackward0": rule(_G, _D, self="2 * g * d", target="-2 * g * d"),
    "SmoothL1LossBackward0": rule(_G, _D, self=_SMOOTH, target=f"-{_SMOOTH}"),
    "HuberLossBackward0": rule(_G, _D, self=_HUBER, target=f"-{_HUBER}"),
    "SoftMarginLossBackward0": rule(_G, self="-g * target * sigmoid(-target * self)"),
    "BinaryCrossEntropyBackward0": rule(
        _G,
        self="g * (self - target) / (self * (1 - self)) if weight is None else"
        " g * weight * (self - target) / (self * (1 - self))",
        target="g * (log(1 - self) - log(self)) if weight is None else g * weight * (log(1 - self) - log(self))",
    ),
    "BinaryCrossEntropyWithLogitsBackward0": rule(
        ("g", "(grad / count(self) if reduction == 1 else grad) * (1.0 if weight is None else weight)"),
        self="g * (sigmoid(self) - target) if pos_weight is None else"
        " g * ((pos_weight * target + 1 - target) * sigmoid(self) - pos_weight * target)",
        target="-g * self if pos_weight is None else g * (pos_weight * softplus(-self) - softplus(self))",
    ),
    "NllLossBackward0": rule(("g", _PICKED[0][1].format("-1")), _PICKED[1], self=_NLL.format("weight")),
    "NllLoss2DBackward0": rule(
        ("g", _PICKED[0][1].format("1")), _PICKED[1], self=_NLL.format("channel(weight, self.shape)")
    ),
    "NativeLayerNormBackward0": rule(
        ("dims", "last(normalized_shape)"),
        ("x", "(input - result1) * result2"),
        ("g", "grad if weight is None else grad * weight"),
        input="result2 * (g - mean(g, dims, True) - x * mean(g * x, dims, True))",
        weight="sum_to(grad * x, normalized_shape)",
        bias="sum_to(grad, normalized_shape)",
    ),
    "NativeGroupNormBackward0": rule(
        ("x", "(reshape(input, (N, group, -1)) - unsqueeze(result1, -1)) * unsqueeze(result2, -1)"),
        ("g", "reshape(grad if weight is None else grad * channel(weight, grad.shape), (N, group, -1))"),
        input="reshape(unsqueeze(result2, -1) * (g - mean(g, -1, True) - x * mean(g * x, -1, True)), input.shape)",
        weight="sum(grad * reshape(x, grad.shape), others(grad.shape))",
        bias="sum(grad, others(grad.shape))",
    ),
    "NativeBatchNormBackward0": rule(
        ("dims", "others(input.shape)"),
        ("m", "channel(result1 if training else running_mean, input.shape)"),
        ("r", "channel(result2 if training else (running_var + eps) ** -0.5, input.shape)"),
        ("x", "(input - m) * r"),
        ("g", "grad if weight is None else grad * channel(weight, input.shape)"),
        input="r * (g - mean(g, dims, True) - x * mean(g * x, dims, True)) if training else g * r",
        weight="sum(grad * x, dims)",
        bias="sum(grad, dims)",
    ),
}
