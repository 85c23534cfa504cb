// Unpacks the matrices of the page's JSON (report/html_encoding.hpp).

function bytesOf(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** {rows, columns, low, high, codes, steps}: codes are integers from 0 to steps. */
export function unpackCodes(packed) {
  const bytes = bytesOf(packed.data);
  const [rows, columns] = packed.shape;
  let codes = bytes;
  if (packed.type === 'u16') {
    codes = new Uint16Array(rows * columns);
    for (let i = 0; i < codes.length; i += 1) codes[i] = bytes[2 * i] | (bytes[2 * i + 1] << 8);
  }
  const steps = packed.type === 'u16' ? 65534 : 254;
  return { rows, columns, low: packed.low, high: packed.high, codes, steps };
}

/** {rows, columns, values}: values in a Float32Array, row after row. */
export function unpack(packed) {
  const { rows, columns, low, high, codes, steps } = unpackCodes(packed);
  const values = new Float32Array(codes.length);
  const factor = (high - low) / steps;
  for (let i = 0; i < codes.length; i += 1) values[i] = codes[i] > steps ? NaN : low + factor * codes[i];
  return { rows, columns, values };
}

/** Times of each row of a raster: an array of Float32Arrays, in increasing order. */
export function unpackTrains(raster) {
  const times = unpack(raster.time).values;
  const trains = [];
  let first = 0;
  for (const count of raster.count) {
    trains.push(times.subarray(first, first + count));
    first += count;
  }
  return trains;
}

/** start, start + step, ...: count values. */
export function grid(start, step, count) {
  return Float64Array.from({ length: count }, (_, i) => start + i * step);
}
