// Print, as JSON, the code of every choice on standard input. For tests/snippets/test_copied_code.py.

import { readFileSync } from "node:fs";
import { code } from "../../docs/widgets/strategy-selector/code.mjs";

console.log(JSON.stringify(JSON.parse(readFileSync(0)).map(code)));
