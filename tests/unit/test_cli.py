"""The commands with a stand-in for the engine: arguments, files, streams, exit status."""

import gc
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import ClassVar, Self

import pytest

import gradviz
from gradviz import cli, doctor, resources
from gradviz.__main__ import COMMANDS
from gradviz.doctor import Finding
from gradviz.model.cost import MODES, Costs, Raised, Timed
from gradviz.model.program import MAX_SOURCE
from gradviz.model.trace import GradMode, Limit, Output, ProgramError, Trace, Warned
from gradviz.model.wire import Neighbour, Ready, Request
from gradviz.runs import EngineError


class FakeEngine:
    """Answers each request with `answer`, and remembers it."""

    answer = Trace("2.13.0", "3.11.7", "grad", "")
    asked: ClassVar[list[Request]] = []
    interpreter: str | None = None
    timed_in: GradMode | None = None
    ready = Ready("2.13.0", "3.11.7", "")

    def __init__(self, interpreter: str | None) -> None:
        FakeEngine.interpreter = interpreter

    def __enter__(self) -> Self:
        if FakeEngine.interpreter == "broken":
            raise EngineError("the engine ended (status 3)")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def trace(self, request: Request) -> Trace:
        self.asked.append(request)
        return self.answer._replace(source=request.source, mode=request.mode)

    def timed(self, request: Request, mode: GradMode) -> Timed:
        self.asked.append(request)
        FakeEngine.timed_in = mode
        return Timed(mode, (), (), 1)

    def costs(self, request: Request) -> Iterator[Costs]:
        self.asked.append(request)
        yield Costs(raised=tuple(Raised(mode, ProgramError("Boom", "no", 1)) for mode in MODES), done=True)


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> type[FakeEngine]:
    monkeypatch.setattr(cli, "Engine", FakeEngine)
    monkeypatch.setattr(FakeEngine, "asked", [])
    monkeypatch.setattr(FakeEngine, "answer", FakeEngine.answer)
    return FakeEngine


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text("x = 1\n")
    return path


def usage_of(*arguments: str) -> int | str | None:
    """Return the status with which the parser leaves."""
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    return left.value.code


class TestArguments:
    def test_the_version_is_said(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert usage_of("--version") == 0
        assert capsys.readouterr().out == f"gradviz {gradviz.__version__}\n"

    @pytest.mark.parametrize("command", COMMANDS)
    def test_each_command_has_help(self, command: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert usage_of(command, "--help") == 0
        assert capsys.readouterr().out.startswith(f"usage: gradviz {command} ")

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--nonsense"],
            ["export", "lesson:first"],
            ["export", "lesson:first", "-o", "a.svg", "--mode", "eval"],
            ["export", "lesson:first", "-o", "a.svg", "--scale", "0"],
            ["export", "lesson:first", "-o", "a.svg", "--step", "-1"],
            ["export", "lesson:first", "-o", "a.svg", "--step", "middle"],
            ["trace", "lesson:first", "-o", "a.json", "--timeout", "inf"],
            ["trace", "lesson:first", "-o", "a.json", "--memory", "0"],
            ["trace", "lesson:first", "-o", "a.json", "--seed", "x"],
        ],
    )
    def test_what_is_not_meant_is_refused(self, arguments: list[str]) -> None:
        assert usage_of(*arguments) == cli.USAGE

    @pytest.mark.parametrize(
        ("argument", "wrong", "told"),
        [
            ("--timeout", "soon", "is not a number above 0"),
            ("--timeout", "1e300", "is not a number above 0"),
            ("--memory", "2GB", "is not a number of bytes"),
            ("--memory", "1000", "8388608 or more"),
            ("--seed", "x", "takes for a seed"),
            ("--seed", str(2**64), "takes for a seed"),
            ("--seed", "9" * 5000, "takes for a seed"),
            ("--step", "middle", "nor first, last or all"),
        ],
    )
    def test_a_wrong_number_is_told_in_words(
        self, argument: str, wrong: str, told: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert usage_of("export", "lesson:first", "-o", "a.svg", argument, wrong) == cli.USAGE
        said = capsys.readouterr().err
        assert told in said
        assert "invalid _" not in said  # which would be a name of ours

    @pytest.mark.parametrize("seed", [-(2**63), -1, 0, 2**64 - 1])
    def test_every_seed_of_torch_is_taken(self, seed: int, tmp_path: Path, engine: type[FakeEngine]) -> None:
        told = ["trace", "lesson:first", "-o", str(tmp_path / "t.json"), f"--seed={seed}"]
        assert cli.main(told) == cli.DONE
        assert engine.asked[0].seed == seed

    @pytest.mark.parametrize("command", ["trace", "export", "measure"])
    def test_the_files_beside_a_program_go_with_it(
        self, command: str, program: Path, tmp_path: Path, engine: type[FakeEngine]
    ) -> None:
        program.write_text("import config\n")
        (tmp_path / "config.py").write_text("width = 4\n")
        cli.main([command, str(program), *(() if command == "measure" else ("-o", str(tmp_path / "t.json")))])
        assert engine.asked[0].neighbours == (Neighbour(str(tmp_path / "config.py"), "width = 4\n"),)

    def test_they_become_the_request(self, program: Path, tmp_path: Path, engine: type[FakeEngine]) -> None:
        options = ["--mode=no_grad", "--timeout=2.5", "--memory=10000000", "--seed=7", "--python=/opt/python"]
        assert cli.main(["trace", str(program), "-o", str(tmp_path / "t.json"), *options]) == cli.DONE
        (request,) = engine.asked
        assert request == Request("x = 1\n", "no_grad", 7, request.limits, file=str(program))
        assert (request.limits.seconds, request.limits.memory) == (2.5, 10_000_000)
        assert engine.interpreter == "/opt/python"


class TestProgram:
    def trace(self, program: str, tmp_path: Path) -> int:
        return cli.main(["trace", program, "-o", str(tmp_path / "t.json")])

    def test_a_lesson_is_taken_by_its_name(self, tmp_path: Path, engine: type[FakeEngine]) -> None:
        assert self.trace("lesson:first", tmp_path) == cli.DONE
        assert engine.asked[0].source == resources.lesson("first").source

    def test_a_session_is_run_in_the_mode_that_it_has(
        self, program: Path, tmp_path: Path, engine: type[FakeEngine], capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = program.with_suffix(".gradviz")
        file.write_bytes(b'{"gradviz": 1, "program": "z = 3", "mode": "inference"}')
        assert self.trace(str(file), tmp_path) == cli.DONE
        assert cli.main(["trace", str(file), "-o", str(tmp_path / "t.json"), "--mode", "grad"]) == cli.DONE
        assert [(asked.source, asked.mode) for asked in engine.asked] == [("z = 3", "inference"), ("z = 3", "grad")]
        file.write_bytes(b"z = 3")
        assert self.trace(str(file), tmp_path) == cli.USAGE
        assert f"{file}: this is no session of gradviz" in capsys.readouterr().err

    @pytest.mark.parametrize(("more", "seed"), [([], 7), (["--seed", "0"], 0)])
    def test_every_run_of_a_session_begins_with_its_seed_unless_another_is_named(
        self, program: Path, tmp_path: Path, engine: type[FakeEngine], more: list[str], seed: int
    ) -> None:
        file = program.with_suffix(".gradviz")
        file.write_bytes(b'{"gradviz": 1, "program": "z = 3", "mode": "inference", "seed": 7}')
        assert cli.main(["export", str(file), "-o", str(tmp_path / "a.svg"), "--heat", "time", *more]) == cli.DONE
        assert cli.main(["measure", str(file), *more]) == cli.RAISED
        drawn, timed, measured = engine.asked
        assert (drawn.mode, engine.timed_in) == ("inference", "inference")
        assert [(asked.source, asked.seed) for asked in (drawn, timed, measured)] == [("z = 3", seed)] * 3

    def test_a_dash_is_standard_input(
        self, tmp_path: Path, engine: type[FakeEngine], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("y = '勾配'\r\n".encode())))
        assert self.trace("-", tmp_path) == cli.DONE
        assert engine.asked[0].source == "y = '勾配'\n"

    def test_what_is_imported_lies_in_the_current_folder_or_beside_the_session(
        self, tmp_path: Path, engine: type[FakeEngine], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As Python looks for what a program on standard input imports."""
        for folder in ("here", "there"):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "config.py").write_text(f"place = '{folder}'")
        (tmp_path / "there" / "a.gradviz").write_bytes(b'{"gradviz": 1, "program": "import config"}')
        monkeypatch.chdir(tmp_path / "here")
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"import config")))
        assert self.trace("-", tmp_path) == self.trace("../there/a.gradviz", tmp_path) == cli.DONE
        told = [(Path(asked.file).parent.name, [one.text for one in asked.neighbours]) for asked in engine.asked]
        assert told == [("here", ["place = 'here'"]), ("there", ["place = 'there'"])]

    def test_a_file_is_read_as_python_reads_it(self, program: Path, tmp_path: Path, engine: type[FakeEngine]) -> None:
        program.write_bytes("# coding: euc-jp\ny = '勾配'\n".encode("euc-jp"))
        assert self.trace(str(program), tmp_path) == cli.DONE
        assert "勾配" in engine.asked[0].source

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"\xff\xfe\x00", "is not Python source text"),
            (b"# coding: nonsense\n", "is not Python source text"),
            (b"# coding: rot13\n", "is not Python source text"),
            (b"#" * (MAX_SOURCE + 1), "longer than"),
        ],
    )
    def test_what_is_no_program_is_refused(
        self, content: bytes, words: str, program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        program.write_bytes(content)
        assert self.trace(str(program), tmp_path) == cli.USAGE
        assert words in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["nowhere.py", "lesson:nothing", "."])
    def test_what_is_not_there_is_said(self, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.trace(name, tmp_path) == cli.USAGE
        assert name.removeprefix("lesson:") in capsys.readouterr().err

    def test_a_link_to_itself_is_said(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "loop.py").symlink_to("loop.py")
        assert self.trace(str(tmp_path / "loop.py"), tmp_path) == cli.USAGE
        assert "loop.py cannot be read" in capsys.readouterr().err

    def test_an_engine_that_does_not_start_is_said(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["trace", "lesson:first", "-o", str(tmp_path / "t.json"), "--python", "broken"]) == cli.USAGE
        assert capsys.readouterr().err == "gradviz: the engine ended (status 3)\n"


def test_no_cycles_are_looked_for_while_a_command_runs(
    engine: type[FakeEngine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def trace(_: FakeEngine, __: Request) -> Trace:
        seen.append(gc.isenabled())
        return FakeEngine.answer

    monkeypatch.setattr(engine, "trace", trace)
    assert gc.isenabled()
    assert cli.main(["trace", "lesson:first", "-o", str(tmp_path / "t.json")]) == cli.DONE
    assert seen == [False]
    assert gc.isenabled()


class TestEnd:
    ERROR = ProgramError(
        "AttributeError", "module has no attribute 'get_grad_mode'", 3, suggestion="torch.is_grad_enabled"
    )

    def run(self, answer: Trace, tmp_path: Path, engine: type[FakeEngine]) -> tuple[int, dict[str, object]]:
        engine.answer = answer
        out = tmp_path / "t.json"
        status = cli.main(["trace", "lesson:first", "-o", str(out)])
        return status, json.loads(out.read_text())

    def test_prints_go_to_standard_error(
        self, tmp_path: Path, engine: type[FakeEngine], capsys: pytest.CaptureFixture[str]
    ) -> None:
        answer = engine.answer._replace(output=(Output(1, "hel"), Output(2, "lo\n")))
        assert self.run(answer, tmp_path, engine)[0] == cli.DONE
        assert capsys.readouterr() == ("", "hello\n")

    def test_an_error_is_said_and_the_trace_written(
        self, tmp_path: Path, engine: type[FakeEngine], capsys: pytest.CaptureFixture[str]
    ) -> None:
        status, trace = self.run(engine.answer._replace(error=self.ERROR), tmp_path, engine)
        assert status == cli.RAISED
        assert isinstance(trace["error"], dict)
        assert trace["error"]["line"] == 3
        said = capsys.readouterr().err
        assert "line 3" in said
        assert self.ERROR.message in said
        assert "Did you mean torch.is_grad_enabled?" in said

    @pytest.mark.parametrize("terminal", [False, True])
    def test_a_terminal_is_given_nothing_to_obey(
        self,
        terminal: bool,
        tmp_path: Path,
        engine: type[FakeEngine],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        said = io.StringIO()
        monkeypatch.setattr(said, "isatty", lambda: terminal)
        monkeypatch.setattr("sys.stderr", said)
        error = ProgramError("ValueError", "\x1b[2Jfine\u202e", 3)
        answer = engine.answer._replace(output=(Output(1, "\x1b]0;owned\x07ok\n"),), error=error)
        assert self.run(answer, tmp_path, engine)[0] == cli.RAISED
        printed, *problem = said.getvalue().splitlines()
        assert printed == ("]0;ownedok" if terminal else "\x1b]0;owned\x07ok")
        assert problem[0] == "gradviz: line 3: ValueError: [2Jfine"

    def test_a_warning_is_said(
        self, tmp_path: Path, engine: type[FakeEngine], capsys: pytest.CaptureFixture[str]
    ) -> None:
        answer = engine.answer._replace(warnings=(Warned(8, "UserWarning", "beware of the leaf"),))
        assert self.run(answer, tmp_path, engine)[0] == cli.DONE
        assert "beware of the leaf" in capsys.readouterr().err

    def test_a_limit_is_said_and_the_trace_written(
        self, tmp_path: Path, engine: type[FakeEngine], capsys: pytest.CaptureFixture[str]
    ) -> None:
        status, trace = self.run(engine.answer._replace(limits=Limit("time", "line 5")), tmp_path, engine)
        assert status == cli.LIMIT
        assert trace["limits"] == {"reached": "time", "at": "line 5"}
        assert "time" in capsys.readouterr().err

    def test_more_is_said_when_asked_for(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["trace", "lesson:first", "-o", str(tmp_path / "t.json"), "--verbose"]) == cli.DONE
        first, second = capsys.readouterr().err.splitlines()
        assert first == "gradviz: torch 2.13.0, Python 3.11.7, sandbox: on"
        assert second.startswith("gradviz: 0 ops, 0 grad_fns, 0 tensors, 0 steps in ")

    def test_a_trace_can_go_to_standard_output(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["trace", "lesson:first", "-o", "-"]) == cli.DONE
        assert json.loads(capsys.readouterr().out)["schema"] == 1

    def test_a_folder_that_is_not_there_is_said_before_the_run(
        self, tmp_path: Path, engine: type[FakeEngine], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["trace", "lesson:first", "-o", str(tmp_path / "no" / "t.json")]) == cli.USAGE
        assert engine.asked == []
        assert "no folder" in capsys.readouterr().err


class TestWall:
    @pytest.mark.parametrize("command", [["trace", "lesson:first", "-o", "-"], ["lessons", "--check"]])
    def test_that_there_is_none_is_said_before_anything_runs(
        self,
        command: list[str],
        engine: type[FakeEngine],
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(engine, "ready", engine.ready._replace(sandbox="this Linux kernel has no Landlock"))
        monkeypatch.setattr(engine, "trace", lambda *_: [][0])
        assert cli.main(command) == cli.FLAW
        first = capsys.readouterr().err.splitlines()[0]
        assert first == "gradviz: no sandbox: this Linux kernel has no Landlock. The program runs with your own rights."

    def test_of_a_wall_nothing_is_said(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["trace", "lesson:first", "-o", str(tmp_path / "t.json")]) == cli.DONE
        assert capsys.readouterr().err == ""


class TestFlaw:
    @pytest.fixture(autouse=True)
    def flawed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(FakeEngine, "trace", lambda *_: [][0])

    def test_it_is_a_sentence_and_no_error_of_the_program(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["trace", "lesson:first", "-o", "-"]) == cli.FLAW not in {0, cli.RAISED, cli.USAGE, cli.LIMIT}
        out, err = capsys.readouterr()
        assert out == ""
        assert "IndexError: list index out of range" in err
        assert "Traceback" not in err

    def test_where_it_is_is_said_when_asked_for(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["trace", "lesson:first", "-o", "-", "--verbose"]) == cli.FLAW
        assert "Traceback" in capsys.readouterr().err


class TestExport:
    def test_a_reader_that_has_gone_is_said(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def gone(_: Iterable[bytes]) -> None:
            raise BrokenPipeError(32, "Broken pipe")

        monkeypatch.setattr("sys.stdout", SimpleNamespace(buffer=SimpleNamespace(writelines=gone)))
        assert cli.main(["trace", "lesson:first", "-o", "-"]) == cli.USAGE
        assert "- cannot be written: Broken pipe" in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["a.bmp", "a", "-"])
    def test_the_format_must_be_known(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["export", "lesson:first", "-o", name]) == cli.USAGE
        assert "--format" in capsys.readouterr().err

    def test_the_format_overrides_the_ending(self, tmp_path: Path) -> None:
        out = tmp_path / "a.txt"
        assert cli.main(["export", "lesson:first", "-o", str(out), "--format", "json"]) == cli.DONE
        assert json.loads(out.read_text())["schema"] == 1


class TestLessons:
    def test_they_are_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["lessons", "--lang", "ja"]) == cli.DONE
        assert capsys.readouterr().out.splitlines()[0].split() == ["lesson:first", "はじめての計算グラフ"]

    def test_they_are_listed_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["lessons", "--json"]) == cli.DONE
        listed = json.loads(capsys.readouterr().out)
        assert [lesson["name"] for lesson in listed] == [lesson.name for lesson in resources.lessons()]
        assert set(listed[0]["title"]) == {"en", "ja"}

    def test_a_claim_that_does_not_hold_fails_the_check(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["lessons", "--check"]) == cli.RAISED
        said = capsys.readouterr().out
        assert "lesson:first: wrong\n  no tensor is named x\n" in said
        assert "after '2.0' became '3.0': no tensor is named x" in said
        asks = [one.telling.ask for one in resources.lessons()]
        wanted = [f"  there is nothing to ask as in {ask.wanted}" for ask in asks if ask is not None]
        assert [line for line in said.splitlines() if "nothing to ask" in line] == wanted != []


@pytest.mark.parametrize(("verdict", "status"), [("ok", cli.DONE), ("note", cli.DONE), ("missing", cli.USAGE)])
def test_the_doctor_fails_only_for_what_is_missing(
    verdict: doctor.Verdict, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "findings", lambda interpreter: (Finding("tea", verdict, "none"),))
    assert cli.main(["doctor"]) == status
    assert capsys.readouterr().out.split() == [verdict, "tea", "none"]


def test_the_doctor_speaks_japanese(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "findings", lambda interpreter: (Finding("tea", "ok", "hot", japanese="熱い"),))
    assert cli.main(["doctor", "--lang", "ja"]) == cli.DONE
    assert capsys.readouterr().out.split() == ["良好", "tea", "熱い"]


def test_every_command_is_known_before_the_commands_are_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    usage_of("--help")
    listed = capsys.readouterr().out.partition("COMMAND\n")[2]
    assert tuple(line.split()[0] for line in listed.splitlines()[: len(COMMANDS)]) == COMMANDS
