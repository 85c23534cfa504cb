// Heat maps of every unit's activity: rate network on the left, LIF network on the right.
import { makeChart } from '../chart.js';
import { image, paintBar, sequential } from '../colormap.js';
import { unpack } from '../decode.js';
import { choice, element, figureParts, panel } from '../dom.js';
import { picture, typeRuns, typeStrip, vertical } from '../layers.js';
import { fewerFrom } from '../names.js';
import { quantile, text } from '../numbers.js';
import { hzOf } from '../rates.js';
import { types } from '../theme.js';
import { addTools } from '../tools.js';

/** Rows of a matrix in another order. */
function reordered({ rows, columns, values }, order) {
  const out = new Float32Array(values.length);
  order.forEach((row, i) => out.set(values.subarray(row * columns, (row + 1) * columns), i * columns));
  return { rows, columns, values: out };
}

/** Rows by type, inside a type by the time at which the rate network's activity is highest. */
function byPeak(unitTypes, { columns, values }) {
  const peak = unitTypes.map((_, row) => {
    let best = 0;
    for (let k = 1; k < columns; k += 1) if (values[row * columns + k] > values[row * columns + best]) best = k;
    return best;
  });
  return unitTypes.map((_, row) => row).sort((a, b) => unitTypes[a] - unitTypes[b] || peak[a] - peak[b] || a - b);
}

export function drawRates(context) {
  const parts = figureParts('rates');
  if (!parts) return;
  const { data } = context;
  const source = data.unit_rates;
  const unitTypes = source.unit.map((unit) => data.unit_type[unit]);
  const conditions = source.conditions.map((record) => {
    return { condition: record.condition, rate: unpack(record.rate), spiking: unpack(record.spiking) };
  });
  const values = conditions.flatMap(({ rate, spiking }) => [...sample(rate.values), ...sample(spiking.values)]);
  const top = quantile(values, 0.995) || 1;
  const bottom = data.signed_rates ? quantile(values, 0.005) : 0;
  const natural = unitTypes.map((_, row) => row);
  const state = { condition: 0, peak: true, order: natural };
  parts.plot.classList.add('panels', 'two');

  const sides = ['rate', 'spiking'].map((side) => heatMap(context, parts.plot, side, { source, unitTypes, conditions, ends: [bottom, top], state }));
  const update = () => {
    const current = conditions[state.condition];
    state.order = state.peak ? byPeak(unitTypes, current.rate) : natural;
    sides.forEach((side) => side.show());
  };
  parts.controls.append(
    choice('Condition', conditions.map(({ condition }) => data.conditions[condition]), (index) => { state.condition = index; update(); }),
    choice('Order', ['peak of the rate network', 'number'], (index) => { state.peak = index === 0; update(); }),
  );
  const bar = element('canvas');
  paintBar(bar, sequential());
  parts.plot.after(element('div', { class: 'scale' }, scaleEnd(data, bottom), bar, scaleEnd(data, top)));
  addTools(parts, sides.map((side) => side.chart));
  update();
}

/** An end of the colour scale, as both networks have it. */
const scaleEnd = (data, r) => (r === 0 && !data.signed_rates ? '0' : `r = ${text(r, 2)} (rate network), ${text(hzOf(data, r), 2)} Hz (LIF network)`);

const sample = (values) => values.filter((_, i) => i % 7 === 0);

function heatMap(context, plot, side, { source, unitTypes, conditions, ends, state }) {
  const { data } = context;
  const isRate = side === 'rate';
  const rows = unitTypes.length;
  let shown = null;
  const host = panel(plot, isRate ? 'Rate network' : 'LIF network', isRate ? 'rate r' : 'filtered spike trains');
  const chart = makeChart(host, {
    x: { ...context.timeAxis, grid: false },
    y: { label: `${rows} units`, range: [0, rows], bare: true },
    height: (width) => Math.min(Math.max(260, 0.8 * width), 460),
    right: 52,
    below: [picture(() => shown)],
    above: [
      (u) => data.stimulus[conditions[state.condition].condition].flat().forEach((time) => vertical(time, 'on-heat', [3, 3])(u)),
      (u) => {
        const time = fewerFrom(data, conditions[state.condition].condition);
        if (time !== null) vertical(time, 'on-heat', [1.5, 2])(u);
      },
    ],
    outside: [typeStrip(typeRuns(unitTypes))],
    zoom: 'xy',
    shared: context.time,
    hover: ({ x, y }) => {
      const row = state.order[Math.floor(y)];
      const column = Math.floor((x - source.start) / source.step);
      const { rate, spiking } = conditions[state.condition];
      if (row === undefined || column < 0 || column >= rate.columns) return null;
      const at = row * rate.columns + column;
      return {
        title: `${text(x)} ms`,
        rows: [
          [`Unit ${source.unit[row] + 1}`, types[unitTypes[row]].name, types[unitTypes[row]].colour],
          ['Rate network', `r = ${text(rate.values[at], 2)}`],
          ['LIF network', `${text(hzOf(data, spiking.values[at]), 3)} Hz`],
        ],
      };
    },
  });
  const show = () => {
    const matrix = reordered(conditions[state.condition][side], state.order);
    shown = {
      canvas: image(matrix, ends, sequential(), true),
      x: [source.start, source.start + source.step * matrix.columns],
      y: [0, rows],
    };
    chart.redraw();
  };
  return { chart, show };
}
