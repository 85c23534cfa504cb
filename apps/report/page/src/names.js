// Names of what a network has several of.

/** Of readout `output`: its own, or its number where there are several without names. */
export function outputName(data, output) {
  const several = (data.trials?.outputs ?? 1) > 1;
  return data.output_names[output] ?? (several ? `output ${output + 1}` : '');
}

export const outputNames = (data) => Array.from({ length: data.trials?.outputs ?? 1 }, (_, output) => outputName(data, output));
