// What is drawn into a chart besides uPlot's own lines. Each function returns a layer: (u) => void.
import { font } from './chart.js';
import { colour, faded, rgb, types } from './theme.js';

const ratio = (u) => u.ctx.canvas.width / u.width;
const xAt = (u, value) => u.valToPos(value, 'x', true);
const yAt = (u, value) => u.valToPos(value, 'y', true);

/** Windows of time, shaded over the whole height. `current()` gives [[start, end], ...] in ms. */
export const shade = (current) => (u) => {
  u.ctx.fillStyle = colour('shade');
  for (const [start, end] of current()) {
    u.ctx.fillRect(xAt(u, start), u.bbox.top, xAt(u, end) - xAt(u, start), u.bbox.height);
  }
};

export function path(u, xs, ys, { stroke, width = 1.5, dash = [], from = 0, to = xs.length }) {
  const { ctx } = u;
  ctx.strokeStyle = stroke;
  ctx.lineWidth = width * ratio(u);
  ctx.lineJoin = 'round';
  ctx.setLineDash(dash.map((length) => length * ratio(u)));
  ctx.beginPath();
  for (let i = from; i < to; i += 1) {
    const x = xAt(u, xs[i]);
    const y = yAt(u, ys[i]);
    if (i === from) ctx.moveTo(x, y);
    else ctx.lineTo(x, y);
  }
  ctx.stroke();
  ctx.setLineDash([]);
}

export const horizontal = (value, name = 'target', dash = [5, 4]) => (u) => path(
  u, [u.scales.x.min, u.scales.x.max], [value, value], { stroke: colour(name), width: 1.2, dash },
);

export const vertical = (value, name = 'target', dash = [5, 4]) => (u) => path(
  u, [value, value], [u.scales.y.min, u.scales.y.max], { stroke: colour(name), width: 1.2, dash },
);

/** An image over [x0, x1] x [y0, y1]; `current()` gives {canvas, x: [..], y: [..]} or null. */
export const picture = (current) => (u) => {
  const shown = current();
  if (!shown) return;
  const { canvas, x, y } = shown;
  const left = xAt(u, x[0]);
  const lower = yAt(u, y[0]);
  const upper = yAt(u, y[1]);
  u.ctx.imageSmoothingEnabled = false;
  u.ctx.drawImage(canvas, left, Math.min(lower, upper), xAt(u, x[1]) - left, Math.abs(upper - lower));
};

/** Rectangles {x0, x1, y0, y1, colour}. */
export const boxes = (current, alpha = 1) => (u) => {
  const gap = 0.5 * ratio(u);
  for (const box of current()) {
    const left = xAt(u, box.x0) + gap;
    const top = yAt(u, box.y1);
    u.ctx.fillStyle = faded(box.colour, alpha);
    u.ctx.fillRect(left, top, Math.max(xAt(u, box.x1) - gap - left, ratio(u)), yAt(u, box.y0) - top);
  }
};

/** Round points {x, y, colour}, filled or open. */
export const dots = (current, size = 5, { open = false, alpha = 0.75 } = {}) => (u) => {
  const radius = 0.5 * size * ratio(u);
  for (const point of current()) {
    u.ctx.beginPath();
    u.ctx.arc(xAt(u, point.x), yAt(u, point.y), radius, 0, 2 * Math.PI);
    if (open) {
      u.ctx.strokeStyle = faded(point.colour, alpha);
      u.ctx.lineWidth = 1.3 * ratio(u);
      u.ctx.stroke();
    } else {
      u.ctx.fillStyle = faded(point.colour, alpha);
      u.ctx.fill();
    }
  }
};

/** Vertical bars from low to high with short ends. */
export const intervals = (points, name) => (u) => {
  const end = 3 * ratio(u);
  u.ctx.strokeStyle = colour(name);
  u.ctx.lineWidth = 1.4 * ratio(u);
  u.ctx.beginPath();
  for (const { x, low, high } of points) {
    const at = Math.round(xAt(u, x)) + 0.5;
    for (const value of [low, high]) {
      u.ctx.moveTo(at - end, yAt(u, value));
      u.ctx.lineTo(at + end, yAt(u, value));
    }
    u.ctx.moveTo(at, yAt(u, low));
    u.ctx.lineTo(at, yAt(u, high));
  }
  u.ctx.stroke();
};

export const circle = (radius, name, dash = []) => (u) => {
  const { ctx } = u;
  ctx.strokeStyle = colour(name);
  ctx.lineWidth = 1.2 * ratio(u);
  ctx.setLineDash(dash.map((length) => length * ratio(u)));
  ctx.beginPath();
  ctx.ellipse(xAt(u, 0), yAt(u, 0), xAt(u, radius) - xAt(u, 0), Math.abs(yAt(u, radius) - yAt(u, 0)), 0, 0, 2 * Math.PI);
  ctx.stroke();
  ctx.setLineDash([]);
};

/** Where each type begins and ends among rows that are sorted by type: [{type, from, to}]. */
export function typeRuns(unitTypes) {
  const runs = [];
  unitTypes.forEach((type, row) => {
    const last = runs.at(-1);
    if (last?.type === type) last.to = row + 1;
    else runs.push({ type, from: row, to: row + 1 });
  });
  return runs;
}

const LABEL_SPACE = 13;  // CSS pixels between the names of neighbouring types

/** A strip in the colours of the types at the right edge, with their names. Not clipped. */
export const typeStrip = (runs) => (u) => {
  const { ctx, bbox } = u;
  const k = ratio(u);
  ctx.save();
  ctx.font = font(600).replace('12px', `${12 * k}px`);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  let last = null;
  for (const { type, from, to } of runs) {
    const clipped = (value) => Math.min(Math.max(yAt(u, value), bbox.top), bbox.top + bbox.height);
    const [a, b] = [clipped(from), clipped(to)];
    if (Math.abs(a - b) < 1) continue;
    ctx.fillStyle = colour(types[type].colour);
    ctx.fillRect(bbox.left + bbox.width + 2 * k, Math.min(a, b), 4 * k, Math.abs(a - b));
    const centre = (a + b) / 2;
    const middle = last === null ? centre : centre < last ? Math.min(centre, last - LABEL_SPACE * k) : Math.max(centre, last + LABEL_SPACE * k);
    ctx.fillText(types[type].name, bbox.left + bbox.width + 9 * k, middle);
    last = middle;
  }
  ctx.restore();
};

/** The same above the plotting area, without names. */
export const typeStripAbove = (runs) => (u) => {
  const { ctx, bbox } = u;
  const k = ratio(u);
  for (const { type, from, to } of runs) {
    const clipped = (value) => Math.min(Math.max(xAt(u, value), bbox.left), bbox.left + bbox.width);
    ctx.fillStyle = colour(types[type].colour);
    ctx.fillRect(clipped(from), bbox.top - 6 * k, clipped(to) - clipped(from), 4 * k);
  }
};

/** Lines between the types of a matrix that is sorted by type on both sides. */
export const typeBorders = (runs, both) => (u) => {
  for (const { from } of runs.slice(1)) {
    horizontal(from, 'soft', [])(u);
    if (both) vertical(from, 'soft', [])(u);
  }
};

/** Spikes as vertical ticks, written pixel by pixel: a million stay smooth. `current()` gives {trains, types}. */
export const raster = (current) => {
  const buffer = document.createElement('canvas');
  return (u) => {
    const { trains, types: rowTypes } = current();
    const { left, top, width, height } = u.bbox;
    buffer.width = Math.round(width);
    buffer.height = Math.round(height);
    const context = buffer.getContext('2d');
    const pixels = context.createImageData(buffer.width, buffer.height);
    const thickness = Math.round(ratio(u) * (crowded(u, trains) ? 1 : 2));
    paintTrains(new Uint32Array(pixels.data.buffer), buffer.width, buffer.height, u, trains, rowTypes, thickness);
    context.putImageData(pixels, 0, 0);
    u.ctx.drawImage(buffer, Math.round(left), Math.round(top));
  };
};

/** Would ticks of two CSS pixels run into each other? */
function crowded(u, trains) {
  const { min, max } = u.scales.x;
  const visible = trains.reduce((sum, train) => sum + firstAtOrAfter(train, max) - firstAtOrAfter(train, min), 0);
  return visible > 0.08 * trains.length * u.over.clientWidth;
}

function paintTrains(out, width, height, u, trains, rowTypes, thickness) {
  const inks = types.map((type) => {
    const [r, g, b] = rgb(colour(type.colour));
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
  const { min: start, max: end } = u.scales.x;
  const { min: lowest, max: highest } = u.scales.y;
  const perMs = width / (end - start);
  const perRow = height / (highest - lowest);
  trains.forEach((train, row) => {
    // A tick fills nine tenths of its row, and never less than a pixel.
    const bottom = Math.min(height, Math.round(height - (row + 0.05 - lowest) * perRow));
    const upper = Math.max(0, Math.min(bottom - 1, Math.round(height - (row + 0.95 - lowest) * perRow)));
    if (bottom <= 0 || upper >= height) return;
    const ink = inks[rowTypes[row]];
    let last = -1;
    for (let i = firstAtOrAfter(train, start); i < train.length && train[i] <= end; i += 1) {
      const x = Math.floor((train[i] - start) * perMs);
      if (x === last) continue;
      last = x;
      const until = Math.min(width, x + thickness);
      for (let y = upper; y < bottom; y += 1) out.fill(ink, y * width + x, y * width + until);
    }
  });
}

/** Index of the first value that is not below `limit`. */
export function firstAtOrAfter(sorted, limit) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
