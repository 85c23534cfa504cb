// Rate curve of a LIF unit, accuracy against the spikes; loss and accuracy during training.
import { makeChart } from '../chart.js';
import { grid } from '../decode.js';
import { chip, figureParts, panel } from '../dom.js';
import { dots, horizontal, intervals, path, shade, vertical } from '../layers.js';
import { extent, labels, padded, percent, runningMean, text } from '../numbers.js';
import { colour } from '../theme.js';
import { addTools } from '../tools.js';

const SMOOTHING = 50;  // trials
const inPercent = (splits) => labels(splits.map((fraction) => 100 * fraction));
const shareRange = [-0.02, 1.04];
const height = (width) => Math.min(300, Math.max(220, 0.55 * width));

export function drawCurve({ data }) {
  const parts = figureParts('curve');
  if (!parts) return;
  const { title, function: transfer, visited, x: xs, rate, spiking } = data.rate_curve;
  const host = panel(parts.plot, title, `rate unit: ${transfer}`);
  const chart = makeChart(host, {
    x: { label: 'x', range: [xs[0], xs.at(-1)] },
    y: { label: 'Rate / s', range: [0, 1.1 * extent([rate, spiking])[1]] },
    height,
    xs,
    below: [shade(() => [visited])],
    lines: [{ values: rate, colour: 'rate', width: 2 }, { values: spiking, colour: 'spiking', width: 2 }],
    zoom: 'xy',
    hover: ({ index }) => (index === null ? null : {
      title: `x = ${text(xs[index])}`,
      rows: [['Rate unit', text(rate[index]), 'rate'], ['LIF unit, over s', text(spiking[index]), 'spiking']],
    }),
  });
  parts.controls.append(
    chip('Rate unit', { colour: 'rate', onchange: (on) => chart.setShown(0, on) }),
    chip('LIF unit', { colour: 'spiking', onchange: (on) => chart.setShown(1, on) }),
  );
  addTools(parts, [chart]);
}

export function drawScaling({ data }) {
  const parts = figureParts('scaling');
  if (!parts) return;
  const marks = data.scaling;
  const fitted = marks.some(({ copies, predicted }) => copies > 1 || predicted !== null);
  const xs = marks.map(({ s, copies }) => s * copies);
  const foretold = marks.filter((mark) => mark.predicted !== null);
  const predicted = foretold.length > 0 ? [{ values: marks.map((mark) => mark.predicted), colour: 'rate', width: 1.25, dash: [6, 4] }] : [];
  // Rings: a line of one value would not be seen.
  const rings = foretold.map((mark) => ({ x: mark.s * mark.copies, y: mark.predicted, colour: 'rate' }));
  let ringed = true;
  const points = marks.map(({ accuracy, low, high }, i) => ({ x: xs[i], y: accuracy, low, high, colour: 'spiking' }));
  const nameOf = ({ s, copies }) => `s = ${text(s)}${copies > 1 ? `, ${copies} copies` : ''}`;
  const host = panel(parts.plot, nameOf({ s: data.scaling_factor, copies: data.copies }), 'one LIF network a point, the same trials');
  const chart = makeChart(host, {
    x: { label: fitted ? 's M (Hz)' : 'Scaling factor s = 1/λ (Hz)', range: padded(extent([xs]), 0.05) },
    y: { label: 'Accuracy (%)', range: shareRange, values: inPercent },
    height,
    xs,
    lines: [{ values: marks.map(({ accuracy }) => accuracy), colour: 'spiking', width: 1.25 }, ...predicted],
    below: [vertical(data.scaling_factor * data.copies)],
    above: [intervals(points, 'spiking'), dots(() => points, 7, { alpha: 1 }), dots(() => (ringed ? rings : []), 10, { open: true, alpha: 1 })],
    zoom: 'xy',
    hover: ({ index }) => (index === null ? null : {
      title: nameOf(marks[index]),
      rows: [
        ['Accuracy', percent(marks[index].accuracy), 'spiking'],
        ['95 % interval', `${text(100 * marks[index].low)} to ${percent(marks[index].high)}`],
        ...(foretold.length > 0 ? [['Predicted', marks[index].predicted === null ? '–' : percent(marks[index].predicted), 'rate']] : []),
      ],
    }),
  });
  if (foretold.length > 0) {
    parts.controls.append(
      chip('LIF networks', { colour: 'spiking', onchange: (on) => chart.setShown(0, on) }),
      chip('Predicted', { colour: 'rate', key: 'dashed', onchange: (on) => { ringed = on; chart.setShown(1, on); chart.redraw(); } }),
    );
  }
  addTools(parts, [chart]);
}

export function drawLoss({ data }) {
  const parts = figureParts('loss');
  if (!parts) return;
  const { losses, group, evaluations, stop_loss: stop } = data.training;
  const curve = losses.length > 0;
  const xs = curve ? grid(group, group, losses.length) : evaluations.map(([trial]) => trial);
  const values = curve ? losses : evaluations.map(([, loss]) => loss);
  const mean = curve ? runningMean(losses, Math.max(1, Math.round(SMOOTHING / group))) : values;
  const points = curve ? losses.map((y, i) => ({ x: xs[i], y, colour: 'target' })) : [];
  let single = true;
  const host = panel(parts.plot, 'Rate network', curve ? `running mean of ${SMOOTHING} trials` : 'at evaluations');
  const chart = makeChart(host, {
    x: { label: 'Training trial', range: [0, xs.at(-1)] },
    y: { label: 'Loss', range: [0, 1.05 * extent([values])[1]] },
    height,
    xs,
    lines: [{ values: mean, colour: 'rate', width: 2 }],
    below: [(u) => { if (single) dots(() => points, 2, { alpha: 0.5 })(u); }, ...(stop > 0 ? [horizontal(stop)] : [])],
    zoom: 'xy',
    hover: ({ index }) => (index === null ? null : {
      title: `Trial ${xs[index]}`,
      rows: [...(curve ? [['Loss', text(losses[index]), 'target']] : []), ['Running mean', text(mean[index]), 'rate']],
    }),
  });
  if (curve) {
    parts.controls.append(chip(group > 1 ? `Means of ${group} trials` : 'Single trials', { colour: 'target', key: 'dot', onchange: (on) => { single = on; chart.redraw(); } }));
  }
  addTools(parts, [chart]);
}

export function drawAccuracy({ data }) {
  const parts = figureParts('accuracy');
  if (!parts) return;
  const { evaluations, stop_accuracy: stop } = data.training;
  const xs = evaluations.map(([trial]) => trial);
  const ys = evaluations.map(([, , accuracy]) => accuracy);
  const host = panel(parts.plot, 'Rate network', 'evaluations during training');
  const chart = makeChart(host, {
    x: { label: 'Training trial', range: [0, xs.at(-1)] },
    y: { label: 'Accuracy (%)', range: shareRange, values: inPercent },
    height,
    xs,
    below: stop > 0 ? [horizontal(stop)] : [],
    lines: [{ values: ys, colour: 'rate', width: 2 }],
    above: [dots(() => xs.map((x, i) => ({ x, y: ys[i], colour: 'rate' })), 5, { alpha: 1 })],
    zoom: 'xy',
    hover: ({ index }) => (index === null ? null : { title: `Trial ${xs[index]}`, rows: [['Accuracy', percent(ys[index]), 'rate']] }),
  });
  addTools(parts, [chart]);
}
