"""Alter single digits at random, in a copy of the site, and see whether a test notices.

    make mutants                               # three hundred, a quarter of an hour
    python tests/mutants.py --count 50 --seed 1

Not a test itself: it asks the tests. Each alteration is one digit, replaced by another one, or one
comparison in a check of a conclusion, turned round. What nobody noticed is listed; names, years and
places in a source may be among it, figures may not.
"""

import argparse
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).resolve().parents[1]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider"]
CLAIMS = [*PYTEST, "-m", "claims", "tests/site"]
GENERATED = [*PYTEST, "tests/site/test_generated.py", "tests/site/test_layout.py"]
NODE = [
    "node",
    "--test",
    *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("tests/widgets/*.test.mjs")),
]

# Per kind: which files, and which checks may notice, quickest first.
KINDS: dict[str, tuple[list[str], list[list[str]]]] = {
    "prose": (["docs/*.md", "docs/*/*.md", "README.md"], [CLAIMS]),
    "numbers": (["docs/*.numbers", "docs/*/*.numbers"], [CLAIMS]),
    "output": (["snippets/*.out"], [[*PYTEST, "tests/site/test_snippets.py"]]),
    "data": (["docs/data/*.json"], [CLAIMS, GENERATED]),
    "figure": (["docs/widgets/*/results.html", "docs/widgets/*/table.html"], [GENERATED]),
    "widget formula": (["docs/widgets/*/model.mjs"], [NODE]),
    "widget": (
        [
            f"docs/widgets/*/{n}"
            for n in ("element.mjs", "drawing.mjs", "code.mjs", "controls.html")
        ],
        [NODE, GENERATED],
    ),
}
OTHERS = {"<": ">", ">": "<"}


@dataclass(frozen=True)
class Mutant:
    kind: str
    path: Path
    position: int
    digit: str

    def __str__(self) -> str:
        text = (ROOT / self.path).read_text(encoding="utf-8")
        line = text.count("\n", 0, self.position) + 1
        start = max(text.rfind("\n", 0, self.position) + 1, self.position - 50)
        before, after = text[start : self.position], text[self.position + 1 :].partition("\n")[0]
        return f"{self.path}:{line}: {before}[{text[self.position]}→{self.digit}]{after[:40]}"


def digits(path: Path, kind: str) -> Iterator[int]:
    """The positions of digits that a reader sees or a formula uses, and of < and > in checks."""
    text = path.read_text(encoding="utf-8")
    hidden = [r"//.*", r"/\*\*.*?\*/", r"cv7", r"^# .*$"]
    if kind == "prose":  # expressions and links have checks of their own, code blocks are run
        hidden = [
            r"^ *(`{3,})[^`]*?^ *\1",
            r"<!--.*?-->",
            r"\]\([^)]*\)",
            r"\{ [^}]*\}",
            r"</?[a-z][^>]*>",
            r"^---\n.*?^---\n",
        ]
        hidden = [*hidden, r"^ *\d\. ", r"--8<--.*"]
    taken = [
        m.span()
        for h in hidden
        for m in re.finditer(h, text, re.M | (re.S if "`" in h or "---\\n" in h else 0))
    ]
    if kind == "numbers":  # a bound may be another digit, but not be on the other side
        checks = list(re.finditer(r"^“.*?” if (.*)$", text, re.M))
        taken += [check.span(1) for check in checks]
        for check in checks:
            yield from (check.start(1) + m.start() for m in re.finditer("[<>]", check[1]))
    for match in re.finditer(r"[0-9]", text):
        if not any(start <= match.start() < end for start, end in taken):
            yield match.start()


def notices(mutant: Mutant, copy: Path) -> bool:
    path = copy / mutant.path
    text = path.read_text(encoding="utf-8")
    altered = text[: mutant.position] + mutant.digit + text[mutant.position + 1 :]
    path.write_text(altered, encoding="utf-8")
    try:
        checks = KINDS[mutant.kind][1]
        if mutant.path.parent.parent.name == "widgets":
            slug = mutant.path.parent.name
            checks = [*checks, [*PYTEST, "tests/browser/test_widgets.py", "-k", slug]]
            own = f"tests/browser/test_{slug.replace('-', '_')}.py"
            if (copy / own).exists():
                checks = [*checks, [*PYTEST, own]]
        if mutant.path.name == "code.mjs":
            checks = [*checks, [*PYTEST, "tests/snippets/test_copied_code.py"]]
        return any(
            subprocess.run(c, cwd=copy, capture_output=True, check=False).returncode for c in checks
        )
    finally:
        path.write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)

    pools = {
        kind: [
            (path, position)
            for pattern in patterns
            for path in sorted(ROOT.glob(pattern))
            for position in digits(path, kind)
        ]
        for kind, (patterns, _) in KINDS.items()
    }
    mutants = []
    for index in range(arguments.count):  # half of them prose, the rest in turns
        kind = "prose" if index % 2 else list(KINDS)[1 + index // 2 % (len(KINDS) - 1)]
        path, position = rng.choice(pools[kind])
        old = path.read_text(encoding="utf-8")[position]
        digit = rng.choice([d for d in OTHERS.get(old, "0123456789") if d != old])
        mutants.append(Mutant(kind, path.relative_to(ROOT), position, digit))

    with tempfile.TemporaryDirectory() as folder:
        copies: Queue[Path] = Queue()
        files = subprocess.run(
            ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        for worker in range(arguments.workers):
            copy = Path(folder) / str(worker)
            for name in files.stdout.splitlines():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, copy / name)
            copies.put(copy)
        for checks in KINDS.values():
            for check in checks[1]:
                subprocess.run(check, cwd=copies.queue[0], capture_output=True, check=True)

        def ask(mutant: Mutant) -> bool:
            copy = copies.get()
            try:
                return notices(mutant, copy)
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(arguments.workers) as pool:
            verdicts = list(pool.map(ask, mutants))

    tried = Counter(m.kind for m in mutants)
    caught = Counter(m.kind for m, noticed in zip(mutants, verdicts, strict=True) if noticed)
    for kind in KINDS:
        print(f"{kind:15} {caught[kind]:4} of {tried[kind]:4} noticed")
    share = caught.total() / tried.total()
    print(f"{'together':15} {caught.total():4} of {tried.total():4}, {share:.1%}")
    for mutant, noticed in zip(mutants, verdicts, strict=True):
        if not noticed:
            print(f"survived ({mutant.kind}): {mutant}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
