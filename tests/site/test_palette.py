"""One palette: the style sheet has it, nothing else has colours of its own, all can be read.

And the grammar of its colours: what is compared can be told apart by every eye, has a shape too,
and nothing else takes those colours.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from itertools import combinations
from math import dist
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


def ruled(selectors: Iterable[str], *declarations: str) -> str:
    lines = "".join(f"  {declaration};\n" for declaration in declarations)
    return ",\n".join(selectors) + f" {{\n{lines}}}\n"


def filled(role: Role, colour: str) -> list[str]:
    outline = ["border-radius: 50%"] if role.point == "circle" else []
    return [f"background: {PATTERNS[role.pattern].format(colour)}", *outline]


def shapes() -> str:
    """Swatches of legends; words with the mark of their role before them; symbols in formulas."""
    rules = [
        ruled([f'[data-state="{name}"] .cv7-swatch'], *filled(ROLES[name], f"var(--cv7-{name})"))
        for name in COMPARED[-1]
    ]
    rules.append("/* `**residual**{ .residual }`: a word or two, which stay in one line. */\n")
    rules.append(ruled([f".md-typeset .{name}" for name in MEANT], "white-space: nowrap"))
    square = ['content: ""', "display: inline-block", "width: 0.8em", "height: 0.8em"]
    square += ["margin-right: 0.3em", "border: 0.06em solid", "vertical-align: -0.08em"]
    square += ["print-color-adjust: exact"]  # else backgrounds are not on paper
    marks = [f".md-typeset .{name}::before" for name in MEANT]
    rules.append(ruled(marks, *square))
    # Where the system chooses the colours, it takes backgrounds away unless asked not to.
    kept = ruled(marks, "color: canvastext", "forced-color-adjust: none").replace("\n", "\n  ")
    rules.append(f"@media (forced-colors: active) {{\n  {kept.strip()}\n}}\n")
    for name in MEANT:
        role = ROLES[name]
        line = ["width: 1.4em", "height: 0", f"border-top: 0.16em {role.under}"]
        line += ["border-bottom: 0", "vertical-align: 0.25em"]
        mark = filled(role, "currentcolor") if role.pattern else line
        rules.append(ruled([f".md-typeset .{name}"], f"color: var(--cv7-{name})"))
        rules.append(ruled([f".md-typeset .{name}::before"], *mark))
    rules.append("/* `\\class{residual}{x}` in a formula: a line under it says the same. */\n")
    marks = [f".md-typeset mjx-container .{name}::before" for name in MEANT]
    rules.append(ruled(marks, "content: none"))
    for under in dict.fromkeys(ROLES[name].under for name in MEANT if ROLES[name].under):
        wide = 0.2 if under == "double" else 0.09
        below = [f"margin-bottom: {-0.16 - wide:.2f}em", "padding-bottom: 0.16em"]
        below += [f"border-bottom: {wide}em {under}"]
        lined = [f"mjx-container .{name}" for name in MEANT if ROLES[name].under == under]
        rules.append(ruled(lined, *below))
    return "".join(rules)


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
    own = {"--cv7-tone"}  # of a box, which sets it
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


# ---- Colours that are told apart -----------------------------------------------------------------

Vector = tuple[float, ...]
# Brettel, Viénot and Mollon, Computerized simulation of color appearance for dichromats, J. Opt.
# Soc. Am. A 14 (1997): colours are projected onto one of two half planes. Per kind of eye the two
# projections of linear sRGB, and the plane that parts them, as N. Burrus computed them for
# libDaltonLens (https://github.com/DaltonLens/libDaltonLens, 2021).
EYES: dict[str, tuple[Vector, Vector, Vector]] = {
    "without red cones": (
        (0.14980, 1.19548, -0.34528, 0.10764, 0.84864, 0.04372, 0.00384, -0.00540, 1.00156),
        (0.14570, 1.16172, -0.30742, 0.10816, 0.85291, 0.03892, 0.00386, -0.00524, 1.00139),
        (0.00048, 0.00393, -0.00441),
    ),
    "without green cones": (
        (0.36477, 0.86381, -0.22858, 0.26294, 0.64245, 0.09462, -0.02006, 0.02728, 0.99278),
        (0.37298, 0.88166, -0.25464, 0.25954, 0.63506, 0.10540, -0.01980, 0.02784, 0.99196),
        (-0.00281, -0.00611, 0.00892),
    ),
    "without blue cones": (
        (1.01277, 0.13548, -0.14826, -0.01243, 0.86812, 0.14431, 0.07589, 0.80500, 0.11911),
        (0.93678, 0.18979, -0.12657, 0.06154, 0.81526, 0.12320, -0.37562, 1.12767, 0.24796),
        (0.03901, -0.02788, -0.01113),
    ),
}
ALL_EYES = ("with three kinds of cones", *EYES)


def product(matrix: Vector, vector: Vector) -> Vector:
    """Of a matrix, row after row, and a vector of three."""
    rows = [matrix[at : at + 3] for at in range(0, len(matrix), 3)]
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in rows)


def linear(colour: str) -> Vector:
    rgb = channels(colour)[:3]
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)


def seen(colour: str, eyes: str) -> Vector:
    """The colour in OKLab (https://bottosson.github.io/posts/oklab/) as these eyes have it."""
    light = linear(colour)
    if eyes in EYES:
        one, other, plane = EYES[eyes]
        projected = product(one if product(plane, light)[0] >= 0 else other, light)
        light = tuple(min(1, max(0, c)) for c in projected)
    cones = product(
        (
            *(0.4122214708, 0.5363325363, 0.0514459929),
            *(0.2119034982, 0.6806995451, 0.1073969566),
            *(0.0883024619, 0.2817188376, 0.6299787005),
        ),
        light,
    )
    return product(
        (
            *(0.2104542553, 0.7936177850, -0.0040720468),
            *(1.9779984951, -2.4285922050, 0.4505937099),
            *(0.0259040371, 0.7827717662, -0.8086757660),
        ),
        tuple(max(0, c) ** (1 / 3) for c in cones),
    )


def distance(one: str, other: str, eyes: str = ALL_EYES[0]) -> float:
    return dist(seen(one, eyes), seen(other, eyes))


def test_eyes_see_as_published() -> None:
    assert distance("#000", "#fff") == pytest.approx(1, abs=0.001)
    for eyes in EYES:  # grey stays grey
        assert seen("#808080", eyes) == pytest.approx(seen("#808080", ALL_EYES[0]), abs=0.002)
    green, pink = "#7fd6a3", "#ff9aa8"  # lie on one line of those without green cones
    assert distance(green, pink) > 0.2
    assert distance(green, pink, "without green cones") < 0.01
    assert distance(green, pink, "without blue cones") > 0.15


def confused(roles: dict[str, Role], scheme: str) -> list[str]:
    """What stands side by side and cannot be told apart by some eyes."""
    colours = {name: getattr(role, scheme) for name, role in roles.items()}
    return [
        f"cv7/_palette.py:1: {one} and {other} are {found:.3f} apart in the {scheme} scheme, for "
        f"eyes {eyes}: choose colours that are {APART} apart at least, in OKLab"
        for group in TOGETHER
        for one, other in combinations(group, 2)
        for eyes in ALL_EYES
        if (found := distance(colours[one], colours[other], eyes)) < APART
    ]


def alike(roles: dict[str, Role], scheme: str) -> list[str]:
    """What could be taken for a role that it is not."""
    colours = {name: getattr(role, scheme) for name, role in roles.items()}
    told = {*MEANT, *CONTROLS, *(name for group in TOGETHER for name in group), "text", "quiet"}
    problems = []
    for one, other in combinations(sorted(told), 2):
        least = RESERVED if {one, other} & {*COMPARED[0]} else OTHERWISE
        if (found := distance(colours[one], colours[other])) < least:
            problems.append(
                f"cv7/_palette.py:1: {one} looks like {other}, {found:.3f} apart in the {scheme} "
                f"scheme: choose colours that are {least} apart at least, in OKLab"
            )
    return problems


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_stands_together_is_told_apart_by_every_eye(scheme: str) -> None:
    report(confused(ROLES, scheme))


def test_decisions_say_what_is_asked_for_and_the_smallest_that_there_is() -> None:
    smallest = min(
        distance(getattr(ROLES[one], scheme), getattr(ROLES[other], scheme), eyes)
        for scheme in SCHEMES
        for group in TOGETHER
        for one, other in combinations(group, 2)
        for eyes in ALL_EYES
    )
    said = (ROOT / "docs/about/decisions.md").read_text(encoding="utf-8")
    for value in (APART, RESERVED, f"{smallest:.3f}"):
        assert f" {value}" in said.partition("## Colours have a grammar")[2].partition("## ")[0]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_role_looks_like_another(scheme: str) -> None:
    report(alike(ROLES, scheme))


def test_spoilt_values_are_noticed() -> None:
    """The first palette’s: a hue that only most eyes see, and one value for two meanings."""
    before = ROLES["wrong"]._replace(dark="#ff9aa8"), ROLES["right"]._replace(dark="#7fd6a3")
    spoilt = ROLES | {"wrong": before[0], "right": before[1]}
    (found,) = confused(spoilt, "dark")
    assert "right and wrong are 0.00" in found
    assert "for eyes without green cones" in found
    (found,) = alike(ROLES | {"link": ROLES["link"]._replace(light="#1f5fc4")}, "light")
    assert "link looks like residual, 0.000 apart" in found
    (found,) = alike(ROLES | {"wrong": ROLES["wrong"]._replace(light="#b3261e")}, "light")
    assert "plain looks like wrong" in found


def over(colour: str, share: float, ground: str) -> str:
    """As color-mix() mixes in srgb."""
    pairs = zip(channels(colour)[:3], channels(ground)[:3], strict=True)
    return "#" + "".join(f"{round(255 * (share * c + (1 - share) * g)):02x}" for c, g in pairs)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_areas_of_a_map_are_told_apart_by_every_eye(scheme: str) -> None:
    """What a network is sure of, and what it is not: each a share of a role on the ground."""
    found = re.findall(rf"--cv7-({'|'.join(MAP)})\) (\d+)%", CSS.read_text(encoding="utf-8"))
    shares = {name: sorted(int(share) for role, share in found if role == name) for name in MAP}
    ground = getattr(ROLES["ground"], scheme)
    for number, least in enumerate((UNSURE, APART)):
        one, other = (
            over(getattr(ROLES[name], scheme), shares[name][number] / 100, ground) for name in MAP
        )
        for eyes in ALL_EYES:
            assert distance(one, other, eyes) >= least, (scheme, number, eyes)


# ---- Shapes, and that nothing else has colours with a meaning ------------------------------------


@pytest.mark.parametrize("group", COMPARED, ids=", ".join)
def test_what_is_compared_differs_in_shape_too(group: tuple[str, ...]) -> None:
    roles = [ROLES[name] for name in group]
    assert len({(role.dash, role.point, role.pattern) for role in roles}) == len(roles)
    assert len({role.under for role in roles}) == len(roles)  # in formulas
    for role in roles:
        assert role.pattern or role.under  # before words: an area, or a line


# Rules of the style sheet that do not name whose colour they take: why they may.
UNNAMED = {
    ".cv7-pair strong::before": "the first of two is plain",
    ".cv7-pair figure:last-child strong::before": "the second of two is residual",
    ".cv7-pens label::before": "the first of two is plain",
    "[data-bars] rect": "all bars that are not plain",
}


def test_rules_take_the_colours_of_what_they_name() -> None:
    text = re.sub(
        r"/\*.*?\*/", "", outside(CSS.as_posix(), CSS.read_text(encoding="utf-8")), flags=re.S
    )
    problems, unused = [], set(UNNAMED)
    for selector, declared in re.findall(r"([^{};]+)\{([^{}]*)\}", text):
        for role in MEANT:
            if not re.search(rf"var\({custom_property(role)}[,)]", declared) or re.search(
                rf"\b{role}\b", selector
            ):
                continue
            if (name := " ".join(selector.split())) in UNNAMED:
                unused -= {name}
                continue
            problems.append(
                f"{CSS.name}: {name} takes the colour of {role}: it means something else"
            )
    report(problems + [f"{__file__}:1: no longer needed: {one}: take it out" for one in unused])


def test_boxes_take_no_colour_with_a_meaning() -> None:
    text = outside(CSS.as_posix(), CSS.read_text(encoding="utf-8"))
    tones = set(re.findall(r"--cv7-tone(?::|,) *var\((--[\w-]+)", text))
    assert tones
    assert not tones & {custom_property(name) for name in (*MEANT, *CONTROLS)}


WORDS = {"residual": "residual|resnet"}  # which says it as well


def test_figures_take_the_colours_of_what_they_name() -> None:
    problems = []
    for name, text in sources():
        if Path(name).suffix not in (".html", ".svg"):
            continue
        words = re.sub(r"var\([^)]*\)", "", text) + name
        problems += [
            f"{name}: takes the colour of {role} and says nowhere what that is"
            for role in MEANT
            if f"var({custom_property(role)})" in text
            and not re.search(WORDS.get(role, role), words, re.I)
        ]
    report(problems)
