"""How an Inspection names what it speaks of: tensors, grad_fns and lines, each as a fact that leads there."""

from gradviz.drawing.content.valuewords import long_text
from gradviz.drawing.words import Words
from gradviz.model.costs.heat import HeatOf
from gradviz.model.moments.moment import Moment
from gradviz.model.trace import Tensor, Value
from gradviz.model.values import shape_text
from gradviz.picture.inspection.inspection import Fact, Subject
from gradviz.picture.inspection.words import INSPECTION_WORDS, InspectionWords
from gradviz.picture.picture import Language
from gradviz.picture.words import WORDS

MOST = 50  # things of a kind that are listed


class Naming:
    """What a run was at a moment, in the words of one language."""

    def __init__(self, moment: Moment, language: Language) -> None:
        self.moment = moment
        self.words: InspectionWords = INSPECTION_WORDS[language]
        self.drawn: Words = WORDS[language]

    def name(self, tensor: Tensor) -> str:
        """What the program calls a tensor."""
        return ", ".join(tensor.names) or self.words.unnamed

    def value(self, value: Value | None) -> str:
        """What a tensor holds, as far as it is known."""
        return long_text(value, self.drawn)

    def tensor(self, label: str, number: int) -> Fact:
        """A tensor, to be inspected in turn."""
        tensor = self.moment.known_tensor(number)
        text = f"{self.name(tensor)} · {tensor.dtype} · {shape_text(tensor.shape)}"
        return Fact(label, text, of=Subject("tensor", number))

    def grad_fn(self, label: str, number: int) -> Fact:
        """A grad_fn, to be inspected in turn; an AccumulateGrad with its leaf."""
        grad_fn = self.moment.known_grad_fn(number)
        text = grad_fn.name
        if grad_fn.variable is not None:
            text += f" · {self.name(self.moment.known_tensor(grad_fn.variable))}"
        return Fact(label, text, of=Subject("grad_fn", number))

    def cost(self, of: HeatOf) -> str:
        """What a cost is called."""
        return self.drawn.heats[of].format("").strip()

    def line(self, label: str, line: int) -> Fact:
        """A line of the program, to go to."""
        return Fact(label, self.drawn.line.format(line), line)
