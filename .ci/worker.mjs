// Bundle docs/_site/worker.mjs with Workbox into SITE/sw.js: node .ci/worker.mjs SITE '{"BUILD": …}'

import { fileURLToPath } from "node:url";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import replace from "@rollup/plugin-replace";
import terser from "@rollup/plugin-terser";
import { rollup } from "rollup";

const [site, constants] = process.argv.slice(2);
const values = { "process.env.NODE_ENV": "production", ...JSON.parse(constants) };
const bundle = await rollup({
  input: fileURLToPath(new URL("../docs/_site/worker.mjs", import.meta.url)),
  plugins: [
    nodeResolve({ modulePaths: [fileURLToPath(new URL("node_modules", import.meta.url))] }),
    replace({
      preventAssignment: true,
      values: Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]),
      ),
    }),
    terser({ maxWorkers: 1 }),
  ],
});
await bundle.write({ file: `${site}/sw.js`, format: "iife" });
