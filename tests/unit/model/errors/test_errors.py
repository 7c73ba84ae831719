"""Every explanation against what torch and Python really say."""

import re
import string
from typing import get_args

import pytest

from gradviz.model.errors.errors import HINTS, explained, hint
from gradviz.model.errors.fitting import FITTING
from gradviz.model.errors.limits import limit_said, limit_text
from gradviz.model.errors.python import PYTHON
from gradviz.model.errors.warned import WARNINGS, warning_hint, warning_text
from gradviz.model.program import parse
from gradviz.model.trace import Limit, LimitName, ProgramError, Warned

# As said by torch 2.13 and Python 3.11, found by doing it.
SAID: list[tuple[str, str, str]] = [
    ("full-width", "SyntaxError", "invalid non-printable character U+3000"),
    ("full-width", "SyntaxError", "invalid character '（' (U+FF08)"),
    ("full-width", "SyntaxError", "invalid character '＝' (U+FF1D)"),
    ("full-width", "SyntaxError", "invalid character '、' (U+3001)"),
    ("full-width", "SyntaxError", "invalid character '。' (U+3002)"),
    ("full-width", "SyntaxError", "invalid character '１' (U+FF11)"),
    ("full-width", "SyntaxError", "invalid character '“' (U+201C)"),
    ("full-width", "SyntaxError", "invalid character '’' (U+2019)"),
    (
        "second-backward",
        "RuntimeError",
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
        "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
        "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
        "saved tensors after calling backward.",
    ),
    (
        "not-tracked",
        "RuntimeError",
        "element 0 of tensors does not require grad and does not have a grad_fn",
    ),
    ("non-scalar", "RuntimeError", "grad can be implicitly created only for scalar outputs"),
    (
        "complex-root",
        "RuntimeError",
        "grad can be implicitly created only for real scalar outputs but got torch.complex64",
    ),
    ("not-asked", "RuntimeError", "One of the differentiated Tensors does not require grad"),
    (
        "no-grad-view",
        "RuntimeError",
        "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this use "
        "case is ambiguous and error-prone, it is forbidden.",
    ),
    (
        "out-grad",
        "RuntimeError",
        "add(): functions with out=... arguments don't support automatic differentiation, but one of the arguments "
        "requires grad.",
    ),
    (
        "overlap",
        "RuntimeError",
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
        "Please clone() the tensor before performing the operation.",
    ),
    (
        "detached",
        "RuntimeError",
        "Trying to use a saved tensor that has been detached in-place, i.e. with .detach_().This is not supported, "
        "please use out-of-place `.detach()` instead",
    ),
    ("int-grad", "RuntimeError", "Only Tensors of floating point and complex dtype can require gradients"),
    ("int-grad", "RuntimeError", "only Tensors of floating point dtype can require gradients"),
    (
        "view-of-leaf",
        "RuntimeError",
        "a view of a leaf Variable that requires grad is being used in an in-place operation.",
    ),
    (
        "leaf-inplace",
        "RuntimeError",
        "a leaf Variable that requires grad is being used in an in-place operation.",
    ),
    (
        "version",
        "RuntimeError",
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        "[torch.FloatTensor [2]], which is output 0 of Exp, is at version 1; expected version 0 instead. "
        "Hint: enable anomaly detection to find the operation that failed to compute its gradient, with "
        "torch.autograd.set_detect_anomaly(True).",
    ),
    (
        "flag-non-leaf",
        "RuntimeError",
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
        "subgraph that doesn't require differentiation use var_no_grad = var.detach().",
    ),
    ("retain-no-rg", "RuntimeError", "can't retain_grad on Tensor that has requires_grad=False"),
    (
        "infer-save",
        "RuntimeError",
        "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
        "computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use it "
        "in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`.",
    ),
    (
        "infer-inplace",
        "RuntimeError",
        "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal "
        "tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details.",
    ),
    (
        "infer-rg",
        "RuntimeError",
        "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.",
    ),
    (
        "unused",
        "RuntimeError",
        "The differentiated Tensor at index 0 appears to not have been used in the graph. Set allow_unused=True if "
        "this is the desired behavior.",
    ),
    (
        "grad-shape",
        "RuntimeError",
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a shape of "
        "torch.Size([2]).",
    ),
    ("mm", "RuntimeError", "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"),
    (
        "shape",
        "RuntimeError",
        "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0",
    ),
    ("dtype", "RuntimeError", "expected m1 and m2 to have the same dtype, but got: float != double"),
    ("dtype", "RuntimeError", "mat1 and mat2 must have the same dtype, but got Double and Float"),
    ("dtype", "RuntimeError", "dot : expected both vectors to have same dtype, but found Float and Double"),
    ("dtype", "RuntimeError", "expected scalar type Float but found Double"),
    (
        "numpy",
        "RuntimeError",
        "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
    ),
    ("item", "RuntimeError", "a Tensor with 2 elements cannot be converted to Scalar"),
    ("item", "ValueError", "only one element tensors can be converted to Python scalars"),
    ("bool", "RuntimeError", "Boolean value of Tensor with more than one value is ambiguous"),
    (
        "deepcopy",
        "RuntimeError",
        "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  If "
        "you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, see "
        "https://github.com/pytorch/pytorch/pull/103001",
    ),
    (
        "multi-view",
        "RuntimeError",
        "Output 0 of Unbind is a view and is being modified inplace. This view is the output of a function "
        "that returns multiple views. Such functions do not allow the output views to be modified inplace. You should "
        "replace the inplace operation by an out-of-place one.",
    ),
    ("nan", "RuntimeError", "Function 'SqrtBackward0' returned nan values in its 0th output."),
    (
        "gradcheck",
        "GradcheckError",
        "Jacobian mismatch for output 0 with respect to input 0,\nnumerical:tensor([[10.0000]], dtype=torch.float64)\n"
        "analytical:tensor([[5.]], dtype=torch.float64)\n",
    ),
    (
        "memory",
        "RuntimeError",
        "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to "
        "allocate 4000000000000000 bytes. Error code 12 (Cannot allocate memory)",
    ),
    ("python-memory", "MemoryError", ""),
    ("denied", "PermissionError", "[Errno 13] Permission denied: '/etc/passwd'"),
    ("denied", "PermissionError", "[Errno 1] Operation not permitted"),
    ("denied", "BlockingIOError", "[Errno 11] Resource temporarily unavailable"),
    ("denied", "OSError", "[Errno 24] Too many open files"),
    ("input", "EOFError", "EOF when reading a line"),
    ("no-grad-yet", "TypeError", "unsupported operand type(s) for *: 'float' and 'NoneType'"),
    ("no-grad-yet", "TypeError", "unsupported operand type(s) for +: 'NoneType' and 'Tensor'"),
    ("optimizer-leaf", "ValueError", "can't optimize a non-leaf Tensor"),
    ("optimizer-empty", "ValueError", "optimizer got an empty parameter list"),
    (
        "bmm",
        "RuntimeError",
        "Expected size for first two dimensions of batch2 tensor to be: [2, 4] but got: [2, 3].",
    ),
    (
        "joined",
        "RuntimeError",
        "Sizes of tensors must match except in dimension 0. Expected size 2 but got size 3 for tensor number 1.",
    ),
    ("reshape", "RuntimeError", "shape '[4]' is invalid for input of size 6"),
    (
        "not-contiguous",
        "RuntimeError",
        "view size is not compatible with input tensor's size and stride (at least one dimension spans across two)",
    ),
    ("ragged", "ValueError", "expected sequence of length 2 at dim 1 (got 1)"),
    ("index", "IndexError", "index 5 is out of bounds for dimension 0 with size 2"),
    ("target", "IndexError", "Target 3 is out of bounds."),
    ("target-dtype", "RuntimeError", "expected target dtype to be Long or Byte, but got Float"),
    (
        "channels",
        "RuntimeError",
        "Given groups=1, weight of size [4, 3, 3, 3], expected input[1, 1, 8, 8] to have 3 channels, but got 1 channels"
        " instead",
    ),
    ("called", "TypeError", "'Tensor' object is not callable"),
    (
        "vector",
        "RuntimeError",
        "inconsistent tensor size, expected tensor [4] and src [3] to have the same number of elements, but got 4 and 3"
        " elements respectively",
    ),
    ("mv", "RuntimeError", "size mismatch, got input (3), mat (3x5), vec (4)"),
    (
        "whole",
        "RuntimeError",
        "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Long",
    ),
    ("cast", "RuntimeError", "result type Float can't be cast to the desired output type Long"),
    ("one-class", "RuntimeError", "0D or 1D target tensor expected, multi-target not supported"),
    (
        "batch-norm",
        "ValueError",
        "Expected more than 1 value per channel when training, got input size torch.Size([1, 3])",
    ),
    ("stopped", "ProcessDied", "the program's process was ended: cancelled"),
    ("denied", "FileNotFoundError", "[Errno 2] No usable temporary directory found in ['/tmp', '/var/tmp']"),
    ("refused", "RecordRefused", "what the program's process sent cannot be read: record 7 has no number"),
    ("died", "ProcessDied", "the program's process was ended: it sent nonsense"),
    ("died", "ProcessDied", "the program's process crashed: Segmentation fault (signal 11)"),
]
SUGGESTED = ProgramError("AttributeError", "module 'torch' has no attribute 'one'", 1, suggestion="torch.ones")
KEYWORD = ProgramError(
    "TypeError",
    "tensor() got an unexpected keyword argument 'require_grad'",
    1,
    suggestion="requires_grad",
)
SHOWN = [*(ProgramError(kind, message, 1) for _, kind, message in SAID), SUGGESTED, KEYWORD]


@pytest.mark.parametrize(("expected", "kind", "message"), SAID)
def test_what_is_really_said_is_explained(expected: str, kind: str, message: str) -> None:
    assert hint(ProgramError(kind, message, 1)) == expected


def test_every_explanation_has_a_message_here() -> None:
    assert {row.id for row in (*HINTS, *FITTING)} == {expected for expected, _, _ in SAID} | {"typo", "keyword"}


def test_ids_are_unique_and_stable_in_form() -> None:
    ids = [row.id for row in (*HINTS, *FITTING, *PYTHON, *WARNINGS)]
    assert len(set(ids)) == len(ids)
    assert all(name == name.lower() and " " not in name for name in ids)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("error", SHOWN)
def test_no_placeholder_is_left_open(error: ProgramError, language: str) -> None:
    text = explained(error, language)
    assert text
    assert "{" not in text
    assert "None" not in re.sub("None for it|is None|None が|None です", "", text)


@pytest.mark.parametrize("row", [*HINTS, *FITTING, *PYTHON, *WARNINGS], ids=lambda row: row.id)
def test_both_languages_use_the_same_facts(row: tuple[str, ...]) -> None:
    english, japanese = (sorted(name for _, name, _, _ in string.Formatter().parse(text) if name) for text in row[3:])
    assert english == japanese
    assert row[3] != row[4]


def test_the_facts_of_the_message_are_told() -> None:
    def told(number: str, language: str) -> str:
        return next(explained(ProgramError(k, m, 1), language) for name, k, m in SAID if name == number)

    for language in ("en", "ja"):
        assert "torch.Size([3])" in told("grad-shape", language)
        assert "torch.Size([2])" in told("grad-shape", language)
        assert "2x3" in told("mm", language)
        assert "4x5" in told("mm", language)
    assert "saved at version 0, now at version 1" in told("version", "en")
    assert "dimension 0 is 2 on one side and 3" in told("shape", "en")
    assert "float and double" in told("dtype", "en")


def test_a_name_near_the_one_that_does_not_exist_is_suggested() -> None:
    assert hint(SUGGESTED) == "typo"
    assert "mean torch.ones?" in explained(SUGGESTED, "en")
    assert "。torch.ones ではありませんか" in explained(SUGGESTED, "ja")
    assert hint(SUGGESTED._replace(suggestion=None)) is None


def test_an_argument_near_the_one_that_does_not_exist_is_suggested() -> None:
    assert hint(KEYWORD) == "keyword"
    assert explained(KEYWORD, "en") == "There is no argument require_grad here. Did you mean requires_grad?"
    assert "。requires_grad ではありませんか" in explained(KEYWORD, "ja")
    assert hint(KEYWORD._replace(suggestion=None)) is None


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_not_known_is_said_as_it_is(language: str) -> None:
    assert explained(ProgramError("KeyError", "'weight {0}'", 1), language) == "KeyError: 'weight {0}'"
    assert explained(ProgramError("AssertionError", "", 1), language) == "AssertionError"


def test_the_type_counts_as_well_as_the_message() -> None:
    assert hint(ProgramError("MyRuntimeError", "returned nan values", 1)) is None
    assert hint(ProgramError("RuntimeError", "", 1)) is None  # raise RuntimeError: no word of memory


def test_a_program_nested_too_deeply_is_not_said_to_want_memory() -> None:
    error = parse("-" * 50_000 + "1")
    assert isinstance(error, ProgramError)
    assert hint(error) is None
    assert "nested" in explained(error, "en")


def test_braces_in_a_message_are_no_placeholders() -> None:
    error = SUGGESTED._replace(suggestion="{0}{suggestion}")
    assert "mean {0}{suggestion}?" in explained(error, "en")


def test_a_message_of_megabytes_is_read_at_its_beginning() -> None:
    assert hint(ProgramError("RuntimeError", "modified by an inplace operation" * 100_000, 1)) is None


# Texts that Python cannot read, the line that it names, and what is said of it.
UNREAD = [
    ("null", "x = 1\ny = 2\0\n", 2, "a NUL character"),
    ("indent", "with torch.no_grad():\nz = 1\n", 2, "belongs to line 1"),
    ("indent", "x = 1\ndef f():\nreturn 1\n", 3, "belongs to line 2"),
    ("uneven-indent", "x = 1\n  y = 2\n", 2, "further in"),
    ("uneven-indent", "if 1:\n    y = 2\n  z = 3\n", 3, "further out"),
    ("tabs", "if 1:\n        y = 2\n\tz = 3\n", 3, "tabs"),
    ("never-closed", "y = (1 +\n", 1, "This ( is"),
    ("unmatched", "y = 1)\n", 1, "This ) closes"),
    ("unmatched", "y = (1]\n", 1, "This ] closes"),
    ("no-quote", "y = 'abc\n", 1, "quotation mark"),
    ("no-quote", 'y = """abc\n', 1, "quotation mark"),
    ("no-colon", "if 1\n    y = 2\n", 1, "colon"),
    ("no-comma", "y = [1 2]\n", 1, "comma"),
    ("equals", "f() = 1\n", 1, "=="),
    ("syntax", "a()print(b)\n", 1, "cannot read"),
]


@pytest.mark.parametrize(("expected", "source", "line", "words"), UNREAD)
def test_a_text_that_python_cannot_read_is_explained_where_that_is(
    expected: str, source: str, line: int, words: str
) -> None:
    error = parse(source)
    assert isinstance(error, ProgramError)
    assert (hint(error), error.line) == (expected, line)
    assert words in explained(error, "en")
    assert "{" not in explained(error, "ja")


# As said by Python 3.11 and torch 2.13 in a locked process.
LACKED = [
    ("name", "NameError", "name 'np' is not defined", "no np at"),
    ("no-file", "FileNotFoundError", "[Errno 2] No such file or directory: 'data.csv'", "without files"),
    ("no-file", "RuntimeError", "Parent directory models does not exist.", "without files"),
    (
        "not-written",
        "RuntimeError",
        "[enforce fail at inline_container.cc:747] . open file failed with strerror: Operation not permitted",
        "without files",
    ),
    (
        "no-network",
        "URLError",
        "<urlopen error [Errno -3] Temporary failure in name resolution>",
        "without a network",
    ),
    ("no-network", "gaierror", "[Errno -2] Name or service not known", "without a network"),
    ("no-module", "ModuleNotFoundError", "No module named 'pandas'", "module pandas"),
    (
        "hidden-file",
        "ModuleNotFoundError",
        "No module named 'token.b' (token/__init__.py beside the program is hidden by a module of its name)",
        "so token/__init__.py beside the program is not imported",
    ),
    ("not-source", "ImportError", "a.py was not read: it is not Python source text: bad", "a.py is not Python source"),
    (
        "too-much-beside",
        "ImportError",
        "a.py was not read: a program may import 500 files beside it, of 2,000,000 bytes in all",
        "500 files beside it, of 2,000,000 bytes",
    ),
    ("not-read", "ImportError", "a.py was not read: Permission denied", "a.py could not be read: Permission denied."),
    ("no-cuda", "AssertionError", "Torch not compiled with CUDA enabled", "no GPU"),
]


@pytest.mark.parametrize(("expected", "kind", "message", "words"), LACKED)
def test_what_a_run_has_not_is_said(expected: str, kind: str, message: str, words: str) -> None:
    error = ProgramError(kind, message, 1)
    assert hint(error) == expected
    assert words in explained(error, "en")
    assert "{" not in explained(error, "ja")


def test_every_row_about_python_has_a_message_here() -> None:
    assert {row.id for row in PYTHON} == {one for one, *_ in (*UNREAD, *LACKED)}


@pytest.mark.parametrize("character", "（）＝１＋。、“”‘’　；：［］")
def test_full_width_characters_are_found_where_they_are(character: str) -> None:
    error = parse(f"import torch\nx = 1 {character} 2\n")
    assert isinstance(error, ProgramError)
    assert (hint(error), error.line, error.column) == ("full-width", 2, 7)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("reached", get_args(LimitName))
def test_every_limit_is_told(reached: LimitName, language: str) -> None:
    text = limit_text(Limit(reached, "200,000 ops"), language)
    assert text
    assert ("200,000 ops" in text) == (reached == "ops")


def test_a_limit_is_told_as_one_in_technical_words_too() -> None:
    assert limit_said(Limit("time", "line 4")) == "time limit reached at line 4"
    assert limit_said(Limit("memory", "")) == "memory limit reached"


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("said", ["not-tracked", "retain-no-rg"])
def test_the_grad_mode_of_the_run_is_named_where_it_is_to_blame(said: str, language: str) -> None:
    error = next(ProgramError(kind, message, 1) for name, kind, message in SAID if name == said)
    assert "no_grad" in explained(error, language, "no_grad")
    assert explained(error, language, "no_grad") != explained(error, language)


def test_the_grad_mode_explains_no_other_error() -> None:
    error = ProgramError("KeyError", "'w'", 1)
    assert explained(error, "en", "no_grad") == "KeyError: 'w'"
    error = ProgramError("RuntimeError", "returned nan values", 1)
    assert explained(error, "en", "no_grad") == explained(error, "en")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_warning_nobody_knows_is_said_as_it_is(language: str) -> None:
    warned = Warned(1, "UserWarning", "odd {0}")
    assert (warning_text(warned, language), warning_hint(warned)) == ("UserWarning: odd {0}", None)
