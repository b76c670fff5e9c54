// Spare browsers work that the theme makes and no page of this site needs: node .ci/lighten.mjs SITE
//
// On the longest chapter browsers styled every element seven times at each load; after this, once.
// Reasons: “The theme is lightened at build” in docs/about/decisions.md.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import process from "node:process";
import postcss from "postcss";
import { PurgeCSS } from "purgecss";
import { minify } from "terser";

process.chdir(process.argv[2]);
const files = readdirSync(".", { recursive: true }).map((name) => name.replaceAll("\\", "/"));
const texts = new Map(
  files
    .filter((name) => /\.(?:html|m?js|css)$/.test(name))
    .map((name) => [name, readFileSync(name, "utf8")]),
);
const of_kind = (pattern) => [...texts.keys()].filter((name) => pattern.test(name));

/** Replace in some files; a theme in which there is nothing to replace has changed. */
function replace(names, pattern, replacement) {
  let found = false;
  for (const name of names) {
    const text = texts.get(name).replace(pattern, replacement);
    found ||= text !== texts.get(name);
    texts.set(name, text);
  }
  if (!found) throw new Error(`nothing matches ${pattern}: adapt .ci/lighten.mjs to the theme`);
}

// What pages have none of. Browsers try each rule that ends in no tag, class or id, such as those
// for tabs, “… ~ .tabbed-content > :nth-child(7)”, on every element, whenever they style a page.
// The theme’s script knows tabs, so that PurgeCSS would keep them; but only pages bring tabs.
const pages = of_kind(/\.html$/);
const tabs = pages.some((name) => texts.get(name).includes("tabbed-set")) ? [] : [/^tabbed-/];
const theme = of_kind(/^assets\/stylesheets\//);
// Nor has any page the kinds of note that the theme comes with: theirs are in mkdocs.yml.
const kinds = "note abstract info tip success question warning failure danger bug example quote";
const NOTES = /<(?:div class="admonition|details class=")([^"]*)/g;
const noted = new Set(
  pages.flatMap((name) =>
    [...texts.get(name).matchAll(NOTES)].flatMap(([, its]) => its.split(" ")),
  ),
);
const PARTS = ["version", "annotation", "source", "status", "tag"]; // the script’s, for other sites
const absent = PARTS.filter(
  (part) => !pages.some((name) => texts.get(name).includes(`md-${part}`)),
).map((part) => RegExp(`^md-${part}(?![a-z])`));
const foreign = kinds.split(" ").filter((kind) => !noted.has(kind));
const purged = await new PurgeCSS().purge({
  content: [...texts]
    .map(([name, raw]) => ({ raw, extension: name.split(".").at(-1) }))
    .filter(({ extension }) => extension !== "css"),
  css: [...theme, "assets/mathjax.css"],
  defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [], // any word may be a name
  keyframes: true,
  // The rule for a change of colours, at each load, too; without it, they fade when changed.
  blocklist: ["data-md-color-switching", ...tabs, ...absent, RegExp(`^(?:${foreign.join("|")})$`)],
});
for (const { file, css } of purged) texts.set(file, css);

// Colours that the theme offers and no page takes.
const taken = new Set(
  pages.flatMap(
    (name) => texts.get(name).match(/data-md-color-(?:primary|accent)="[\w-]+"/g) ?? [],
  ),
);
const PAINTED = /(?<=[{}])(\[data-md-color-(primary|accent)=([\w-]+)\])\{[^{}]*\}/g;
for (const name of theme) {
  const rule = (all, _, part, colour) =>
    taken.has(`data-md-color-${part}="${colour}"`) ? all : "";
  texts.set(name, texts.get(name).replace(PAINTED, rule));
}

// Custom properties of the theme that nothing reads: pictures of icons, most of them.
for (let found = true; found;) {
  found = false;
  const all = [...texts.values()].join("");
  for (const name of theme) {
    const sheet = postcss.parse(texts.get(name));
    sheet.walkDecls(/^--md-/, (declaration) => {
      const { prop } = declaration;
      if (RegExp(`var\\(\\s*${prop}(?![\\w-])`).test(all) || named(prop)) return;
      declaration.remove();
      found = true;
    });
    texts.set(name, sheet.toString());
  }
}
function named(property) {
  return [...texts].some(([name, text]) => /\.m?js$/.test(name) && text.includes(property));
}

// Once a page has loaded, the theme puts each table that has no class into a box that scrolls, which
// moves all that follows; here they come in one. And as its rules name the lack of a class, a change
// of any class has browsers ask what it means for every element inside; a class costs nothing.
const TABLES = /<table>(.*?)<\/table>/gs;
const box = (inner) => `<div class="md-typeset__${inner}">`;
const table = `${box("scrollwrap")}${box("table")}<table class="cv7-table">$1</table></div></div>`;
replace(pages, TABLES, table);
replace(of_kind(/\.css$/), /table:not\(\[class\]\)/g, "table.cv7-table");

// Our own comments are for whoever edits the style sheet.
replace(["assets/cv7.css", "assets/home.css"], /\s*\/\*.*?\*\//gs, "");
replace(["assets/cv7.css", "assets/home.css", "assets/mathjax.css"], /\s*\n\s*/g, "\n");
if (process.argv[3] !== "files") {
  for (const name of of_kind(/^(?:assets|widgets)\/.*\.mjs$/)) {
    const { code } = await minify(texts.get(name), { module: true });
    texts.set(name, code);
  }
}

// What every page runs comes in one file, each part in a block of its own: one request, and one and
// a half kilobytes less.
if (process.argv[3] !== "files") {
  const each = /<script src="[^"]*assets\/([\w-]+)\.mjs" type="module">/g;
  const parts = [...texts.get("index.html").matchAll(each)].map((match) => match[1]);
  const blocks = parts.map((part) => `{${texts.get(`assets/${part}.mjs`)}}`);
  texts.set("assets/page.mjs", blocks.join("\n"));
  const of = (part) => `(<script src="[^"]*assets/)${part}(\\.mjs" type="module"></script>)\\s*`;
  replace(pages, RegExp(of(parts[0])), "$1page$2");
  for (const part of parts.slice(1)) replace(pages, RegExp(of(part)), "");
}

// Templates leave half a page’s lines empty and indent the others; and a figure that stands in a page
// finds that page’s colours, so that it needs none of its own.
const AS_IT_IS = /<(pre|textarea|script|style)\b.*?<\/\1>/gs;
for (const name of pages) {
  const kept = [];
  const text = texts
    .get(name)
    .replace(AS_IT_IS, (part) => `\0${kept.push(plain(part)) - 1}\0`)
    .replace(/\s*\n\s*/g, "\n")
    .replace(/(var\(--[\w-]+), ?#[0-9a-f]+\)/g, "$1)")
    .replace(/\0(\d+)\0/g, (_, index) => kept[index]);
  texts.set(name, text);
}

/** An icon in a style sheet, not encoded where that is not needed. */
function plain(part) {
  if (!part.startsWith("<style")) return part;
  return part.replace(/%(?:20|22|3A|3C|3D|3E)/g, decodeURIComponent);
}

// Names, spaces and constants in code have the colour of the text around them: a third of all spans.
replace(pages, /<span class="(?:n|w|kc)">([^<]*)<\/span>/g, "$1");

// The theme’s script says late by a meta element whether scroll bars are dark, which styles
// everything anew, twice. cv7.css says it at once; by another name, the element says nothing.
const scripts = of_kind(/^assets\/javascripts\/bundle\./);
replace(scripts, /(?<=name:")(?=color-scheme")/, "theme-");

// It takes up blocks of code when they are seen (content.lazy); here two screens earlier, and all of
// them before Tab first moves on, as the next button to copy has to be there by then.
const SEEN = `((seen, options) => {
  addEventListener("keydown", function all({ key }) {
    if (key !== "Tab") return;
    removeEventListener("keydown", all, true);
    seen([...document.querySelectorAll("pre > code")].map(
      (target) => ({ target, isIntersecting: true })));
  }, true);
  return new IntersectionObserver(seen, options);
})(`;
replace(scripts, "new IntersectionObserver(", SEEN);
replace(scripts, "{threshold:0}", '{rootMargin:"200% 0px"}');

// The script waits until the page has been painted, and itself for an event that is then over.
const LATE = `{
  let over = false;
  document.addEventListener("DOMContentLoaded", () => { over = true });
  requestAnimationFrame(() => setTimeout(() => {
    const script = document.createElement("script");
    script.src = document.querySelector('link[rel="preload"][as="script"]').href;
    script.onload = () => {
      if (over) setTimeout(() => document.dispatchEvent(new Event("DOMContentLoaded")));
    };
    document.body.append(script);
  }));
}`;
const SCRIPT = /<script src="([^"]*\/bundle\.\w+\.min\.js)"><\/script>/;
for (const page of pages.filter((name) => name !== "offline.html")) {
  const [tag, address] = texts.get(page).match(SCRIPT) ?? [];
  replace([page], tag ?? SCRIPT, `<script>${LATE}</script>`);
  const early = `<link rel="preload" as="script" fetchpriority="low" href="${address}">`;
  replace([page], "</head>", `${early}</head>`);
}

// The theme’s script comes minified, and still gets smaller by a fourteenth.
for (const name of process.argv[3] === "files" ? [] : scripts) {
  const { code } = await minify(texts.get(name), { compress: { passes: 2 } });
  texts.set(name, code);
}

// Browsers keep the theme’s files by their names, so a changed one needs another.
for (const old of [...theme, ...scripts]) {
  const digest = createHash("sha256").update(texts.get(old)).digest("hex").slice(0, 8);
  const name = old.replace(/\.\w{8}\./, `.${digest}.`);
  for (const page of pages) texts.set(page, texts.get(page).replaceAll(old, name));
  texts.set(name, texts.get(old));
  texts.delete(old);
  renameSync(old, name);
}
for (const [name, text] of texts) writeFileSync(name, text);
