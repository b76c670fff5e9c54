"""The public list of corrections, built from docs/data/claims.json and the pages themselves."""

import json
import re

import pytest
from markdown.extensions.toc import slugify

from docs._site import corrections
from docs._site.claims import NAMES, of
from docs._site.corrections import marked, split
from docs._site.digits import COMMENT

from ..conftest import ROOT, Generated, report
from .test_layout import ANSWERS

pytestmark = pytest.mark.claims
PAGE = ROOT / "docs/about/corrections.md"
HEADING = re.compile(r"^#+ (.*?)(?: \{ (?:\.\w+ )*(?:#([\w-]+) )?(?:\.\w+ )*\})?$")
CORRECTED = ("wrong", "misleading")
LABELS = {True: ("True is", "How we know"), False: ("What we know", "Checked")}
OPEN = """## Open questions

Reported by the course; we found no source to check them by. That makes none of them wrong."""

MARK = "<!-- What follows is written by `make refresh`, from docs/data/claims.json. -->\n"

Checked = dict[str, dict[str, str]]  # by the id of a claim what docs/data/claims.json says of it
Places = dict[str, tuple[str, str, str]]  # by the id of a claim page, heading and anchor


def claims() -> Checked:
    found: Checked = json.loads((ROOT / "docs/data/claims.json").read_text(encoding="utf-8"))
    return found


def places(page: str) -> Places:
    """Per claim that a page answers: where, and the section it is answered in."""
    found = {}
    heading, anchor, fence = "", "", False
    for line in (ROOT / f"docs/{page}.md").read_text(encoding="utf-8").splitlines():
        fence ^= line.lstrip().startswith("```")
        if not fence and (match := HEADING.match(line)):
            heading = COMMENT.sub("", match[1])
            anchor = match[2] or slugify(heading, "-")
        else:
            found.update(dict.fromkeys(marked(line), (page, heading, anchor)))
    return found


def lines_of(claim: str, checked: Checked, where: Places, label: str) -> list[str]:
    """What is said of a claim, in lines that a reader sees below each other, and its anchor."""
    entry, (page, heading, anchor) = checked[claim], where[claim]
    here = f"*Here:* [{heading}](../{page}.md#{anchor})"
    said = [f"{label} {entry['claim']}  "]
    if entry.get("truth"):
        known, how = LABELS[entry["verdict"] in CORRECTED]
        said.append(f"*{known}:* {entry['truth']}  ")
        here = f"*{how}:* {entry['checked']}. {here}"
    return [*said, here, f"{{ #{claim} }}"]


def correction(claim: str, checked: Checked, where: Places) -> str:
    """A correction, and under it where the lecture says the same again."""
    label = f"**{checked[claim]['verdict'].capitalize()}.** *The lecture:*"
    text = "\n" + "\n".join(lines_of(claim, checked, where, label)) + "\n"
    again = [other for other, entry in checked.items() if entry.get("repeats") == claim]
    text += "\n" if again else ""
    for other in again:
        text += "- " + "\n  ".join(lines_of(other, checked, where, "*Again:*")) + "\n"
    return text


def listed(checked: Checked, where: Places, titles: dict[str, str]) -> str:
    """The corrections by page, repeats under what they repeat; then the questions left open."""
    text, left_open = "", ""
    for page, title in titles.items():
        mine = [claim for claim in checked if where.get(claim, ("",))[0] == page]
        distinct = [
            claim
            for claim in mine
            if checked[claim]["verdict"] in CORRECTED and "repeats" not in checked[claim]
        ]
        if distinct:
            text += f"\n## {title}\n"
            text += "".join(correction(claim, checked, where) for claim in distinct)
        unknown = [claim for claim in mine if checked[claim]["verdict"] == "unverifiable"]
        if unknown:
            anchor = page.removesuffix("/index").rpartition("/")[2]
            left_open += f"\n### {title} {{ #open-{anchor} }}\n"
        for claim in unknown:
            left_open += "\n" + "\n".join(lines_of(claim, checked, where, "*The lecture:*")) + "\n"
    return f"{text}\n{OPEN}\n{left_open}" if left_open else text


def slips(checked: Checked) -> list[str]:
    """What an entry lacks, and repeats of what is no correction of its own."""
    found = []
    for claim, entry in checked.items():
        verdict, repeats = entry["verdict"], entry.get("repeats")
        if verdict not in (*CORRECTED, "right", "unverifiable"):
            found.append(f"{claim} has the verdict “{verdict}”, which does not exist")
        head = checked.get(repeats or "", {"verdict": ""})
        if repeats and verdict not in CORRECTED:
            found.append(f"{claim} is {verdict}: only a correction repeats one")
        elif repeats and (head["verdict"] not in CORRECTED or "repeats" in head):
            found.append(f"{claim} repeats {repeats}, which is no correction of its own")
        needed = ["claim", "truth", "checked"] if verdict != "right" else []
        if needed and repeats and not (entry.get("truth") or entry.get("checked")):
            needed = ["claim"]  # a repeat may add something, with how we know it, or nothing
        if lacking := [field for field in needed if not entry.get(field)]:
            found.append(f"{claim} lacks {', '.join(lacking)}")
    return [f"docs/data/claims.json: {slip}" for slip in found]


def anchors(text: str) -> list[str]:
    return re.findall(r"^ *\{ #([\w-]+) \}$", text, re.M)


def counts(checked: Checked) -> list[float]:
    """What the head of the page counts: the expressions beside it, for these claims."""
    names = {**NAMES, "load": lambda _: checked}
    return [
        eval(entry.expression, {"__builtins__": {}, **names})  # noqa: S307
        for entry in of(PAGE).entries
        if 'load("claims")' in entry.expression
    ]


def test_every_correction_says_what_is_true_and_how_we_know() -> None:
    report(slips(claims()))


def test_the_corrections_page_is_built_from_the_claims(generated: Generated) -> None:
    where, titles = {}, {}
    for page in ANSWERS:
        where.update(places(page))
        title = re.search(r"^# (.*)$", (ROOT / f"docs/{page}.md").read_text("utf-8"), re.M)
        assert title
        titles[page] = title[1]
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    text = listed(claims(), where, titles)
    assert sorted(anchors(text)) == sorted(
        claim for claim, entry in claims().items() if entry["verdict"] != "right"
    )
    generated(PAGE, head + MARK + text)


def test_the_title_of_a_note_is_short_true_and_stands_alone() -> None:
    """It is all that most readers see: never the falsehood, no “it” of a sentence before."""
    problems = []
    page_of = {claim: page for page in ANSWERS for claim in places(page)}
    for claim, entry in claims().items():
        if entry["verdict"] == "right" or not entry.get("truth"):
            continue
        if "repeats" in entry and page_of.get(entry["repeats"]) == page_of.get(claim):
            continue  # it stands within the other one's note, and is no title
        title, _ = split(entry["truth"])
        slip = next((s for s, found in TITLE_SLIPS.items() if re.search(found, title)), "")
        if len(title) > 100:
            slip = f"has {len(title)} characters, more than 100"
        if slip:
            problems.append(
                f"docs/data/claims.json: {claim}: its first sentence, the title of its note, "
                f"{slip}: “{title}”"
            )
    report(problems)


TITLE_SLIPS = {
    "has a link": r"\]\(",
    "speaks of what stands elsewhere": r"^(It|That|This|They|So|These|Both|Not|Neither|Here)\b",
    "does not end with a full stop": r"[^.]$",
}


def test_a_note_is_written_from_the_record() -> None:
    text = corrections.note("b", ["e", "g"], MADE_UP | {"b": {**MADE_UP["b"], "truth": "3. Or 4."}})
    assert text == (
        '[^b]:\n    ??? correction "3."\n        Or 4.\n\n        *The lecture:* Two.  \n'
        "        *How we know:* counted.\n\n        *Again:* A pair.\n\n        *Again:* Both."
    )


def test_a_repeat_on_another_page_says_what_is_true_of_the_original() -> None:
    assert corrections.note("e", [], MADE_UP) == (
        '[^e]:\n    ??? correction "Three."\n        *The lecture:* A pair.  \n'
        "        *How we know:* counted."
    )
    assert '"Three."' in corrections.note("e", [], MADE_UP | {"e": {**MADE_UP["e"], "truth": ""}})
    assert '"So."' in corrections.note("f", [], MADE_UP | {"f": {**MADE_UP["f"], "truth": "So."}})


MADE_UP: Checked = {
    "a": {"verdict": "right"},
    "b": {"verdict": "wrong", "claim": "Two.", "truth": "Three.", "checked": "counted"},
    "c": {"verdict": "misleading", "claim": "Many.", "truth": "Some.", "checked": "read"},
    "d": {"verdict": "unverifiable", "claim": "Soon.", "truth": "Perhaps.", "checked": "no source"},
    "e": {"verdict": "misleading", "repeats": "b", "claim": "A pair."},
    "f": {**dict.fromkeys(("claim", "truth", "checked"), "So"), "verdict": "wrong", "repeats": "c"},
    "g": {"verdict": "wrong", "repeats": "b", "claim": "Both."},
    "h": {"verdict": "wrong", "claim": "None.", "truth": "One.", "checked": "counted"},
}
HERE = {
    **dict.fromkeys("abcd", ("p", "In p", "x")),
    **dict.fromkeys("efgh", ("q/index", "In q", "y")),
}


def test_repeats_stand_under_what_they_repeat_and_open_questions_apart() -> None:
    text = listed(MADE_UP, HERE, {"p": "P", "q/index": "Q"})
    assert re.findall(r"^#+ .*|(?<=\{ #)\w(?= \})", text, re.M) == [
        *("## P", "b", "e", "g", "c", "f", "## Q", "h", OPEN.partition("\n")[0]),
        *("### P { #open-p }", "d"),
    ]
    assert text.startswith(
        "\n## P\n\n**Wrong.** *The lecture:* Two.  \n*True is:* Three.  \n"
        "*How we know:* counted. *Here:* [In p](../p.md#x)\n{ #b }\n\n"
        "- *Again:* A pair.  \n  *Here:* [In q](../q/index.md#y)\n  { #e }\n"
        "- *Again:* Both.  \n  *Here:* [In q](../q/index.md#y)\n  { #g }\n"
        "\n**Misleading.** *The lecture:* Many.  \n"
    )
    assert "*Again:* So  \n  *True is:* So  \n  *How we know:* So. *Here:* [In q]" in text
    assert text.endswith(
        "*What we know:* Perhaps.  \n*Checked:* no source. *Here:* [In p](../p.md#x)\n{ #d }\n"
    )


def test_the_head_counts_a_repeat_once() -> None:
    total, right, repeated, *distinct, left_open = counts(MADE_UP)
    assert (total, right, repeated, distinct, left_open) == (8, 1, 3, [3, 2, 1], 1)
    total, right, repeated, *distinct, left_open = counts(claims())
    assert distinct[0] == sum(distinct[1:])
    assert total == right + repeated + distinct[0] + left_open


@pytest.mark.parametrize(
    ("claim", "change", "slip"),
    [
        ("e", {"repeats": "z"}, "e repeats z, which is no correction of its own"),
        ("e", {"repeats": "a"}, "e repeats a, which is no correction of its own"),
        ("e", {"repeats": "d"}, "e repeats d, which is no correction of its own"),
        ("e", {"repeats": "f"}, "e repeats f, which is no correction of its own"),
        ("e", {"repeats": "e"}, "e repeats e, which is no correction of its own"),
        ("a", {"repeats": "b"}, "a is right: only a correction repeats one"),
        ("d", {"repeats": "b"}, "d is unverifiable: only a correction repeats one"),
        ("h", {"verdict": "rong"}, "h has the verdict “rong”, which does not exist"),
        ("e", {"claim": ""}, "e lacks claim"),
        ("e", {"truth": "Three."}, "e lacks checked"),
        ("b", {"truth": "", "checked": ""}, "b lacks truth, checked"),
    ],
)
def test_slips_of_the_record_are_named(claim: str, change: dict[str, str], slip: str) -> None:
    assert slips(MADE_UP) == []
    changed = {**MADE_UP, claim: {**MADE_UP[claim], **change}}
    assert slips(changed) == [f"docs/data/claims.json: {slip}"]
