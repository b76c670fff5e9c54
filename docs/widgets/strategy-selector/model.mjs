// The arithmetic of the strategy selector. Names and formulas are those of cv7.fine_tuning, and
// tests/widgets/parity.test.mjs holds them to values that it wrote.

/** (1280 + 1) * classes */
export function head_parameters(classes) {
  return (1280 + 1) * classes;
}

/** The head's, and those of the last `trainable_stages` of the stages with these parameters. */
export function trainable_parameters(classes, trainable_stages, stages) {
  const trained = stages.slice(stages.length - trainable_stages);
  return trained.reduce((sum, parameters) => sum + parameters, head_parameters(classes));
}

/** Two running means of 4 bytes for each parameter. */
export function adam_state_bytes(parameters) {
  return 2 * 4 * parameters;
}

/** head * decay^(groups - 1 - l) for l = 0 ... groups - 1 */
export function learning_rates(head, groups, decay) {
  return Array.from({ length: groups }, (_, group) => head * decay ** (groups - 1 - group));
}

/** [start, stop] of the trained stages' groups, of nearly equal length, earliest first. */
export function stage_groups(trainable_stages, backbone_groups, stages) {
  if (trainable_stages === 0) return [];
  const first = stages - trainable_stages;
  const bound = (group) => first + Math.floor((trainable_stages * group) / backbone_groups);
  return Array.from({ length: backbone_groups }, (_, group) => [bound(group), bound(group + 1)]);
}

/** Of stages with this much work on 32×32 pixels; exact, as all maps shrink alike. */
export function multiply_adds(size, work) {
  return (size / 32) ** 2 * work.reduce((sum, stage) => sum + stage, 0);
}
