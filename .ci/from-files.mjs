// A site that opens from a file system: node .ci/from-files.mjs SITE '["assets/…", "widgets/…"]'
//
// Browsers load no module, worker or data from files. So the modules that pages name become one
// classic script, with every widget in it; workers are carried along as text. What fetches stays
// out, and its page says so.

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rollup } from "rollup";

const [site, listed] = process.argv.slice(2);
const modules = JSON.parse(listed);
const FETCHES = "teach-classes";
const WORKER =
  /new Worker\(new URL\("\.\/worker\.mjs", import\.meta\.url\), \{ type: "module" \}\)/g;

async function classic(input, plugins = []) {
  const bundle = await rollup({ input, plugins, onwarn: fail });
  const { output } = await bundle.generate({ format: "iife", inlineDynamicImports: true });
  return output[0].code;
}

function fail(warning) {
  throw new Error(warning.message);
}

const entry = {
  name: "entry",
  resolveId: (id) => (id === "entry" ? id : null),
  load: (id) =>
    id === "entry" ? sources.map((path) => `import ${JSON.stringify(path)};`).join("\n") : null,
};
const workers = {
  name: "workers",
  async transform(code, id) {
    if (!WORKER.test(code)) return null;
    const text = JSON.stringify(await classic(id.replace("element.mjs", "worker.mjs")));
    const made = `new globalThis.FileWorker(URL.createObjectURL(new Blob([${text}])))`;
    return { code: code.replace(WORKER, made), map: null };
  },
};
const widgets = readdirSync(join(site, "widgets"))
  .filter((slug) => slug !== FETCHES)
  .map((slug) => `widgets/${slug}/element.mjs`)
  .filter((path) => existsSync(join(site, path)));
const sources = [...widgets, ...modules].map((path) => join(site, path));

writeFileSync(join(site, "assets/course.js"), await classic("entry", [entry, workers]));
// The theme's search runs in a worker; this stands in for it, and leaves the browser's own to ours.
const shim = readFileSync(
  new URL("node_modules/iframe-worker/shim/index.js", import.meta.url),
  "utf8",
);
writeFileSync(join(site, "assets/iframe-worker.js"), `globalThis.FileWorker = Worker;\n${shim}`);

const TAG = /\s*<script src="((?:\.\.\/)*)([^"]+)" type="module"><\/script>/g;
for (const path of readdirSync(site, { recursive: true }).filter((name) =>
  name.endsWith(".html"),
)) {
  const html = readFileSync(join(site, path), "utf8");
  let base = null;
  const without = html.replace(TAG, (tag, up) => ((base = up), ""));
  const script = `<script src="${base}assets/course.js"></script>`;
  if (base !== null)
    writeFileSync(join(site, path), without.replace("</body>", `${script}</body>`));
}
rmSync(join(site, "widgets"), { recursive: true });
