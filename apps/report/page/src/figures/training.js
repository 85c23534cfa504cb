// Accuracy against the scaling factor; loss and accuracy during training.
import { makeChart } from '../chart.js';
import { grid } from '../decode.js';
import { chip, figureParts, panel } from '../dom.js';
import { dots, horizontal, intervals, path, vertical } from '../layers.js';
import { extent, labels, padded, percent, runningMean, text } from '../numbers.js';
import { colour } from '../theme.js';
import { addTools } from '../tools.js';

const SMOOTHING = 50;  // trials
const inPercent = (splits) => labels(splits.map((fraction) => 100 * fraction));
const shareRange = [-0.02, 1.04];
const height = (width) => Math.min(300, Math.max(220, 0.55 * width));

export function drawScaling({ data }) {
  const parts = figureParts('scaling');
  if (!parts) return;
  const marks = data.scaling;
  const points = marks.map(({ s, accuracy, low, high }) => ({ x: s, y: accuracy, low, high, colour: 'spiking' }));
  const host = panel(parts.plot, `s = ${text(data.scaling_factor)}`, 'one LIF network a point, the same trials');
  const chart = makeChart(host, {
    x: { label: 'Scaling factor s = 1/λ (Hz)', range: padded(extent([marks.map(({ s }) => s)]), 0.05) },
    y: { label: 'Accuracy (%)', range: shareRange, values: inPercent },
    height,
    xs: marks.map(({ s }) => s),
    lines: [{ values: marks.map(({ accuracy }) => accuracy), colour: 'spiking', width: 1.25 }],
    below: [vertical(data.scaling_factor)],
    above: [intervals(points, 'spiking'), dots(() => points, 7, { alpha: 1 })],
    zoom: 'xy',
    hover: ({ index }) => (index === null ? null : {
      title: `s = ${text(marks[index].s)}`,
      rows: [['Accuracy', percent(marks[index].accuracy), 'spiking'], ['95 % interval', `${text(100 * marks[index].low)} to ${percent(marks[index].high)}`]],
    }),
  });
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
