// One trial: outputs, spikes by type, population rates, one below the other on the same time axis.
import { makeChart } from '../chart.js';
import { grid, unpack, unpackTrains } from '../decode.js';
import { chip, choice, element, figureParts, panel } from '../dom.js';
import { horizontal, raster, shade, typeRuns, typeStrip } from '../layers.js';
import { outputName, outputNames } from '../names.js';
import { extent, padded, text } from '../numbers.js';
import { types } from '../theme.js';
import { addTools } from '../tools.js';

// The charts share a time axis: their plotting areas begin and end at the same place.
const LEFT = 36;
const RIGHT = 52;  // names of the types

export function drawTrial(context) {
  const parts = figureParts('trial');
  if (!parts) return;
  const { data } = context;
  const rasters = data.rasters.map((record) => ({
    ...record,
    trains: unpackTrains(record),
    types: record.unit.map((unit) => data.unit_type[unit]),
  }));
  const state = { trial: rasters[0]?.trial ?? 0, output: 0 };
  const note = element('span', { class: 'word' });
  const charts = [];
  const show = [];
  const addPart = (part) => {
    if (!part) return;
    charts.push(part.chart);
    show.push(part.show);
  };
  addPart(outputChart(context, parts, state));
  addPart(rasterChart(context, parts.plot, rasters, state));
  addPart(populationChart(context, parts, rasters, state));

  const update = () => {
    const record = rasters.find(({ trial }) => trial === state.trial) ?? null;
    show.forEach((present) => present(state.trial, record));
    note.textContent = record?.thinning ?? '';
  };
  if ((data.trials?.outputs ?? 1) > 1) {
    parts.controls.prepend(choice('Output', outputNames(data), (output) => { state.output = output; update(); }));
  }
  parts.controls.prepend(picker(data, rasters, state, update), note);
  addTools(parts, charts);
  update();
}

/** When the stimulus is on in the trial that is shown. */
const stimulus = (data, { trial }) => (data.trials ? data.stimulus[data.trials.condition[trial]] : []);

/** A list of trials with buttons for the one before and after. */
function picker(data, rasters, state, update) {
  const withSpikes = new Set(rasters.map(({ trial }) => trial));
  const { trials } = data;
  const select = element('select', { 'aria-label': 'Trial', id: 'trial-select' });
  data.conditions.forEach((name, condition) => {
    const options = (trials?.condition ?? []).flatMap((c, index) => (c === condition ? [element('option', { value: index }, label(trials, index, withSpikes))] : []));
    if (options.length > 0) select.append(element('optgroup', { label: name }, ...options));
  });
  const order = [...select.options].map((option) => Number(option.value));
  const go = (trial) => {
    state.trial = trial;
    select.value = String(trial);
    update();
  };
  select.value = String(state.trial);
  select.addEventListener('change', () => go(Number(select.value)));
  const step = (sign) => () => go(order[(order.indexOf(state.trial) + sign + order.length) % order.length]);
  const button = (sign, title, glyph) => element('button', { type: 'button', class: 'step', 'aria-label': title, title, onclick: step(sign) }, glyph);
  return element('span', { class: 'group picker off-paper' }, button(-1, 'Previous trial', '‹'), select, button(1, 'Next trial', '›'));
}

function label(trials, index, withSpikes) {
  const verdict = (correct) => (correct ? '✓' : '✗');
  const spikes = withSpikes.has(index) ? '' : ', outputs only';
  return `T${trials.name[index].slice(1)}: rate ${verdict(trials.rate_correct[index])}, LIF ${verdict(trials.spiking_correct[index])}${spikes}`;
}

function outputChart(context, parts, state) {
  const { data } = context;
  if (!data.trials) return null;
  const rate = unpack(data.trials.rate);
  const spiking = unpack(data.trials.spiking);
  const targets = unpack(data.trials.target);
  const samples = rate.columns / data.trials.outputs;
  const xs = grid(data.trials.start, data.trials.step, samples);
  const row = ({ columns, values }, trial) => {
    const first = trial * columns + state.output * samples;
    return values.subarray(first, first + samples);
  };
  // Not-a-number where nothing is asked: a gap.
  const target = (trial) => Array.from(row(targets, trial), (value) => (Number.isNaN(value) ? null : value));
  const host = panel(parts.plot, 'Output');
  const heading = host.previousSibling.lastChild;
  const chart = makeChart(host, {
    x: { ...context.timeAxis, label: '' },
    y: { label: 'Output (a.u.)', size: LEFT, range: padded(extent([rate.values, spiking.values, targets.values]), 0.05) },
    height: () => 170,
    right: RIGHT,
    xs,
    lines: [
      { values: row(rate, 0), colour: 'rate', width: 2 },
      { values: row(spiking, 0), colour: 'spiking', width: 2 },
      { values: target(0), colour: 'target', dash: [6, 4], marker: false },
    ],
    below: [shade(() => stimulus(data, state))],
    above: [horizontal(0, 'edge', [])],
    zoom: 'x',
    shared: context.time,
    hover: ({ index }) => (index === null ? null : {
      title: `${text(xs[index])} ms`,
      rows: [
        ['Rate network', text(chart.u.data[1][index]), 'rate'],
        ['LIF network', text(chart.u.data[2][index]), 'spiking'],
        ['Target', text(chart.u.data[3][index]), 'target'],
      ],
    }),
  });
  const toggle = (index) => (on) => chart.setShown(index, on);
  parts.controls.append(
    chip('Rate network', { colour: 'rate', onchange: toggle(0) }),
    chip('LIF network', { colour: 'spiking', onchange: toggle(1) }),
    chip('Target', { colour: 'target', key: 'dashed', onchange: toggle(2) }),
  );
  const show = (trial) => {
    chart.setLines([row(rate, trial), row(spiking, trial), target(trial)]);
    const name = outputName(data, state.output);
    heading.textContent = ` · ${name ? `${name}, ` : ''}${data.conditions[data.trials.condition[trial]]}, ${data.trials.name[trial]}`;
  };
  return { chart, show };
}

function rasterChart(context, plot, rasters, state) {
  if (rasters.length === 0) return null;
  const { data } = context;
  const empty = { ...rasters[0], trains: rasters[0].trains.map(() => []), spikes: 0 };
  let current = rasters[0];
  const rows = current.trains.length;
  const host = panel(plot, 'Spikes', ' ');
  const heading = host.previousSibling.lastChild;
  const chart = makeChart(host, {
    x: { ...context.timeAxis, label: '' },
    y: { label: `${rows} units`, range: [0, rows], bare: true, size: LEFT },
    height: (width) => Math.min(Math.max(220, 2 * rows), width < 720 ? 320 : 420),
    right: RIGHT,
    below: [shade(() => stimulus(data, state)), raster(() => current)],
    outside: [typeStrip(typeRuns(current.types))],
    zoom: 'xy',
    shared: context.time,
    hover: ({ x, y }) => {
      const line = Math.floor(y);
      const unit = current.unit[line];
      return unit === undefined ? null : {
        title: `${text(x, 4)} ms`,
        rows: [
          [`Unit ${unit + 1}`, types[current.types[line]].name, types[current.types[line]].colour],
          ['Spikes drawn', String(current.trains[line].length)],
        ],
      };
    },
  });
  const show = (trial, record) => {
    current = record ?? { ...empty, types: rasters[0].types };
    heading.textContent = record ? ` · LIF network, ${record.spikes.toLocaleString('en')} spikes${data.copies > 1 ? ` of ${data.copies} neurons a unit` : ''}` : ' · spikes of this trial are not in the page';
    chart.redraw();
  };
  return { chart, show };
}

function populationChart(context, parts, rasters, state) {
  if (rasters.length === 0) return null;
  const { data } = context;
  const present = types.map((type, index) => ({ ...type, index })).filter(({ index }) => data.unit_type.includes(index));
  // Of a trial shorter than the longest, no bins behind its end.
  const bins = Math.max(...rasters.map((record) => record.population[0].length));
  const xs = grid(rasters[0].bin / 2, rasters[0].bin, bins);
  const none = new Array(bins).fill(null);
  const host = panel(parts.plot, 'Mean firing rate by type', `bins of ${text(rasters[0].bin)} ms`);
  const highest = extent(rasters.flatMap((record) => record.population))[1];
  const chart = makeChart(host, {
    x: context.timeAxis,
    y: { label: 'Rate (Hz)', size: LEFT, range: [0, 1.05 * highest || 1] },
    height: () => 170,
    right: RIGHT,
    xs,
    lines: present.map((type) => ({ values: none, colour: type.colour, width: 1.75 })),
    below: [shade(() => stimulus(data, state))],
    zoom: 'x',
    shared: context.time,
    hover: ({ index }) => (index === null ? null : {
      title: `${text(xs[index])} ms`,
      rows: present.map((type, i) => [type.name, `${text(chart.u.data[i + 1][index])} Hz`, type.colour]),
    }),
  });
  present.forEach((type, i) => {
    parts.controls.append(chip(type.name, { colour: type.colour, onchange: (on) => chart.setShown(i, on) }));
  });
  const show = (trial, record) => chart.setLines(present.map(({ index }) => [...(record?.population[index] ?? []), ...none].slice(0, bins)));
  return { chart, show };
}
