"""What pages include, `--8<-- "file:section"`, and the marks of the sections that they name.

Builds and tests look here before all else: the extension that includes them says neither page nor
line, and everything else rests on them.
"""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path

INCLUDE = re.compile(r"""^[ \t]*-+8<-+[ \t]+["']([^"'\n:]+)(?::([^"'\n]*))?["'][ \t]*$""")
MARK = re.compile(r"\s*# --8<-- \[(start|end):([\w-]+)\]\s*")
FOLDERS = ("cv7", "snippets", "docs/widgets")  # of what pages include
REGEN = (
    "run `make regen`, which writes what each section printed (it installs torch first: three "
    "minutes and 6 GB, once)"
)


def pages(root: Path) -> list[Path]:
    return sorted(p for p in (root / "docs").rglob("*.md") if "_site" not in p.parts)


def included(page: Path) -> Iterator[tuple[int, str, str]]:
    """Line, file and section of each include."""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if found := INCLUDE.match(line):
            yield number, found[1], found[2] or ""


def marks(path: Path) -> Iterator[tuple[int, bool, str]]:
    """Line, whether it opens one, and name of each mark of a section."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if found := MARK.fullmatch(line):
            yield number, found[1] == "start", found[2]


def numbers(path: Path, section: str) -> list[int]:
    """The lines of a file that an include of it, or of a section, gives."""
    lines = path.read_text(encoding="utf-8").split("\n")  # of a file, also the empty one at its end
    at = {number: (opens, name) for number, opens, name in marks(path)}
    found, inside = [], not section
    for number in range(1, len(lines) + 1):
        if number not in at:
            found += [number] if inside else []
        elif section and at[number][1] == section:
            inside = at[number][0]
    return found


def near(name: str, names: list[str]) -> str:
    found = difflib.get_close_matches(name, names, 1)
    return f"did you mean {found[0]}?" if found else ""


def unpaired(root: Path, *, outputs: bool) -> Iterator[str]:
    """Marks that begin or end no section."""
    for path in sorted(p for folder in ("cv7", "snippets") for p in (root / folder).rglob("*.*")):
        if path.suffix not in ((".py", ".out") if outputs else (".py",)):
            continue
        name, current, seen, last = path.relative_to(root).as_posix(), "", set(), 0
        for number, opens, section in marks(path):
            if opens and current:
                end = f"write # --8<-- [end:{current}] above it"
                yield f"{name}:{number}: section {section} begins inside {current}: {end}"
            elif opens and section in seen:
                yield f"{name}:{number}: a second section {section}: give it another name"
            elif not opens and section != current:
                ends = f"ends section {section}, but {current or 'none'} is open"
                yield f"{name}:{number}: {ends}: correct this name, or that where it begins"
            seen.add(section)
            current, last = (section if opens else ""), number
        if current:
            yield f"{name}:{last}: section {current} has no end: write # --8<-- [end:{current}]"


def missing(root: Path, *, outputs: bool) -> Iterator[str]:
    """Includes of what is not there."""
    for page in pages(root):
        for number, target, section in included(page):
            here, path = f"{page.relative_to(root).as_posix()}:{number}", root / target
            if path.suffix == ".out" and not outputs:
                continue
            code = path.with_name(f"{path.name.partition('.')[0]}.py")
            printed = path.suffix == ".out" and code.is_file()
            if not path.is_file():
                files = [f for folder in FOLDERS for f in (root / folder).rglob("*.*")]
                names = [f.relative_to(root).as_posix() for f in files if f.suffix != ".pyc"]
                cure = REGEN if printed else near(target, names) or "correct its name"
                yield f"{here}: includes {target}, which does not exist: {cure}"
            elif section and not re.fullmatch(r"[A-Za-z][\w-]*", section):
                yield f"{here}: includes {target} by line number: name a section"
            elif section and section not in (known := names_in(path)):
                cure = near(section, known) or f"it has {', '.join(known) or 'none'}"
                cure = REGEN if printed and section in names_in(code) else cure
                yield f"{here}: {target} has no section {section}: {cure}"


def names_in(path: Path) -> list[str]:
    return [name for _, opens, name in marks(path) if opens]


def problems(root: Path, *, outputs: bool = True) -> list[str]:
    """File, line, what is wrong and the cure; `outputs` may be left out, as about to be written."""
    return [*unpaired(root, outputs=outputs), *missing(root, outputs=outputs)]
