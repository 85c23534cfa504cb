// Colour maps as tables of 256 entries for ImageData (little-endian ABGR).
import { colour, rgb } from './theme.js';

// Anchors of viridis: even in lightness, safe for every colour vision.
const VIRIDIS = ['#440154', '#472d7b', '#3b528b', '#2c728e', '#21918c', '#28ae80', '#5ec962', '#addc30', '#fde725'];

function table(anchors) {
  const points = anchors.map(rgb);
  const entries = new Uint32Array(256);
  for (let i = 0; i < 256; i += 1) {
    const at = (i / 255) * (points.length - 1);
    const k = Math.min(points.length - 2, Math.floor(at));
    const mix = [0, 1, 2].map((c) => Math.round(points[k][c] + (at - k) * (points[k + 1][c] - points[k][c])));
    entries[i] = (255 << 24) | (mix[2] << 16) | (mix[1] << 8) | mix[0];
  }
  return entries;
}

export const sequential = () => table(VIRIDIS);

/** Negative, zero, positive in the colours of the theme. */
export const diverging = () => table([colour('negative'), colour('zero'), colour('positive')]);

/** A canvas of columns x rows pixels; row 0 is the lowest line when `upward`. */
export function image({ rows, columns, values }, [low, high], entries, upward) {
  const canvas = document.createElement('canvas');
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  const pixels = context.createImageData(columns, rows);
  const out = new Uint32Array(pixels.data.buffer);
  const factor = 255 / (high - low || 1);
  for (let row = 0; row < rows; row += 1) {
    const line = (upward ? rows - 1 - row : row) * columns;
    for (let column = 0; column < columns; column += 1) {
      const code = (values[row * columns + column] - low) * factor;
      out[line + column] = entries[code <= 0 ? 0 : code >= 255 ? 255 : Math.round(code)];
    }
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** The bar that explains a colour map. */
export function paintBar(canvas, entries) {
  const bar = image({ rows: 1, columns: 256, values: Float32Array.from({ length: 256 }, (_, i) => i) }, [0, 255], entries, false);
  canvas.width = 256;
  canvas.height = 1;
  canvas.getContext('2d').drawImage(bar, 0, 0);
}
