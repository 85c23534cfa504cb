// The network itself: weight matrix, eigenvalues, time constants.
import { makeChart } from '../chart.js';
import { diverging, image, paintBar } from '../colormap.js';
import { unpack } from '../decode.js';
import { chip, element, figureParts, panel } from '../dom.js';
import { boxes, circle, dots, horizontal, picture, typeBorders, typeRuns, typeStrip, typeStripAbove, vertical } from '../layers.js';
import { extent, padded, quantile, roundStep, text } from '../numbers.js';
import { types } from '../theme.js';
import { addTools } from '../tools.js';
import { nearest } from './units.js';

const BINS = 20;
const SCALE_END = 0.97;  // quantile of |W| where the colours end

export function drawWeights({ data, onTheme }) {
  const parts = figureParts('weights');
  if (!parts) return;
  const { unit } = data.weights;
  const matrix = unpack(data.weights.matrix);
  const unitTypes = unit.map((index) => data.unit_type[index]);
  const runs = typeRuns(unitTypes);
  const size = unit.length;
  const present = matrix.values.filter((value) => value !== 0).map(Math.abs);
  const bound = quantile(present.length > 0 ? present : [1], SCALE_END);
  let canvas = null;
  const host = panel(parts.plot, 'W', `${text((100 * present.length) / matrix.values.length)} % of the entries are not zero`);
  const axis = (label) => ({ label, range: [0, size], bare: true });
  const chart = makeChart(host, {
    x: axis('Presynaptic unit'),
    y: { ...axis('Postsynaptic unit'), down: true },
    height: (width) => Math.min(width, 480),
    right: 44,
    below: [picture(() => canvas && { canvas, x: [0, size], y: [0, size] })],
    above: [typeBorders(runs, true)],
    outside: [typeStrip(runs), typeStripAbove(runs)],
    zoom: 'xy',
    crosshair: false,
    hover: ({ x, y }) => {
      const [from, to] = [Math.floor(x), Math.floor(y)];
      if (from < 0 || to < 0 || from >= size || to >= size) return null;
      const name = (row) => `${unit[row] + 1} (${types[unitTypes[row]].name})`;
      return { title: `W = ${text(matrix.values[to * size + from])}`, rows: [['Postsynaptic', name(to), types[unitTypes[to]].colour], ['Presynaptic', name(from), types[unitTypes[from]].colour]] };
    },
  });
  const bar = element('canvas');
  parts.controls.append(element('div', { class: 'scale' }, `−${text(bound, 2)}`, bar, text(bound, 2)));
  onTheme(() => {
    canvas = image(matrix, [-bound, bound], diverging(), false);
    paintBar(bar, diverging());
    chart.redraw();
  });
  addTools(parts, [chart]);
}

export function drawSpectrum({ data }) {
  const parts = figureParts('spectrum');
  if (!parts) return;
  const points = (spectrum, name) => spectrum.re.map((x, i) => ({ x, y: spectrum.im[i], colour: name }));
  const trained = points(data.spectrum, 'accent');
  const initial = data.initial_spectrum ? points(data.initial_spectrum, 'soft') : [];
  const shown = { trained: true, initial: false };
  const visible = () => [...(shown.trained ? trained : []), ...(shown.initial ? initial : [])];
  const radius = data.spectrum.random_radius;
  const every = [...trained, ...initial];
  const host = panel(parts.plot, `Spectral radius ${text(data.spectrum.radius)}`, `random matrix ${text(radius)}`);
  const chart = makeChart(host, {
    x: { label: 'Real part', range: padded(extent([every.map(({ x }) => x), [-radius, radius]])) },
    y: { label: 'Imaginary part', range: padded(extent([every.map(({ y }) => y), [-radius, radius]])) },
    height: (width) => Math.min(width, 480),
    equal: true,
    below: [horizontal(0, 'edge', []), vertical(0, 'edge', []), circle(radius, 'target', [5, 4])],
    above: [
      (u) => { if (shown.initial) dots(() => initial, 5, { open: true })(u); },
      (u) => { if (shown.trained) dots(() => trained, 5)(u); },
    ],
    zoom: 'xy',
    crosshair: false,
    hover: (at) => {
      const near = nearest(chart.u, visible(), at);
      return near && {
        title: initial.length === 0 ? 'W' : near.colour === 'accent' ? 'W after training' : 'W before training',
        rows: [['Eigenvalue', `${text(near.x)} ${near.y < 0 ? '−' : '+'} ${text(Math.abs(near.y))} i`], ['Modulus', text(Math.hypot(near.x, near.y))]],
      };
    },
  });
  const toggle = (name) => (on) => { shown[name] = on; chart.redraw(); };
  if (initial.length > 0) {
    parts.controls.append(chip('After training', { colour: 'accent', key: 'dot', onchange: toggle('trained') }));
    parts.controls.append(chip('Before training', { colour: 'soft', key: 'dot', pressed: false, onchange: toggle('initial') }));
  }
  addTools(parts, [chart]);
}

export function drawTau({ data }) {
  const parts = figureParts('tau');
  if (!parts) return;
  const [low, high] = extent([data.tau]);
  const width = high > low ? roundStep(((high - low) / BINS) * 1.7) : 1;
  const first = high > low ? Math.floor(low / width) * width : low - 0.5;
  const bins = Math.max(1, Math.ceil((high - first) / width + 1e-9));
  const counts = types.map(() => new Array(bins).fill(0));
  data.tau.forEach((tau, unit) => {
    counts[data.unit_type[unit]][Math.min(bins - 1, Math.floor((tau - first) / width))] += 1;
  });
  const hidden = new Set();
  const edges = (bin) => ({ x0: first + bin * width, x1: first + (bin + 1) * width });
  const stacked = () => {
    const base = new Array(bins).fill(0);
    return types.flatMap((type, index) => (hidden.has(index) ? [] : counts[index].flatMap((count, bin) => {
      const box = { ...edges(bin), y0: base[bin], y1: base[bin] + count, colour: type.colour };
      base[bin] += count;
      return count > 0 ? [box] : [];
    })));
  };
  const tallest = extent([counts[0].map((_, bin) => counts.reduce((sum, row) => sum + row[bin], 0))])[1];
  const mean = data.tau.reduce((sum, tau) => sum + tau, 0) / data.tau.length;
  const host = panel(parts.plot, `Mean ${text(mean)} ms`, `bins of ${text(width)} ms`);
  const chart = makeChart(host, {
    x: { label: 'Decay time constant (ms)', range: [first - 0.3 * width, first + (bins + 0.3) * width] },
    y: { label: 'Units', range: [0, 1.06 * tallest] },
    height: (size) => Math.min(0.95 * size, 400),
    above: [boxes(stacked)],
    zoom: 'x',
    crosshair: false,
    hover: ({ x }) => {
      const bin = Math.floor((x - first) / width);
      const { x0, x1 } = edges(bin);
      return bin < 0 || bin >= bins ? null : {
        title: `${text(x0)} to ${text(x1)} ms`,
        rows: types.flatMap((type, index) => (data.unit_type.includes(index) ? [[type.name, `${counts[index][bin]} units`, type.colour]] : [])),
      };
    },
  });
  types.forEach((type, index) => {
    if (!data.unit_type.includes(index)) return;
    parts.controls.append(chip(type.name, {
      colour: type.colour, key: 'dot',
      onchange: (on) => { if (on) hidden.delete(index); else hidden.add(index); chart.redraw(); },
    }));
  });
  addTools(parts, [chart]);
}
