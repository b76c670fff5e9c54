// The arithmetic of a chain of residual blocks. Names and formulas are those of cv7.gradient_flow,
// and tests/widgets/parity.test.mjs holds them to values that it wrote.

/** s_k = F(h) + h, without a shortcut F(h); F(h) = slope * h + offset. */
export function chain_sums(x, slope, offset, blocks, shortcut, relu) {
  const sums = [];
  let h = x;
  for (let k = 0; k < blocks; k++) {
    const residual = slope * h + offset;
    sums.push(shortcut ? residual + h : residual);
    h = relu ? Math.max(sums[k], 0) : sums[k];
  }
  return sums;
}

/** g_(k-1) = d_k (slope + 1) g_k, without a shortcut d_k slope g_k; d_k = 0 where a ReLU is shut. */
export function chain_gradients(sums, slope, shortcut, relu) {
  const gradients = [1];
  for (const sum of [...sums].reverse()) {
    const passed = relu && sum <= 0 ? 0 : gradients[0];
    const through = slope * passed;
    gradients.unshift(shortcut ? through + passed : through);
  }
  return gradients;
}

/** Each path as the blocks, from 1, whose F it takes; those through fewer F come first. */
export function residual_paths(blocks) {
  const paths = [[]];
  for (const path of paths) {
    for (let k = (path.at(-1) ?? 0) + 1; k <= blocks; k++) paths.push([...path, k]);
  }
  return paths;
}

/** Per path the product of F' where it takes F, and of the shortcut's slope elsewhere. */
export function path_gradients(derivatives, shortcuts) {
  return residual_paths(derivatives.length).map((path) =>
    derivatives.reduce((product, d, k) => product * (path.includes(k + 1) ? d : shortcuts[k]), 1),
  );
}
