"""The palette: each colour of the site by what it means, and the shape that says the same.

Style sheet, figures, notebooks and widgets take their colours from here: after a change run
`make refresh`. What the chapters compare has a colour and a shape of its own, the same in figures,
words and formulas, and neither means anything else, so that a reader learns it once.
tests/site/test_palette.py computes whether colours can be read, and told apart by eyes that lack
one kind of cones, too.
"""

from typing import NamedTuple


class Role(NamedTuple):
    light: str
    dark: str
    dash: str = ""  # of its lines, as SVG has it
    point: str = "square"  # for what was measured, and the outline of its swatch
    pattern: str = ""  # of its areas, one of PATTERNS
    under: str = ""  # the line under its symbols in formulas, one of CSS's border styles


ROLES = {
    # What a page is written and drawn on, and with.
    "ground": Role("#fff", "#1e2129"),
    "box": Role("#eef1f6", "#2b3244"),
    "text": Role("#1d2433", "#e6e9f0"),
    "quiet": Role("#5b6472", "#b3bac8"),
    "grid": Role("#d5d9e0", "#454c5e"),
    # What can be clicked, dragged or typed in, and nothing else: teal, fuchsia, and no hue.
    "link": Role("#0b7285", "#63cfdd"),
    "focus": Role("#b3108e", "#ff86e3"),
    "button": Role("#1f2a44", "#c8cfe0"),
    "on-button": Role("#fff", "#10162a"),
    # What the chapters compare, and nothing else. Chapter 1: rust and blue.
    "plain": Role("#b93815", "#ff9d6f", dash="6 4", under="dashed"),
    "residual": Role("#1f5fc4", "#8fb4ff", point="circle", under="solid"),
    # Chapter 2: slate, gold, purple, and green for both of them together.
    "standard": Role("#2c3447", "#d1def1", pattern="solid", under="solid"),
    "depthwise": Role("#7a6d00", "#f5c945", pattern="barred", under="dashed"),
    "pointwise": Role("#7b2897", "#cd8ced", pattern="spotted", under="dotted"),
    "separable": Role("#1f624c", "#50b38a", pattern="striped", under="double"),
    # Chapter 3: mauve is frozen; the faster it learns, the stronger the green; raspberry is new.
    "frozen": Role("#865f85", "#bcb0d9", pattern="hatched"),
    "slowest": Role("#267b21", "#7da844", pattern="dotted", under="dotted"),
    "slow": Role("#185d09", "#c0e084", pattern="ruled", under="dashed"),
    "trained": Role("#034114", "#e1fcc7", pattern="solid", under="solid"),
    "head": Role("#8f155e", "#ff7b97", point="circle", pattern="solid", under="double"),
    # The two spirals, as areas of their maps; their points are rings and filled dots.
    "rings": Role("#462a9a", "#9d86ea", point="circle"),
    "dots": Role("#a47a00", "#ffd873", point="circle"),
    # What a widget says of an answer or an entry; a word or a mark says it, too.
    "right": Role("#1c7a47", "#99efbc"),
    "wrong": Role("#8e022a", "#fa96a5"),
    # Hues without a meaning: of boxes, and of whatever else needs telling apart.
    "green": Role("#2b7a55", "#98e0b9"),
    "amber": Role("#5c3b00", "#eec26a"),
    "violet": Role("#6134b0", "#c6a6fc"),
    # The bar above each page, and the card of a shared link.
    "header": Role("#1f2a44", "#1f2a44"),
    "header-light": Role("#35436a", "#35436a"),
    "header-dark": Role("#141c30", "#141c30"),
    "on-header": Role("#fff", "#fff"),
    "on-header-light": Role("#ffffffb3", "#ffffffb3"),
    # Code, where the theme's own colours have too little contrast.
    "code-operator": Role("#555", "#b8bcc8"),
    "code-punctuation": Role("#555", "#b8bcc8"),
    "code-comment": Role("#5f6368", "#a3a9b8"),
    "code-generic": Role("#5f6368", "#a3a9b8"),
    "code-constant": Role("#6e59d9", "#a9b6ff"),
    "code-special": Role("#db1457", "#ff7a9c"),
    "code-number": Role("#d52a2a", "#ff9a8a"),
}
# What stands side by side: each must be told from the others by colour, and by shape.
COMPARED = (
    ("plain", "residual"),
    ("standard", "depthwise", "pointwise", "separable"),
    ("frozen", "slowest", "slow", "trained", "head"),
)
# As backgrounds of CSS; {} is the colour.
PATTERNS = {
    "barred": "repeating-linear-gradient(90deg, {} 0 3px, transparent 3px 5px)",
    "spotted": "radial-gradient(circle, {} 1.9px, transparent 2.4px) 0 0 / 6px 6px",
    "striped": "repeating-linear-gradient(135deg, {} 0 3px, transparent 3px 6px)",
    "hatched": "repeating-linear-gradient(45deg, {} 0 1px, transparent 1px 5px)",
    "dotted": "radial-gradient(circle, {} 1.4px, transparent 1.9px) 0 0 / 5px 5px",
    "ruled": "repeating-linear-gradient({} 0 3px, transparent 3px 5px)",
    "solid": "linear-gradient({} 0 0)",
}
# Where the theme has a name for a role, that is its property's; all others are --cv7-<role>.
THEME = {
    "ground": "--md-default-bg-color",
    "link": "--md-typeset-a-color",
    "focus": "--md-accent-fg-color",
    "header": "--md-primary-fg-color",
    "header-light": "--md-primary-fg-color--light",
    "header-dark": "--md-primary-fg-color--dark",
    "on-header": "--md-primary-bg-color",
    "on-header-light": "--md-primary-bg-color--light",
}


def custom_property(role: str) -> str:
    if role.startswith("code-"):
        return f"--md-{role.replace('code-', 'code-hl-')}-color"
    return THEME.get(role, f"--cv7-{role}")


def css(role: str) -> str:
    """The page's own colour; what is opened by itself gets the light one."""
    return f"var({custom_property(role)}, {ROLES[role].light})"
