// Sines, logarithms and powers of e that are the same in every browser, to the last bit. Those of
// Math are not: each engine may round them as it likes, and a deep plain network makes another run
// of it. So these use only what IEEE 754 fixes: + − × ÷, in a written order. Each brings its argument
// near zero, where a few terms of the Taylor series are as good as a double can be.

const LN2_HIGH = 6.9314718036912381649e-1; // ends in zeros, so that its multiples are exact; and the
const LN2_LOW = 1.90821492927058770002e-10; // rest of ln 2. From fdlibm (Sun Microsystems, 1993).

/** sin 2πt: of turns, as these can be brought near zero without rounding. */
export function sine(turns) {
  const quarters = Math.round(4 * turns);
  const x = 2 * Math.PI * (turns - quarters / 4); // from -π/4 to π/4
  const odd = quarters % 2 !== 0; // then it is a cosine
  let sum = 1;
  for (let n = odd ? 18 : 19; n > 1; n -= 2) sum = 1 - ((x * x) / (n * (n - 1))) * sum;
  const negative = quarters - 4 * Math.floor(quarters / 4) > 1;
  return (negative ? -sum : sum) * (odd ? 1 : x);
}

/** cos 2πt */
export const cosine = (turns) => sine(turns + 0.25);

/** e^x = 2^k e^r */
export function exp(x) {
  const within = Math.max(-800, Math.min(800, x)); // beyond, it is 0 or infinite all the same
  let k = Math.round(within / LN2_HIGH);
  const r = within - k * LN2_HIGH - k * LN2_LOW;
  let sum = 1;
  for (let n = 14; n > 0; n--) sum = 1 + (r / n) * sum;
  for (; k > 0; k--) sum *= 2;
  for (; k < 0; k++) sum /= 2;
  return sum;
}

/** ln((1 + s) / (1 - s)) = 2 (s + s³/3 + s⁵/5 + …) */
function series(s) {
  let sum = 0;
  for (let n = 21; n > 0; n -= 2) sum = 1 / n + s * s * sum;
  return 2 * s * sum;
}

/** ln x = k ln 2 + ln y */
export function log(x) {
  if (!(x > 0 && x < Infinity)) return x > 0 ? x : x === 0 ? -Infinity : NaN;
  let y = x;
  let k = 0;
  for (; y > Math.SQRT2; k++) y /= 2;
  for (; y < Math.SQRT1_2; k--) y *= 2;
  return k * LN2_HIGH + (k * LN2_LOW + series((y - 1) / (y + 1)));
}

/** ln(1 + x) for x from 0, precise for small x, too. */
export const log1p = (x) => (x < 0.4 ? series(x / (2 + x)) : log(1 + x));
