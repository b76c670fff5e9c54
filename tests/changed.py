"""Lists the pages that a change touches, for its reviewer: python -m tests.changed BASE"""

import subprocess
import sys
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
# What the site is built from, besides the pages.
BUILDS = ("cv7/", "docs/", "snippets/", "mkdocs.yml", ".ci/check.lock", ".ci/package", ".ci/worker")


def differing(base: str) -> list[str]:
    """The files of the repository that are not as they were in `base`."""
    diff = ["git", "diff", "--name-only", "--no-renames", "-z", base, "HEAD"]
    done = subprocess.run(diff, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    return done.stdout.split("\0")[:-1]


def is_page(path: PurePosixPath) -> bool:
    if path.parts[:2] == ("docs", "notebooks"):
        return path.suffix == ".py"
    return path.parts[0] == "docs" and path.suffix == ".md" and path.parts[1] != "_site"


def said(path: PurePosixPath) -> tuple[str, ...]:
    """What a page says that shows this file, any of these; nothing for what all pages share."""
    match path.parts:
        case ("docs", "widgets", slug, _):
            return (f"<cv7-{slug}>",)
        case ("docs", "data", _):
            return (path.name, f'data("{path.stem}"')
        case ("docs", "figures" | "exercises", *_):
            return (path.name,)
        case ("snippets", *_):
            return (f'--8<-- "{path}',)
        case _:
            return ()


def touched(files: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """The pages, each with the files that touch it; and the files that may touch any page."""
    texts = {
        page: "".join(
            file.read_text(encoding="utf-8")
            for file in (path, path.with_suffix(".numbers"))  # which says what it shows
            if file.exists()
        )
        for path in (ROOT / "docs").rglob("*.*")
        if is_page(page := PurePosixPath(path.relative_to(ROOT).as_posix()))
        and page.name != "topics.md"  # it names every file, and shows none
    }
    pages: dict[str, list[str]] = {}
    anywhere = []
    for path in map(PurePosixPath, files):
        on = [p for p, text in texts.items() if any(name in text for name in said(path))]
        if is_page(path):
            on = [path]
        elif path.suffix == ".numbers":
            on = [path.with_suffix(".md")]
        elif str(path).startswith(BUILDS) and not on:
            anywhere.append(str(path))
        for page in on:
            pages.setdefault(str(page), []).append(str(path))
    return pages, anywhere


def address(page: str) -> str:
    """Where the site has a page, for example `chapters/summary/`."""
    path = PurePosixPath(page).relative_to("docs").with_suffix("")
    path = path.parent if path.name == "index" else path
    return "home" if path == PurePosixPath() else f"{path}/"


def summary(files: list[str]) -> str:
    pages, anywhere = touched(files)
    lines = []
    for page, why in sorted(pages.items()):
        causes = [f"`{name}`" for name in why if name != page]
        gone = "" if (ROOT / page).exists() else ", removed"
        lines.append(f"- **{address(page)}**{gone}{': ' * bool(causes)}{', '.join(causes)}")
    if anywhere:
        listed = ", ".join(f"`{name}`" for name in anywhere)
        lines += ["", f"Every page may have changed, because of {listed}."]
    return "\n".join(["### Pages that this changes", "", *(lines or ["None."]), ""])


if __name__ == "__main__":
    sys.stdout.write(summary(differing(sys.argv[1])))
