// What a reader entered, held against what cv7 computed. Nothing is computed here that a page states.

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const THOUSANDS = /(?<![\d.])\d{1,3}(?:[ ,'’\u00a0\u202f]\d{3})+(?!\d)|\d{1,3}(?:\.\d{3}){2,}/g;
const ONE_COMMA = /^[^,]*(?<!\d)\d{1,3},\d{3}(?!\d)[^,]*$/; // thousands, or a decimal comma
const ABOUT = /^\s*(?:(?:≈|~|about|around|roughly|circa|ca\.?|approx\w*\.?|at least|[x×+])\s*)*/;
const UNCLEAR = "This is not a number that can be read, such as 45 or 4.5e-5.";
const SCALES = {
  ...{ k: 1e3, thousand: 1e3 },
  ...{ m: 1e6, mio: 1e6, mln: 1e6, million: 1e6, millions: 1e6, mmac: 1e6, mmacs: 1e6 },
  ...{ bn: 1e9, billion: 1e9, g: 1e9, gmac: 1e9, gmacs: 1e9 },
};

/** Numbers as people write them, in the form in which JavaScript does. */
function plain(text, thousands = true) {
  return text
    .toLowerCase()
    .replace(/[−–]/g, "-")
    .replace(/⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (power) =>
      [...power].reduce((all, c) => all + (c === "⁻" ? "-" : SUPERSCRIPTS.indexOf(c)), "^"),
    )
    .replace(THOUSANDS, (digits) =>
      thousands && !/^0,/.test(digits) ? digits.replace(/[^\d]/g, "") : digits,
    )
    .replace(/(\d),(\d)/g, "$1.$2"); // what is left of the commas stands for the decimal point
}

/** An expression's signs in one form: * / ^ ( ). A times sign stands before something. */
function signs(text) {
  return text
    .replace(/\*\*/g, "^")
    .replace(/(?<=[\d)]\s*)[×·⋅x](?=\s*[\d(.])/g, "*")
    .replace(/(?<=[\d)]\s*)[:÷](?=\s*[\d(.])/g, "/")
    .replace(/(?<=\d)\s+e(?=[-+]?\d)/g, "e")
    .replaceAll("{", "(")
    .replaceAll("}", ")");
}

/** The value of an arithmetic expression at the start of a text, and what follows it. */
function evaluate(text) {
  let rest = text;
  const take = (pattern) => {
    const found = rest.match(pattern)?.[0];
    if (found) rest = rest.slice(found.length).trimStart();
    return found;
  };
  const atom = () => {
    if (take(/^\(/)) {
      const value = sum();
      return take(/^\)/) ? value : NaN;
    }
    return Number(take(/^(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/) ?? NaN);
  };
  const signed = () => (take(/^-/) ? -signed() : power());
  const power = () => {
    const base = atom();
    return take(/^\^/) ? base ** signed() : base;
  };
  const chain = (of, operators) => {
    let value = of();
    for (let sign = take(operators); sign; sign = take(operators)) {
      const next = of();
      value = { "*": value * next, "/": value / next, "+": value + next, "-": value - next }[sign];
    }
    return value;
  };
  const product = () => chain(signed, /^[*/](?=\s*[-\d.(])/);
  const sum = () => chain(product, /^[-+](?=\s*[-\d.(])/);
  return { value: sum(), rest };
}

/**
 * “45”, “≈ 45 layers”, “L = 45”, “4.5e-5”, “4,5 × 10⁻⁵”, “0.7^5”, “9·64 + 1/8”, “27.5 million”:
 * { value, digits, percent }, or null. `digits` are the significant ones, 0 where it was computed.
 */
export function parse(text, thousands = true) {
  const cleaned = signs(plain(text, thousands))
    .replace(/^[^=≥>]*[=≥>]+/, "")
    .replace(ABOUT, "");
  const { value, rest } = evaluate(cleaned);
  const scaled = value * (SCALES[rest.match(/^[a-z]+/)?.[0]] ?? 1);
  if (!Number.isFinite(scaled) || /^[\d.,*/^()]/.test(rest)) return null; // or several numbers
  const number = cleaned.slice(0, cleaned.length - rest.length).trim();
  const ten = number.replace(/\s*\*\s*10\s*\^\s*\(?-?\d+\)?$/, "").replace(/(?<=\d)e.*$/, "");
  const computed = !/^-?[\d.]+$/.test(ten);
  const digits = computed ? 0 : ten.replace(/^-?0*\.?0*/, "").replace(/\D/g, "").length;
  return { value: scaled, digits, percent: /^%|^per ?cent/.test(rest) };
}

/** What a text may mean: “3,308” is some three thousand, or with a decimal comma some three. */
function readings(text) {
  const found = [parse(text)];
  if (ONE_COMMA.test(text)) found.push(parse(text, false));
  return found.filter(Boolean);
}

/** Several numbers: a shape or a vector. With semicolons between them, commas are decimal. */
export function parse_list(text) {
  const apart = text.includes(";")
    ? text.replace(/;/g, " ; ")
    : text.replace(/[,](?=\s|-|−)/g, " ; ").replace(/(\d),(?=\d)/g, "$1 ; ");
  const found = plain(apart, false).match(/-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/g);
  return (found ?? []).map(Number);
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
  if (Math.abs(value / answer - 1) < 0.01 && Number.isInteger(answer)) {
    return "Close. If you rounded it: give all digits.";
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
    return { state: "wrong", why: mistake?.why ?? "Not these: check each of them." };
  }
  const given = readings(text);
  if (!given.length) return { state: "unclear", why: UNCLEAR };
  const matches = (answer, tolerance) => given.some((one) => means(one, part, answer, tolerance));
  if (matches(part.answer, part.tolerance)) return { state: "right", why: part.why };
  // Counts differ by little where somebody counted biases, too: they are compared exactly.
  const mistake = part.mistakes?.find((m) =>
    matches(m.value, Number.isInteger(m.value) ? 0 : 0.001),
  );
  return { state: "wrong", why: mistake?.why ?? off(given[0], part.answer) };
}

/** Whether a number, as a percentage or as a fraction, is that answer. */
function means(given, { unit }, answer, tolerance) {
  if (unit === "%") {
    const whole = given.percent ? [] : [scaled(given, 100)];
    return [given, ...whole].some((one) => same(one, answer, tolerance));
  }
  return same(given.percent ? scaled(given, 0.01) : given, answer, tolerance);
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
