// Names of what a network has several of.

/** Of readout `output`: its own, or its number where there are several without names. */
export function outputName(data, output) {
  const several = (data.trials?.outputs ?? 1) > 1;
  return data.output_names[output] ?? (several ? `output ${output + 1}` : '');
}

/** Of a condition whose trials differ in length: from when on (ms) the longer ones alone are left; else null. */
export const fewerFrom = (data, condition) => data.outputs.find((outputs) => outputs.condition === condition && outputs.fewer.length)?.fewer[0][0] ?? null;

/** "5 trials", "5 trials, 2 at the end". */
export function trialsText({ trials, fewer }) {
  const all = `${trials} ${trials === 1 ? 'trial' : 'trials'}`;
  return fewer.length ? `${all}, ${fewer.at(-1)[1]} at the end` : all;
}

/** Trials that are left at a time (ms). */
export const trialsAt = ({ trials, fewer }, time) => fewer.reduce((left, [from, count]) => (time >= from ? count : left), trials);

/** Columns of a grid in which the outputs of a condition stand side by side; 0: one output, as many columns as fit. */
export const outputColumns = (outputs) => ({ 1: 0, 2: 2, 4: 2 }[outputs] ?? 3);

export const outputNames = (data) => Array.from({ length: data.trials?.outputs ?? 1 }, (_, output) => outputName(data, output));
