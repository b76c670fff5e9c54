"""The palette: each colour of the site by what it means, and the shape that says the same.

Style sheet, figures, notebooks and widgets take their colours from here: after a change run
`make refresh`. A role that comes with the reader's own colours is told by its shape, too.
"""

from typing import NamedTuple


class Role(NamedTuple):
    light: str
    dark: str
    dash: str = ""  # of its lines, as SVG has it
    point: str = "circle"  # for what was measured
    pattern: str = ""  # of its areas, one of PATTERNS


ROLES = {
    # What a page is written and drawn on, and with.
    "ground": Role("#fff", "#1e2129"),
    "box": Role("#eef1f6", "#2b3244"),
    "text": Role("#1d2433", "#e6e9f0"),
    "quiet": Role("#5b6472", "#b3bac8"),
    "grid": Role("#d5d9e0", "#454c5e"),
    # What can be clicked, dragged or typed in, and nothing else.
    "link": Role("#1f5fc4", "#8fb4ff"),
    "focus": Role("#b93815", "#ff9d6f"),
    "button": Role("#1f2a44", "#8fb4ff"),
    "on-button": Role("#fff", "#10162a"),
    # What the chapters compare, and nothing else.
    "plain": Role("#b93815", "#ff9d6f", dash="6 4", point="square"),
    "residual": Role("#1f5fc4", "#8fb4ff"),
    "standard": Role("#5b6472", "#b3bac8"),
    "depthwise": Role("#b93815", "#ff9d6f"),
    "pointwise": Role("#1f5fc4", "#8fb4ff"),
    "separable": Role("#1f5fc4", "#8fb4ff"),  # both of them together
    "frozen": Role("#5b6472", "#b3bac8", pattern="hatched"),
    "slowest": Role("#1b7a46", "#7fd6a3", pattern="dotted"),
    "slow": Role("#1f5fc4", "#8fb4ff", pattern="ruled"),
    "trained": Role("#1f5fc4", "#8fb4ff"),
    "head": Role("#b93815", "#ff9d6f", pattern="solid"),
    # Hues without a meaning: of boxes, and of whatever else needs telling apart.
    "blue": Role("#1f5fc4", "#8fb4ff"),
    "green": Role("#1b7a46", "#7fd6a3"),
    "amber": Role("#8a5a00", "#f0c36a"),
    "red": Role("#b3261e", "#ff9c94"),
    "violet": Role("#6b3fb5", "#c9a9ff"),
    "rust": Role("#b93815", "#ff9d6f"),
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
# As backgrounds of CSS; {} is the colour.
PATTERNS = {
    "hatched": "repeating-linear-gradient(45deg, {} 0 1px, transparent 1px 5px)",
    "dotted": "radial-gradient(circle, {} 1.4px, transparent 1.9px) 0 0 / 5px 5px",
    "ruled": "repeating-linear-gradient({} 0 3px, transparent 3px 5px)",
    "solid": "{}",
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
