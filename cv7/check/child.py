"""The process in which a solution runs: runs it, checks it, and writes down what it finds.

The parent is `process.py`. Everything that can be wrong with the file itself is told as the first
check, and the checks of the exercise follow until one fails.
"""

import builtins
import faulthandler
import importlib
import json
import os
import sys
import types
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .explain import NOT_YET, explain, explain_syntax
from .process import RUNS

if TYPE_CHECKING:
    from .solution import Check, Solution


def main(exercise: str, file: Path, folder: Path, seconds: float) -> None:
    events = open(folder / "events", "w", encoding="utf-8")  # noqa: SIM115

    def tell(**event: Any) -> None:
        events.write(json.dumps(event) + "\n")
        events.flush()

    def outcome(title: str, wrong: str, read: str = "", note: str = "") -> bool:
        told = {"title": title, "passed": not wrong, "message": wrong or note, "read": read}
        tell(outcome=told)
        return not wrong

    try:
        source = file.read_text(encoding="utf-8-sig")
        code = compile(source, str(file), "exec", dont_inherit=True)
    except UnicodeDecodeError:
        outcome(RUNS, "The file is not text in UTF-8. Save it as UTF-8 in your editor.")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        outcome(RUNS, explain_syntax(error))
    else:
        # All that the checks need is imported before the file can replace any of it.
        from .solution import Solution

        module = importlib.import_module(f"cv7.check.{exercise.replace('-', '_')}")
        tell(total=len(module.CHECKS) + 1)
        solution = Solution(file, source, _as_main(file), folder / "output")
        if hasattr(module, "watch"):
            module.watch(solution)
        stack = open(folder / "stack", "w", encoding="utf-8")  # noqa: SIM115
        faulthandler.dump_traceback_later(seconds, file=stack)
        tell(doing=RUNS)
        title, wrong = _execute(code, solution)
        read = ""
        regardless = getattr(module, "EVEN_IF_IT_STOPPED", ())
        if NOT_YET in wrong:  # what stands before that line may be right already
            for check in regardless:
                if _try(check, solution)[0]:
                    break
                outcome(check.title, "", check.read)
        elif wrong:
            reason, read = _reason(regardless, solution)
            wrong = f"{wrong}\n{reason}".rstrip()
        if outcome(title, wrong, read):
            for check in module.CHECKS:
                tell(doing=check.title)
                wrong, note = _try(check, solution)
                if not outcome(check.title, wrong, check.read, note):
                    break
    tell(done=True)
    os._exit(0)  # at once, whatever threads the file has left


def _execute(code: types.CodeType, solution: "Solution") -> tuple[str, str]:
    """Run the file; the title of this first check, and what went wrong, if anything."""
    import torch

    from .solution import Stop

    process, title, wrong = os.getpid(), RUNS, ""
    genuine, streams = dict(vars(builtins)), (sys.stdout, sys.stderr)
    torch.manual_seed(0)
    try:
        exec(code, solution.namespace)  # noqa: S102
    except Stop:
        title = "The file runs, until the check below stopped it"
    except BaseException as error:
        wrong = explain(error, solution)
    if os.getpid() != process:
        os._exit(0)  # the file has forked: one of the two is enough
    vars(builtins).update(genuine)
    sys.stdout, sys.stderr = streams
    sys.stdout.flush()
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (the checks print nothing of its own)
    torch.set_grad_enabled(True)  # it may have been left switched off
    torch.manual_seed(0)
    return title, wrong


def _reason(checks: Iterable["Check"], solution: "Solution") -> tuple[str, str]:
    """Why the file stopped with an error, where a check knows, and where to read about it."""
    from .solution import Missing, Wrong

    for check in checks:
        try:
            check.run(solution)
        except Wrong as error:
            return ("", "") if isinstance(error, Missing) else (str(error), check.read)
        except Exception:
            break  # the same error, most likely
    return "", ""


def _try(check: "Check", solution: "Solution") -> tuple[str, str]:
    """What is wrong, or else what is worth knowing; both empty if all is well."""
    from .solution import Wrong

    try:
        return "", check.run(solution) or ""
    except Wrong as error:
        return str(error), ""
    except BaseException as error:
        return explain(error, solution), ""


def _as_main(file: Path) -> dict[str, Any]:
    """The namespace in which the file runs as `python file` would run it."""
    program = types.ModuleType("__main__")
    program.__file__ = str(file)
    sys.modules["__main__"] = program
    sys.argv = [str(file)]
    sys.path.insert(0, str(file.parent))
    return vars(program)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]))
