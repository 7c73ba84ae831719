"""The files beside the program, which it imports from the Request: the process of a run can read none of them.

They are found as Python finds what lies in the folder of a script: before all that is installed, but not before what is
built in or came with torch, and a folder without an __init__.py only where nothing else has its name.
"""

import linecache
import sys
from collections.abc import Sequence
from functools import cache
from importlib.abc import ExecutionLoader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

from gradviz.model.source.place import lines_of_text
from gradviz.model.wire import Neighbour, Request

_PACKAGE = "__init__.py"
# With torch, and for this. What the engine imports later, for itself or to save time, no program has imported.
_IMPORTED = frozenset(sys.modules)


class _Loader(ExecutionLoader):
    """Runs one file as a module."""

    def __init__(self, neighbour: Neighbour, told: str) -> None:
        self._neighbour = neighbour
        self._told = told  # what a person calls the file

    def get_source(self, fullname: str) -> str:
        """The text of the file.

        Raises:
            ImportError: it was not read, and why.
        """
        if self._neighbour.problem:
            what = f"{self._told} was not read: {self._neighbour.problem}"
            raise ImportError(what, name=fullname, path=self._neighbour.path)
        return self._neighbour.text

    def get_filename(self, fullname: str) -> str:
        """The path of the file."""
        del fullname
        return self._neighbour.path

    def is_package(self, fullname: str) -> bool:
        """Whether the file is that of a package."""
        return Path(self.get_filename(fullname)).name == _PACKAGE

    def get_code(self, fullname: str) -> CodeType:
        """The text compiled: once, however often the program is measured."""
        return _compiled(self.get_source(fullname), self._neighbour.path)


class Neighbours(MetaPathFinder):
    """Finds modules among the files beside a program."""

    def __init__(self, request: Request) -> None:
        self._folder = Path(request.file).parent
        self._files = {one.path: one for one in request.neighbours}
        self._folders = {str(folder) for path in self._files for folder in Path(path).parents}
        self.found: set[str] = set()  # names of modules
        later = {_top(name) for name in sys.modules} - _IMPORTED
        giving_way = {name for name in later if self.hidden(name) is not None}
        self.aside = {name: module for name, module in sys.modules.items() if _top(name) in giving_way}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load a module; None: it is none of these files."""
        del target
        tail = fullname.rpartition(".")[2]
        places = [str(Path(where) / tail) for where in ([self._folder] if path is None else path)]
        for place in places:
            for file in (str(Path(place) / _PACKAGE), f"{place}.py"):
                if file in self._files:
                    return self._spec(fullname, file)
        folders = [place for place in places if place in self._folders]
        return self._namespace(fullname, path, folders) if folders else None

    def name_of(self, filename: str) -> str | None:
        """What a person calls a file, from the folder of the program; None: it is not one of these."""
        return str(Path(filename).relative_to(self._folder)) if filename in self._files else None

    def hidden(self, module: str) -> str | None:
        """The file that has the name of a module but is not that, as it was imported before; None: there is none."""
        top = _top(module)
        files = (str(self._folder / top / _PACKAGE), str(self._folder / f"{top}.py"))
        return None if top in self.found else next(filter(None, map(self.name_of, files)), None)

    def _spec(self, fullname: str, file: str) -> ModuleSpec | None:
        neighbour = self._files[file]
        # inspect, torch.jit and tracebacks would look for the lines of a file that exists on the disk alone.
        linecache.cache[file] = (len(neighbour.text), None, lines_of_text(neighbour.text), file)
        self.found.add(fullname)
        return spec_from_file_location(fullname, file, loader=_Loader(neighbour, self.name_of(file) or ""))

    def _namespace(self, fullname: str, path: Sequence[str] | None, folders: list[str]) -> ModuleSpec | None:
        elsewhere = PathFinder.find_spec(fullname, path)
        if elsewhere is not None and elsewhere.loader is not None:
            return None
        self.found.add(fullname)
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = folders
        return spec


def standing() -> Neighbours | None:
    """What finds the files beside the program that runs; None: it has none."""
    return next((one for one in sys.meta_path if type(one) is Neighbours), None)


def place(request: Request) -> None:
    """Let a program import the files beside it, as if none of them had been imported."""
    drop()
    kept = [one for one in sys.meta_path if type(one) is not Neighbours]
    if request.neighbours:
        at = kept.index(PathFinder) if PathFinder in kept else len(kept)
        finder = Neighbours(request)
        kept.insert(at, finder)
        for name in finder.aside:
            del sys.modules[name]
    sys.meta_path[:] = kept


def drop() -> None:
    """Let go of what was imported of these files, and of all that it holds."""
    finder = standing()
    for name in () if finder is None else finder.found:
        module = sys.modules.pop(name, None)
        if isinstance(module, ModuleType):
            vars(module).clear()  # its functions hold the names, and these the functions
    if finder is not None:
        sys.modules.update(finder.aside)


def called(filename: str) -> str | None:
    """What a person calls a file beside the program; None: it is not one."""
    finder = standing()
    return None if finder is None else finder.name_of(filename)


def hidden(raised: BaseException) -> str | None:
    """The file beside the program that an exception misses, where another module has its name; None: it misses none."""
    module: object = None
    match raised:
        case ImportError(name=name):
            module = name
        case AttributeError(obj=ModuleType() as owner):
            module = object.__getattribute__(owner, "__dict__").get("__name__")  # without asking its own code
    finder = standing()
    return finder.hidden(module) if finder is not None and isinstance(module, str) else None


def is_own(value: object) -> bool:
    """Whether an object is a file beside the program, as a module, or of a class that such a file or it defines."""
    is_module, finder = type(value) is ModuleType, standing()
    module = vars(value).get("__name__") if is_module else type(value).__module__
    found = () if finder is None else finder.found
    return type(module) is str and (module in found or (module == "__main__" and not is_module))


def _top(module: str) -> str:
    """The outermost package that a module is in, or itself."""
    return module.partition(".")[0]


@cache
def _compiled(source: str, path: str) -> CodeType:
    return compile(source, path, "exec", dont_inherit=True)
