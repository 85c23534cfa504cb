// Text of numbers and small statistics.

/** Up to `digits` significant digits, a true minus sign, no trailing zeros. */
export function text(value, digits = 3) {
  if (value === null || Number.isNaN(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const plain = size >= 1e5 || size < 1e-4
    ? value.toExponential(digits - 1)
    : String(Number(value.toPrecision(Math.max(digits, size >= 1 ? Math.floor(Math.log10(size)) + 1 : digits))));
  return plain.replaceAll('-', '−');
}

/** Labels of an axis, all with as many decimals as the finest needs. */
export function labels(splits) {
  const sizes = splits.map(Math.abs);
  if (Math.max(...sizes) >= 1e5 || Math.max(...sizes) < 1e-3) return splits.map((value) => text(value));
  const decimals = Math.max(0, ...splits.map((value) => (String(Number(value.toFixed(6))).split('.')[1] ?? '').length));
  return splits.map((value) => value.toFixed(decimals).replace('-', '−'));
}

export const percent = (fraction, digits = 3) => `${text(100 * fraction, digits)} %`;

/** The value below which `fraction` of the numbers lie. */
export function quantile(values, fraction) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))];
}

export function extent(arrays) {
  let low = Infinity;
  let high = -Infinity;
  for (const values of arrays) {
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

/** [low, high] with a margin of `fraction` of the distance on both sides. */
export function padded([low, high], fraction = 0.04) {
  const margin = (high > low ? high - low : Math.abs(high) || 1) * fraction;
  return [low - margin, high + margin];
}

/** A round number of at most `value` times 1.0 to 2.5 below it. */
export function roundStep(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = value / power;
  return power * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1);
}

/** Mean of the last `width` values, fewer at the start. */
export function runningMean(values, width) {
  const means = new Float64Array(values.length);
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) {
    sum += values[i];
    if (i >= width) sum -= values[i - width];
    means[i] = sum / Math.min(i + 1, width);
  }
  return means;
}

/** Pearson's correlation of two lists. */
export function correlation(a, b) {
  const n = a.length;
  let sa = 0;
  let sb = 0;
  for (let i = 0; i < n; i += 1) { sa += a[i]; sb += b[i]; }
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < n; i += 1) {
    const x = a[i] - sa / n;
    const y = b[i] - sb / n;
    ab += x * y; aa += x * x; bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}
