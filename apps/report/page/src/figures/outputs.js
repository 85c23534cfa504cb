// Mean and standard deviation of both networks' outputs, a chart a condition.
import { makeChart } from '../chart.js';
import { grid, unpack } from '../decode.js';
import { chip, figureParts, panel } from '../dom.js';
import { horizontal, path, shade, vertical } from '../layers.js';
import { extent, padded, text } from '../numbers.js';
import { faded } from '../theme.js';
import { outputColumns, outputName, trialsAt, trialsText } from '../names.js';
import { addTools } from '../tools.js';

// Where no trial is as long there is no mean.
const plus = (a, b) => a.map((value, i) => (value === null ? null : value + b[i]));
const minus = (a, b) => a.map((value, i) => (value === null ? null : value - b[i]));

const RATE = 0;
const SPIKING = 1;
const TARGET = 2;

function linesOf(outputs) {
  const { rate, spiking, target } = outputs;
  return [
    { values: rate.mean, colour: 'rate', width: 2 },
    { values: spiking.mean, colour: 'spiking', width: 2 },
    { values: target, colour: 'target', width: 1.5, dash: [6, 4], marker: false },
    { values: plus(rate.mean, rate.sd), edge: true },
    { values: minus(rate.mean, rate.sd), edge: true },
    { values: plus(spiking.mean, spiking.sd), edge: true },
    { values: minus(spiking.mean, spiking.sd), edge: true },
  ];
}

export function drawOutputs(context) {
  const parts = figureParts('outputs');
  if (!parts) return;
  const { data } = context;
  const shown = { [RATE]: true, [SPIKING]: true, [TARGET]: true, band: true, trials: false };
  const all = data.outputs.flatMap((outputs) => linesOf(outputs).map((line) => line.values));
  const range = padded(extent(all), 0.05);
  parts.plot.classList.add('panels');
  const columns = outputColumns(data.trials?.outputs ?? 1);
  if (columns) {
    parts.plot.classList.add('by-output');
    parts.plot.style.setProperty('--columns', columns);
  }

  const trials = data.trials && { ...data.trials, rate: unpack(data.trials.rate), spiking: unpack(data.trials.spiking) };
  const charts = data.outputs.map((outputs) => {
    const xs = grid(outputs.start, outputs.step, outputs.rate.mean.length);
    const host = panel(parts.plot, [data.conditions[outputs.condition], outputName(data, outputs.output)].filter(Boolean).join(', '), trialsText(outputs));
    // More than a row of outputs: each condition begins a new one.
    if (columns && outputs.output === 0) host.parentElement.classList.add('first');
    return makeChart(host, {
      x: context.timeAxis,
      y: { label: 'Output (a.u.)', range },
      // Flatter on paper, where a grid of outputs then stands below the head.
      height: (width) => (document.body.classList.contains('printing') ? Math.max(140, 0.45 * width) : Math.min(260, Math.max(200, 0.5 * width))),
      xs,
      lines: linesOf(outputs),
      bands: [{ upper: 3, lower: 4, colour: 'rate' }, { upper: 5, lower: 6, colour: 'spiking' }],
      below: [shade(() => data.stimulus[outputs.condition]), (u) => { if (shown.trials && trials) drawTrials(u, trials, outputs, shown); }],
      above: [horizontal(0, 'edge', []), (u) => outputs.fewer.slice(0, 1).forEach(([time]) => vertical(time, 'soft', [2, 3])(u))],
      zoom: 'xy',
      shared: context.time,
      hover: ({ index }) => (index === null ? null : {
        title: `${text(xs[index])} ms`,
        rows: [
          shown[RATE] && ['Rate network', withSd(outputs.rate, index), 'rate'],
          shown[SPIKING] && ['LIF network', withSd(outputs.spiking, index), 'spiking'],
          shown[TARGET] && ['Target', text(outputs.target[index]), 'target'],
          outputs.fewer.length > 0 && ['Trials', trialsAt(outputs, xs[index])],
        ].filter(Boolean),
      }),
    });
  });

  const network = (index, edges) => (on) => {
    shown[index] = on;
    charts.forEach((chart) => {
      chart.setShown(index, on);
      edges.forEach((edge) => chart.setShown(edge, on && shown.band));
      chart.redraw();
    });
  };
  const bands = (on) => {
    shown.band = on;
    charts.forEach((chart) => [[RATE, 3], [RATE, 4], [SPIKING, 5], [SPIKING, 6]].forEach(([line, edge]) => chart.setShown(edge, on && shown[line])));
  };
  parts.controls.append(
    chip('Rate network', { colour: 'rate', onchange: network(RATE, [3, 4]) }),
    chip('LIF network', { colour: 'spiking', onchange: network(SPIKING, [5, 6]) }),
    chip('Target', { colour: 'target', key: 'dashed', onchange: network(TARGET, []) }),
    chip('± sd', { colour: 'soft', key: 'band', onchange: bands }),
  );
  if (trials) {
    parts.controls.append(chip('Single trials', {
      colour: 'soft', key: 'thin', pressed: false,
      onchange: (on) => { shown.trials = on; charts.forEach((chart) => chart.redraw()); },
    }));
  }
  addTools(parts, charts);
}

const withSd = ({ mean, sd }, i) => `${text(mean[i])} ± ${text(sd[i], 2)}`;

function drawTrials(u, trials, { condition, output }, shown) {
  for (const [index, name] of [[RATE, 'rate'], [SPIKING, 'spiking']]) {
    if (!shown[index]) continue;
    const { columns, values } = trials[name];
    const samples = columns / trials.outputs;
    const xs = grid(trials.start, trials.step, samples);
    trials.condition.forEach((c, row) => {
      if (c === condition) {
        const first = row * columns + output * samples;
        path(u, xs, values.subarray(first, first + samples), { stroke: faded(name, 0.35), width: 0.7 });
      }
    });
  }
}
