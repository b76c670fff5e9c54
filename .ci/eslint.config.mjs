import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: { ...globals.browser, ...globals.nodeBuiltin } },
    rules: { eqeqeq: "error", "no-var": "error", "prefer-const": "error" },
  },
  {
    files: ["docs/_site/search.js"], // a worker of the classic kind
    languageOptions: { globals: globals.worker, sourceType: "script" },
  },
];
