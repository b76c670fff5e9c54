"""One palette: the style sheet has it, nothing else has colours of its own, all can be read.

And the grammar of its colours: what is compared can be told apart by every eye, has a shape besides,
and nothing else takes those colours.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

import pytest

from cv7._palette import COMPARED, PATTERNS, ROLES, Role, css, custom_property

from ..conftest import ROOT, Generated, report

CSS = ROOT / "docs/_site/theme/assets/cv7.css"
BEGIN, END = (re.compile(rf"^/\* -+ {words}.*\n", re.M) for words in ("Colours:", "End of the col"))
DRAWN = ("cv7", "snippets/figures", "docs/_site", "docs/figures", "docs/widgets")
COLOUR = re.compile(r"(?<![&\w])#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b")
# Where the palette's colours may be written out: why.
WRITTEN_OUT = {
    "cv7/_palette.py": "it is the palette",
    "docs/_site/theme/assets/icon.svg": "it is drawn without a style sheet",
    "docs/_site/theme/main.html": "the browser’s own bar takes no custom property",
}
# Colours that are no role's: why.
OTHERS = {
    "#fb923c": "the dot of the icon, which stands on cards, too",
    "#c3cbe0": "the second line of a card, which is a picture",
}
SCHEMES = ("light", "dark")
CODE = {"light": "#f5f5f5", "dark": "#272a35"}  # what the theme puts under code
UNREAD = {"ground", "box", "header", "header-light", "header-dark"}  # stand behind the others
UNREAD |= {"grid"}  # lines that nobody needs
AREAS = {"rings", "dots"}  # never written with
MEANT = tuple(name for group in COMPARED for name in group)
CONTROLS = ("link", "focus", "button")
MAP = ("rings", "dots")
# What stands side by side, whether it is compared or only told apart.
TOGETHER = (*COMPARED, MAP, ("right", "wrong"), ("green", "amber", "violet"))
# Distances in OKLab; two colours that lie 0.02 apart can just be told from each other.
APART = 0.09  # of what stands side by side, for every eye
UNSURE = 0.06  # of the pale areas of a map, between which there is a line
OTHERWISE = 0.02  # of any two roles, for most eyes
RESERVED = 0.07  # of whatever is not plain or residual from those two, for most eyes


def rule(selector: str, roles: dict[str, str], indent: str = "") -> str:
    lines = "".join(
        f"{indent}  {custom_property(role)}: {value};\n" for role, value in roles.items()
    )
    return f"{indent}{selector} {{\n{lines}{indent}}}\n"


def block() -> str:
    """The palette as CSS: what both schemes share, light, dark, and the shapes of the roles."""
    both = {name: role.light for name, role in ROLES.items() if role.light == role.dark}
    light = {name: role.light for name, role in ROLES.items() if name not in both}
    dark = {name: role.dark for name, role in ROLES.items() if name not in both}
    return (
        rule(":root", both)
        + rule("[data-md-color-scheme]", light)
        + "/* paper is always light */\n@media screen {\n"
        + rule('[data-md-color-scheme="slate"]', dark, "  ")
        + "}\n"
        + shapes()
    )


def listed(selector: str, names: Iterable[str]) -> str:
    return ",\n".join(selector.format(name) for name in names)


def shapes() -> str:
    """Swatches of legends; words with the mark of their role before them; symbols in formulas."""
    swatches = "".join(
        f'[data-state="{name}"] .cv7-swatch {{\n{area(ROLES[name], f"var({custom_property(name)})")}}}\n'
        for name in COMPARED[-1]
    )
    words = f"""/* `**residual**{{ .residual }}` in text, `\\class{{residual}}{{x}}` in formulas: a word or two, in one line. */
{listed(".md-typeset .{}", MEANT)} {{
  white-space: nowrap;
}}
{listed(".md-typeset .{}::before", MEANT)} {{
  content: "";
  display: inline-block;
  width: 0.8em;
  height: 0.8em;
  margin-right: 0.3em;
  border: 0.06em solid;
  vertical-align: -0.08em;
  print-color-adjust: exact; /* else paper has no backgrounds */
}}
{listed(".md-typeset .{}::before", COMPARED[0])} {{
  width: 1.4em;
  height: 0;
  border-width: 0.16em 0 0;
  vertical-align: 0.25em;
}}
"""
    for name in MEANT:
        role = ROLES[name]
        words += f".md-typeset .{name} {{\n  color: var({custom_property(name)});\n}}\n"
        mark = (
            area(role, "currentcolor") if role.pattern else f"  border-top-style: {role.under};\n"
        )
        words += f".md-typeset .{name}::before {{\n{mark}}}\n"
    lines = f"""{listed(".md-typeset mjx-container .{}::before", MEANT)} {{
  content: none;
}}
"""
    for name in MEANT:
        if ROLES[name].under:
            width = "0.2em" if ROLES[name].under == "double" else "0.09em"
            lines += (
                f"mjx-container .{name} {{\n  margin-bottom: -{width};\n"
                f"  border-bottom: {width} {ROLES[name].under};\n}}\n"
            )
    return swatches + words + lines


def area(role: Role, colour: str) -> str:
    round = "  border-radius: 50%;\n" if role.point == "circle" else ""
    return f"  background: {PATTERNS[role.pattern].format(colour)};\n{round}"


def around() -> tuple[str, str]:
    """The style sheet before and after the palette."""
    text = CSS.read_text(encoding="utf-8")
    begin, end = BEGIN.search(text), END.search(text)
    assert begin, f"{CSS.name}: the line that begins the colours is gone"
    assert end, f"{CSS.name}: the line that ends the colours is gone"
    return text[: begin.end()], text[end.start() :]


def test_the_style_sheet_has_the_palette(generated: Generated) -> None:
    before, after = around()
    generated(CSS, before + block() + after)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs/figures").glob("*.svg")), ids=lambda p: p.stem
)
def test_a_figure_opened_by_itself_has_the_palette(path: Path, generated: Generated) -> None:
    roles = {custom_property(role): role for role in ROLES}

    def fallback(match: re.Match[str]) -> str:
        return css(roles[match[1]]) if match[1] in roles else match[0]

    text = path.read_text(encoding="utf-8")
    generated(path, re.sub(r"var\((--[\w-]+), #\w+\)", fallback, text))


def sources() -> Iterator[tuple[str, str]]:
    """What draws or is drawn, by name, without what comes from the palette."""
    for path in sorted(path for folder in DRAWN for path in (ROOT / folder).rglob("*.*")):
        if path.suffix in (".css", ".html", ".j2", ".js", ".mjs", ".py", ".svg"):
            text = path.read_text(encoding="utf-8")
            for role in ROLES:
                text = text.replace(css(role), f"var({custom_property(role)})")
            yield path.relative_to(ROOT).as_posix(), text


def outside(name: str, text: str) -> str:
    """Of the style sheet what is not the palette; its lines keep their numbers."""
    if not name.endswith("/cv7.css"):
        return text
    before, after = around()
    return before + "\n" * block().count("\n") + after


def test_no_colour_is_anything_but_the_palettes() -> None:
    problems, unused = [], WRITTEN_OUT.keys() | OTHERS.keys()
    for name, text in sources():
        for number, line in enumerate(outside(name, text).splitlines(), start=1):
            for colour in COLOUR.findall(line.lower()):
                same = [role for role, its in ROLES.items() if colour in its[:2]]
                if colour in OTHERS or (same and name in WRITTEN_OUT):
                    unused -= {colour, name}
                    continue
                known = f", which is {' or '.join(same)}," if same else ""
                problems.append(
                    f"{name}:{number}: writes {colour}{known} by itself: name a role of "
                    "cv7/_palette.py instead, var(--cv7-<role>), in Python css(role)"
                )
    report(problems + [f"{__file__}:1: no longer needed: {one}: take it out" for one in unused])


def test_every_role_is_used_and_every_use_has_a_role() -> None:
    known = {custom_property(role): role for role in ROLES}
    own = {"--cv7-tone", "--cv7-icon"}  # of a box, which sets them
    used: set[str] = set()
    problems = []
    for name, text in sources():
        for number, line in enumerate(outside(name, text).splitlines(), start=1):
            here = set(re.findall(r"--cv7-[\w-]+", line))
            here |= {f"--cv7-{role}" for role in re.findall(r"\.(?:colour|rgb)\(\"([\w-]+)", line)}
            used |= here
            for one in sorted(here - known.keys() - own):
                role = one.removeprefix("--cv7-")
                near = difflib.get_close_matches(role, ROLES, 1) or list(ROLES)
                cure = f"did you mean {near[0]}?" if len(near) == 1 else f"it has {', '.join(near)}"
                problems.append(f"{name}:{number}: the palette has no role {role}: {cure}")
    for one in known.keys() - used:
        if one.startswith("--cv7-") and known[one] not in MEANT:  # words have those
            problems.append(f"cv7/_palette.py:1: nothing uses {known[one]}: take it out")
    report(problems)


def test_lines_drawn_by_hand_have_the_shape_of_their_role() -> None:
    problems = []
    for name, text in sources():
        for number, line in enumerate(text.splitlines(), start=1):
            role = re.search(r'<polyline[^>]* stroke="var\(--cv7-([\w-]+)\)"', line)
            dash = re.search(r'stroke-dasharray="([^"]*)"', line)
            if role and (dash[1] if dash else "") != (wanted := ROLES[role[1]].dash):
                cure = f'write stroke-dasharray="{wanted}"' if wanted else "take the dashes out"
                problems.append(f"{name}:{number}: a line of {role[1]} has another shape: {cure}")
    report(problems)


def channels(colour: str) -> list[float]:
    """Red, green, blue and alpha, 0 to 1."""
    digits = colour[1:] if len(colour) > 4 else "".join(2 * digit for digit in colour[1:])
    return [int(f"{digits}ff"[at : at + 2], 16) / 255 for at in range(0, 8, 2)]


def luminance(rgb: list[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour: str, ground: str) -> float:
    """As WCAG 2 defines it; a colour that lets the ground through is seen mixed with it."""
    *rgb, alpha = channels(colour)
    behind = channels(ground)[:3]
    seen = [alpha * c + (1 - alpha) * b for c, b in zip(rgb, behind, strict=True)]
    low, high = sorted((luminance(seen), luminance(behind)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_what_wcag_defines() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#ffffff00", "#123456") == 1


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_role_can_be_told_from_what_is_behind_it(scheme: str) -> None:
    colours = {name: getattr(role, scheme) for name, role in ROLES.items()}
    problems = []
    for name in colours.keys() - UNREAD:
        behind = {"ground": colours["ground"], "box": colours["box"]}
        if name.startswith("on-"):
            under = name.removeprefix("on-").removesuffix("-light")
            behind = {under: colours[under]}
        elif name.startswith("code-"):
            behind = {"the theme’s code": CODE[scheme]}
        least = 3 if name in AREAS else 4.5
        for under, ground in behind.items():
            if (found := contrast(colours[name], ground)) < least:
                problems.append(
                    f"cv7/_palette.py:1: {name}, {colours[name]} in the {scheme} scheme, has on "
                    f"{under} a contrast of {found:.2f}: choose a colour that has {least} at least"
                )
    report(problems)
