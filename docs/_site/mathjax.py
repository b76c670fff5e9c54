"""Typeset every formula while the site builds: MathJax 3 in V8, in this process.

A page then carries finished HTML with MathML beside it for screen readers. It needs no
JavaScript and does not shift when it loads. Bad TeX stops the build.
"""

import atexit
import html
import io
import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fontTools.subset import Options, Subsetter, load_font, save_font
from mkdocs.exceptions import PluginError
from py_mini_racer import JSEvalException, MiniRacer

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a hook is loaded by its path; this finds its neighbours

from docs._site.kept import remembered  # noqa: E402

# A formula, and the punctuation behind it, which must not begin a line.
FORMULA = re.compile(r'<(span|div) class="arithmatex">(.*?)</\1>([.,;:!?)”]*)', re.S)
UNUSED = ["FFTM", "GDEF"]  # tables of a font: a date, and classes of glyphs
FONT_FACE = re.compile(r"@font-face[^{]*\{\s*font-family: ([\w-]+);[^}]*\}\s*")
# Attributes that neither the style sheet nor HTML's own MathML asks for; cv7.css has the position.
SPARE = re.compile(
    r' (?:style="position: relative;"|unselectable="on"|stretchy="false"|texclass="\w+"'
    r'|data-mjx-texclass="\w+"|xmlns="http://www.w3.org/1998/Math/MathML")'
)
# A box around one letter looks as the letter does, and is read as the letter is.
BOX = re.compile(r"<(mjx-TeXAtom|mrow)>(<(mjx-m[ino]|m[ino])\b[^>]*>(?:(?!</?\3\b).)*</\3>)</\1>")
COMPONENTS = (
    "startup",
    "core",
    "adaptors/liteDOM",
    "input/tex-full",
    "output/chtml",
    "output/chtml/fonts/tex",
    "a11y/assistive-mml",
)
SETUP = """
globalThis.MathJax = {
  loader: {load: []},
  options: {enableAssistiveMml: true},
  tex: {
    packages: ['base', 'ams', 'newcommand', 'boldsymbol', 'mathtools', 'textmacros', 'html'],
    formatError(jax, error) { throw error },  // the default typesets the message instead
  },
  chtml: {fontURL: 'mathjax'},
  startup: {typeset: false, ready() {}},
}; 0"""
START = """
MathJax.startup.defaultReady();
globalThis.typeset = (tex, display) => {
  try {
    const options = {display, em: 16, ex: 8, containerWidth: 1280};
    return MathJax.startup.adaptor.outerHTML(MathJax.tex2chtml(tex, options));
  } catch (error) { throw new Error(error.message || String(error)) }
};
globalThis.stylesheet = () => MathJax.startup.adaptor.textContent(MathJax.chtmlStylesheet()); 0"""


def distribution() -> Path:
    """The official MathJax 3 files, as the wheel django-static-mathjax carries them."""
    package = find_spec("mathjax")
    if package is None or not package.submodule_search_locations:
        raise PluginError("MathJax is missing: run `make serve`, which installs it")
    return Path(package.submodule_search_locations[0]) / "static" / "mathjax" / "es5"


@remembered
def engine() -> MiniRacer:
    context = MiniRacer()
    atexit.register(context.close)  # left to the garbage collector, it can hang at exit
    context.eval(SETUP)
    for name in COMPONENTS:
        context.eval((distribution() / f"{name}.js").read_text(encoding="utf-8") + "; 0")
    context.eval(START)
    return context


@remembered
def typeset(tex: str, display: bool) -> str:
    formula = str(engine().eval(f"typeset({json.dumps(tex)}, {json.dumps(display)})"))
    return BOX.sub(r"\2", SPARE.sub("", formula))


def on_post_page(output: str, page: Any, **_: Any) -> str:
    # After the search index was fed, which keeps the TeX: nobody searches for glyphs.
    def replace(match: re.Match[str]) -> str:
        tag, source, punctuation = match.groups()
        tex = html.unescape(source).strip()[2:-2]  # without \( \) or \[ \]
        try:
            formula = typeset(tex, tag == "div")
            return f'<{tag} class="arithmatex">{formula}{punctuation}</{tag}>'
        except JSEvalException as error:
            reason = str(error).partition("Error: ")[2].partition("\n")[0]
            raise PluginError(f"{page.file.src_uri}: MathJax: {reason} in: {tex}") from error

    return FORMULA.sub(replace, output)


def subset(font: Path, characters: set[str]) -> bytes:
    """The font with these characters only: a few kilobytes instead of thirty."""
    options = Options(flavor="woff2", hinting=False, recalc_timestamp=False, drop_tables=UNUSED)
    options.name_IDs = [0]  # whose it is
    loaded = load_font(str(font), options)
    own = set(map(chr, loaded.getBestCmap()))
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(characters & own or own))  # browsers refuse one without any
    subsetter.subset(loaded)
    smaller = io.BytesIO()
    save_font(loaded, smaller, options)
    return smaller.getvalue()


def on_post_build(config: Any, **_: Any) -> None:
    """Write the styles of the glyphs in use, and the fonts those styles name."""
    css = re.sub(r"\n\s*\n", "\n", str(engine().eval("stylesheet()")))
    if config.extra["published"]:
        css = css.replace('.woff")', '.woff2")').replace('format("woff")', 'format("woff2")')
    assets = Path(config.site_dir, "assets")
    characters = used(css)
    if config.extra["published"]:
        # No formula is set in the others; the one without glyphs stands before each.
        css = FONT_FACE.sub(lambda m: m[0] if m[1] in {"MJXZERO", *characters} else "", css)
    (assets / "mathjax.css").write_text(css, encoding="utf-8")
    target = assets / "mathjax"
    target.mkdir(exist_ok=True)
    fonts = distribution() / "output" / "chtml" / "fonts" / "woff-v2"
    for family, name in set(re.findall(r"(\S+);\s+src: url\(\"mathjax/([\w-]+\.woff2?)", css)):
        font = (fonts / name).with_suffix(".woff")
        small = name.endswith("2")  # a preview, built anew at every edit, has the fonts whole
        content = subset(font, characters.get(family, set())) if small else font.read_bytes()
        (target / name).write_bytes(content)


def used(css: str) -> dict[str, set[str]]:
    """The characters of each font family: a glyph's rule names the variant that it is set in."""
    found: dict[str, set[str]] = {}
    for selector, content in re.findall(r'([^{}]+)\{[^{}]*content: "((?:[^"\\]|\\.)*)"', css):
        families = re.findall(r"\.(TEX-\w+)", selector) or ["TEX"]
        if "stretchy" in selector:  # its parts are looked for in these, in turn
            families = ["TEX-S1", "TEX-S4", "TEX", "TEX-A"]
        for family in families:
            found.setdefault(f"MJX{family}", set()).update(unescape(content))
    return found


def unescape(content: str) -> str:
    """A CSS string's characters: \\2211 is a sum sign, \\" a quotation mark."""
    content = re.sub(r"\\([0-9a-fA-F]{1,6}) ?", lambda m: chr(int(m[1], 16)), content)
    return re.sub(r"\\(.)", r"\1", content)
