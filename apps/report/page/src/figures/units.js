// Unit by unit: activity in both networks, and the distribution of firing rates by type.
import { makeChart } from '../chart.js';
import { chip, figureParts, panel } from '../dom.js';
import { boxes, dots, path } from '../layers.js';
import { correlation, extent, labels, padded, roundStep, text } from '../numbers.js';
import { activityOf } from '../rates.js';
import { colour, types } from '../theme.js';
import { addTools } from '../tools.js';

const BINS = 18;

const presentTypes = (data) => types.map((type, index) => ({ ...type, index })).filter(({ index }) => data.unit_type.includes(index));

export function drawUnits(context) {
  const parts = figureParts('units');
  if (!parts) return;
  const { data } = context;
  const scaled = data.mean_hz.map((hz) => activityOf(data, hz));
  const [low, high] = extent([data.mean_rate, scaled]);
  const range = data.signed_rates ? padded([low, high], 0.05) : [0, 1.05 * high];
  const shown = new Set(types.keys());
  const points = data.mean_rate.map((x, unit) => ({ x, y: scaled[unit], unit, type: data.unit_type[unit], colour: types[data.unit_type[unit]].colour }));
  const host = panel(parts.plot, `r = ${text(correlation(data.mean_rate, scaled), 2)}`, `${points.length} units`);
  const chart = makeChart(host, {
    x: { label: 'Rate network: mean r', range },
    y: { label: data.signed_rates ? 'LIF: 2 λ mean rate − 1' : 'LIF: mean rate × λ', range },
    height: (size) => Math.min(0.95 * size, 400),
    below: [(u) => path(u, range, range, { stroke: colour('target'), width: 1.2, dash: [5, 4] })],
    above: [dots(() => points.filter(({ type }) => shown.has(type)), 6)],
    zoom: 'xy',
    crosshair: false,
    hover: (at) => {
      const near = nearest(chart.u, points.filter(({ type }) => shown.has(type)), at);
      return near && {
        title: `Unit ${near.unit + 1}`,
        rows: [
          ['Type', types[near.type].name, near.colour],
          ['Rate network', `r = ${text(near.x)}`],
          ['LIF network', `${text(data.mean_hz[near.unit])} Hz`],
        ],
      };
    },
  });
  for (const type of presentTypes(data)) {
    parts.controls.append(chip(type.name, {
      colour: type.colour, key: 'dot',
      onchange: (on) => { if (on) shown.add(type.index); else shown.delete(type.index); chart.redraw(); },
    }));
  }
  addTools(parts, [chart]);
}

/** The point nearest to the cursor, within 14 CSS pixels. */
export function nearest(u, points, { left, top }) {
  let best = null;
  let distance = 14;
  for (const point of points) {
    const d = Math.hypot(u.valToPos(point.x, 'x') - left, u.valToPos(point.y, 'y') - top);
    if (d < distance) {
      distance = d;
      best = point;
    }
  }
  return best;
}

export function drawDistribution(context) {
  const parts = figureParts('distribution');
  if (!parts) return;
  const { data } = context;
  const highest = extent([data.mean_hz])[1] || 1;
  const width = roundStep(highest / BINS);
  const bins = Math.ceil(highest / width + 1e-9);
  const groups = presentTypes(data).map((type) => {
    const values = data.mean_hz.filter((_, unit) => data.unit_type[unit] === type.index);
    const counts = new Array(bins).fill(0);
    for (const value of values) counts[Math.min(bins - 1, Math.floor(value / width))] += 1;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { ...type, values, mean, counts, fraction: counts.map((count) => count / values.length) };
  });
  const shown = new Set(groups.map(({ index }) => index));
  const visible = () => groups.filter(({ index }) => shown.has(index));
  const tallest = extent(groups.map((group) => group.fraction))[1];
  const host = panel(parts.plot, 'LIF network', `bins of ${text(width)} Hz`);
  const chart = makeChart(host, {
    x: { label: 'Mean firing rate (Hz)', range: [0, bins * width] },
    y: { label: 'Fraction of units (%)', range: [0, 1.06 * tallest], values: (splits) => labels(splits.map((fraction) => 100 * fraction)) },
    height: (size) => Math.min(0.95 * size, 400),
    above: [
      (u) => visible().forEach((group) => boxes(() => group.fraction.flatMap((fraction, bin) => (fraction > 0 ? [{ x0: bin * width, x1: (bin + 1) * width, y0: 0, y1: fraction, colour: group.colour }] : [])), 0.28)(u)),
      (u) => visible().forEach((group) => outline(u, group, width)),
    ],
    zoom: 'x',
    crosshair: false,
    hover: ({ x }) => {
      const bin = Math.floor(x / width);
      return bin < 0 || bin >= bins ? null : {
        title: `${text(bin * width)} to ${text((bin + 1) * width)} Hz`,
        rows: visible().map((group) => [group.name, `${group.counts[bin]} of ${group.values.length} units`, group.colour]),
      };
    },
  });
  for (const group of groups) {
    parts.controls.append(chip(`${group.name} ${text(group.mean, 2)} Hz`, {
      colour: group.colour,
      onchange: (on) => { if (on) shown.add(group.index); else shown.delete(group.index); chart.redraw(); },
    }));
  }
  addTools(parts, [chart]);
}

function outline(u, { fraction, colour: name }, width) {
  const xs = [0];
  const ys = [0];
  fraction.forEach((value, bin) => {
    xs.push(bin * width, (bin + 1) * width);
    ys.push(value, value);
  });
  xs.push(fraction.length * width);
  ys.push(0);
  path(u, xs, ys, { stroke: colour(name), width: 1.75 });
}
