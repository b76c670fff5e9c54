// Times of a standard and a separable convolution as bars; the page's figure asks for them here, too.

import { grouped, hundredths, significant } from "../shared/numbers.mjs";

/** Two bars as long as the times; the slower one is as long as `room`. */
export function drawing({ standard, separable }, whose, room) {
  const slowest = Math.max(standard, separable);
  const bar = {};
  const time = {};
  for (const [name, taken] of Object.entries({ standard, separable })) {
    bar[name] = { width: hundredths((room * taken) / slowest) };
    time[name] = { text: `${taken < 100 ? significant(taken) : grouped(Math.round(taken))} ms` };
  }
  const said = Object.keys(bar).map((name) => `${name} ${time[name].text}`);
  const label = `Time of one convolution, ${whose}: ${said.join(", ")}.`;
  return { marks: { title: { "": { text: whose } }, bar, time }, label };
}
