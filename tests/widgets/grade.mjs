// Judges what comes on the standard input: a list of [part, text]; answers with the verdicts.

import { readFileSync } from "node:fs";
import { grade } from "../../docs/widgets/question/model.mjs";

const asked = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(asked.map(([part, text]) => grade(part, text))));
