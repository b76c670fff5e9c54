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
from pathlib import Path
from typing import Any

from .explain import explain, explain_syntax
from .process import RUNS


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
        import torch

        from .solution import Missing, Solution, Stop, Wrong

        module = importlib.import_module(f"cv7.check.{exercise.replace('-', '_')}")
        checks = module.CHECKS
        tell(total=len(checks) + 1)
        namespace = _as_main(file)
        solution = Solution(file, source, namespace, folder / "output")
        if hasattr(module, "watch"):
            module.watch(solution)
        torch.manual_seed(0)
        stack = open(folder / "stack", "w", encoding="utf-8")  # noqa: SIM115
        faulthandler.dump_traceback_later(seconds, file=stack)
        genuine, streams = dict(vars(builtins)), (sys.stdout, sys.stderr)
        tell(doing=RUNS)
        title, wrong, read = RUNS, "", ""
        try:
            exec(code, namespace)  # noqa: S102
        except Stop:
            title = "The file runs, until the check below stopped it"
        except BaseException as error:
            wrong = explain(error, solution)
        vars(builtins).update(genuine)
        sys.stdout, sys.stderr = streams
        sys.stdout.flush()
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # what the checks make it print is not its own
        torch.set_grad_enabled(True)  # it may have been left switched off
        torch.manual_seed(0)
        for check in getattr(module, "EVEN_IF_IT_STOPPED", ()) if wrong else ():
            try:
                check.run(solution)
            except Wrong as error:
                if not isinstance(error, Missing):
                    wrong, read = f"{wrong}\n{error}", check.read
                break
            except Exception:
                break  # nothing to add to what is known
        if outcome(title, wrong, read):
            for check in checks:
                tell(doing=check.title)
                note = ""
                try:
                    note = check.run(solution) or ""
                except Wrong as error:
                    wrong = str(error)
                except BaseException as error:
                    wrong = explain(error, solution)
                if not outcome(check.title, wrong, check.read, note):
                    break
    tell(done=True)
    os._exit(0)  # at once, whatever threads the file has left


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
