// What a reader entered, held against what cv7 computed. Nothing is computed here that a page states.

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const THOUSANDS = /(?<![\d.])\d{1,3}(?:[ ,'’\u00a0\u202f]\d{3})+(?!\d)/g;
const UNCLEAR = "This is not a number that can be read, such as 45 or 4.5e-5.";
const SCALES = { k: 1e3, thousand: 1e3, m: 1e6, million: 1e6, millions: 1e6 };
const CHAIN = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?:[*/^]-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)*/;

/** Numbers as people write them, in the form in which JavaScript does. */
function plain(text) {
  return text
    .toLowerCase()
    .replace(/[−–]/g, "-")
    .replace(/[×·⋅](?=\s*\d)/g, "*")
    .replace(/⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (power) =>
      [...power].reduce((all, c) => all + (c === "⁻" ? "-" : SUPERSCRIPTS.indexOf(c)), "^"),
    )
    .replace(THOUSANDS, (digits) => (/^0,/.test(digits) ? digits : digits.replace(/[^\d]/g, "")))
    .replace(/(\d),(\d)/g, "$1.$2"); // what is left of the commas stands for the decimal point
}

/** Powers first, then products and quotients from left to right. */
function evaluate(chain) {
  const tokens = chain.match(/[*/^]|-?[\d.]+(?:e[+-]?\d+)?/g);
  for (let i = tokens.length - 2; i > 0; i -= 2) {
    if (tokens[i] === "^") tokens.splice(i - 1, 3, Number(tokens[i - 1]) ** tokens[i + 1]);
  }
  let value = Number(tokens[0]);
  for (let i = 1; i < tokens.length; i += 2) {
    value = tokens[i] === "*" ? value * tokens[i + 1] : value / tokens[i + 1];
  }
  return value;
}

/**
 * “45”, “≈ 45 layers”, “L = 45”, “4.5e-5”, “4,5 × 10⁻⁵”, “0.7^5”, “1/8”, “27.5 million”, “12.7 %”:
 * { value, digits, percent }, or null. `digits` are the significant ones, 0 where it was computed.
 */
export function parse(text) {
  const cleaned = plain(text)
    .replace(/^[^=]*=/, "")
    .replace(/^\s*(?:≈|~|about|around|roughly|circa|ca\.?)?\s*/, "");
  const [number] = cleaned.replace(/\s*([*/^])\s*/g, "$1").match(CHAIN) ?? [];
  if (!number) return null;
  const rest = cleaned
    .replace(/\s*([*/^])\s*/g, "$1")
    .slice(number.length)
    .trim();
  if (/^[\d.,*/^(]/.test(rest)) return null; // more numbers than one
  const scale = SCALES[rest.match(/^[a-z]+/)?.[0]] ?? 1;
  const value = evaluate(number) * scale;
  if (!Number.isFinite(value)) return null;
  const ten = number.replace(/\*10\^-?\d+$/, "").replace(/e.*$/, "");
  const computed = /[*/^]/.test(ten);
  const digits = computed ? 0 : ten.replace(/^-?0*\.?0*/, "").replace(/\D/g, "").length;
  return { value, digits, percent: /^%|^per ?cent/.test(rest) };
}

/** Several numbers: a shape or a vector. */
export function parse_list(text) {
  const found = plain(text.replace(/[,;](?=\s|-|−)/g, " ; ").replace(/(\d),(?=\d)/g, "$1 ; "));
  return (found.match(/-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/g) ?? []).map(Number);
}

function close(value, answer, tolerance) {
  return Math.abs(value - answer) <= tolerance * Math.abs(answer) + 1e-9 * Math.abs(answer);
}

/** The answer itself, or the answer rounded to as many digits as were given. */
function same({ value, digits }, answer, tolerance = 0) {
  if (close(value, answer, tolerance)) return true;
  const enough = Number.isInteger(answer) ? 3 : 2;
  return digits >= enough && digits < 16 && close(value, Number(answer.toPrecision(digits)), 0);
}

function equal(values, answers) {
  return values.length === answers.length && values.every((v, i) => close(v, answers[i], 0));
}

function off({ value }, answer) {
  if (value === 0 || answer === 0 || value * answer < 0) return "Not so.";
  const power = Math.log10(value / answer);
  if (Math.abs(power) > 0.5 && Math.abs(power - Math.round(power)) < 0.002) {
    return `The digits are right, but it is ${power > 0 ? "too large" : "too small"} by powers of ten.`;
  }
  return value > answer ? "Too large." : "Too small.";
}

/** How a number stands: { state: "empty" | "unclear" | "right" | "wrong", why }. */
export function grade_number(part, text) {
  if (!text.trim()) return { state: "empty", why: "" };
  if (!("answer" in part)) return guessed(part, text);
  if (Array.isArray(part.answer)) {
    const values = parse_list(text);
    const wanted = part.answer.length;
    if (values.length !== wanted) {
      return { state: "unclear", why: `${wanted} numbers are wanted, such as 1, 2, 3.` };
    }
    if (equal(values, part.answer)) return { state: "right", why: part.why };
    const mistake = part.mistakes?.find((m) => equal(values, m.value));
    return { state: "wrong", why: mistake?.why ?? "Not so." };
  }
  const given = parse(text);
  if (!given) return { state: "unclear", why: UNCLEAR };
  const matches = (answer, tolerance) =>
    (same(given, answer, tolerance) && (!given.percent || part.unit === "%")) ||
    (part.unit === "%" && !given.percent && same(scaled(given, 100), answer, tolerance)) ||
    (part.unit !== "%" && given.percent && same(scaled(given, 0.01), answer, tolerance));
  if (matches(part.answer, part.tolerance)) return { state: "right", why: part.why };
  // Counts differ by little where somebody counted biases, too: they are compared exactly.
  const mistake = part.mistakes?.find((m) =>
    matches(m.value, Number.isInteger(m.value) ? 0 : 0.001),
  );
  return { state: "wrong", why: mistake?.why ?? off(given, part.answer) };
}

function guessed(part, text) {
  return parse(text) ? { state: "right", why: part.why } : { state: "unclear", why: UNCLEAR };
}

function scaled({ value, ...rest }, factor) {
  return { ...rest, value: value * factor };
}

/** How a choice stands, by the index of the option that was chosen, or "". */
export function grade_choice(part, index) {
  const option = index === "" ? null : part.options[index];
  if (!option) return { state: "empty", why: "" };
  return { state: option.right ? "right" : "wrong", why: option.why };
}

export function grade(part, entered) {
  return part.options ? grade_choice(part, entered) : grade_number(part, entered);
}
