// Population trajectories in three principal components, in an orthographic view that can be turned.
import { makeChart } from '../chart.js';
import { unpack } from '../decode.js';
import { chip, choice, figureParts, panel } from '../dom.js';
import { path } from '../layers.js';
import { fewerFrom } from '../names.js';
import { labels, percent } from '../numbers.js';
import { axisNames, projector, cloudOf } from '../projection.js';
import { colour, conditionStyle, faded } from '../theme.js';
import { addTools } from '../tools.js';

const VIEWS = [
  { name: '3-D', yaw: -0.65, pitch: 0.45, flat: null },
  { name: 'PC 1 × 2', yaw: 0, pitch: 0, flat: [0, 1] },
  { name: 'PC 1 × 3', yaw: 0, pitch: Math.PI / 2, flat: [0, 2] },
  { name: 'PC 3 × 2', yaw: -Math.PI / 2, pitch: 0, flat: [2, 1] },
];
const NAME_ROOM = 32;  // CSS pixels around the cloud for names of axes
const AXIS_ROOM = 50;  // CSS pixels that uPlot keeps beside the plotting area
const TURN = 0.01;  // radians per CSS pixel

export function drawTrajectories(context) {
  const parts = figureParts('trajectories');
  if (!parts) return;
  const { data } = context;
  const space = data.state_space;
  const state = { ...VIEWS[0], hidden: new Set(), time: null };
  const paths = space.trajectories.map((trajectory) => ({
    condition: trajectory.condition, rate: unpack(trajectory.rate), spiking: unpack(trajectory.spiking),
  }));
  parts.plot.classList.add('panels', 'two');
  const charts = ['rate', 'spiking'].map((side) => stateChart(parts.plot, data, paths, side, state));
  const redraw = () => charts.forEach((chart) => chart.redraw());
  const reset = () => charts.forEach((chart) => chart.reset());
  charts.forEach((chart) => attachTurning(chart, state, redraw, reset));
  context.time.onCursor((time) => { state.time = time; redraw(); });

  const views = choice('View', VIEWS.map(({ name }) => name), (index) => {
    Object.assign(state, VIEWS[index]);
    reset();
  });
  parts.controls.append(views, ...paths.map(({ condition }) => chip(data.conditions[condition], {
    colour: conditionStyle(condition).colour, key: conditionStyle(condition).dash.length ? 'dashed' : '',
    onchange: (on) => { if (on) state.hidden.delete(condition); else state.hidden.add(condition); redraw(); },
  })));
  addTools(parts, charts);
}

/** Flatter on paper, where another figure then has room below. */
const heightOf = (width) => (document.body.classList.contains('printing') ? 0.85 * width : Math.min(width, 440));

function stateChart(plot, data, paths, side, state) {
  const space = data.state_space;
  const variance = space[`${side}_variance`];
  const cloud = cloudOf(paths.map((record) => record[side]));
  const host = panel(plot, side === 'rate' ? 'Rate network' : 'LIF network', `${percent(variance.slice(0, 3).reduce((a, b) => a + b, 0))} of the variance`);
  const axisName = (component) => `PC ${component + 1}, ${percent(variance[component], 2)} of variance`;
  const axis = (direction) => ({
    label: () => (state.flat ? `${axisName(state.flat[direction])} (a.u.)` : ''),
    range: () => {
      const middle = state.flat ? cloud.centre[state.flat[direction]] : 0;
      const free = heightOf(host.clientWidth) - AXIS_ROOM;
      const half = state.flat ? 1.12 * cloud.radius : (cloud.reach * free) / Math.max(free - 2 * NAME_ROOM, 0.5 * free);
      return [middle - half, middle + half];
    },
    values: (splits) => (state.flat ? labels(splits) : splits.map(() => '')),
    framed: () => state.flat !== null,
    grid: false,
  });
  const chart = makeChart(host, {
    x: axis(0),
    y: axis(1),
    height: heightOf,
    equal: true,
    crosshair: false,
    zoom: 'xy',
    turns: true,
    below: [(u) => { if (!state.flat) drawFrame(u, projector(cloud, state), cloud, variance); }],
    above: [(u) => drawPaths(u, data, paths, side, projector(cloud, state), state)],
  });
  host.classList.add('rotates');
  return chart;
}

/** Three axes through the centre of the cloud, with their names and variances around it. */
function drawFrame(u, project, cloud, variance) {
  const { centre, radius } = cloud;
  const { ctx } = u;
  const k = ctx.canvas.width / u.width;
  ctx.font = `${11 * k}px system-ui, sans-serif`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'center';
  for (const component of [0, 1, 2]) {
    const end = (sign) => centre.map((value, i) => value + (i === component ? sign * 0.95 * radius : 0));
    const [a, b] = [project(end(-1)), project(end(1))];
    path(u, [a.x, b.x], [a.y, b.y], { stroke: colour('edge'), width: 1.2 });
  }
  ctx.fillStyle = colour('soft');
  for (const { component, x, y } of axisNames(project, cloud)) {
    const [dx, dy] = [x / cloud.reach, y / cloud.reach];
    path(u, [0.95 * radius * dx, x], [0.95 * radius * dy, y], { stroke: colour('edge'), width: 1, dash: [2, 3] });
    // The whole text lies outside of the circle.
    const at = [u.valToPos(x, 'x', true) + 20 * k * dx, u.valToPos(y, 'y', true) - 16 * k * dy];
    ctx.fillText(`PC ${component + 1}`, at[0], at[1] - 6 * k);
    ctx.fillText(percent(variance[component], 2), at[0], at[1] + 6 * k);
  }
}

function drawPaths(u, data, paths, side, project, state) {
  const { start, step } = data.state_space;
  for (const record of paths) {
    if (state.hidden.has(record.condition)) continue;
    const { rows, values } = record[side];
    const points = Array.from({ length: rows }, (_, i) => project(values.subarray(3 * i, 3 * i + 3)));
    const xs = points.map(({ x }) => x);
    const ys = points.map(({ y }) => y);
    const { colour: name, dash } = conditionStyle(record.condition);
    path(u, xs, ys, { stroke: colour(name), width: 1.5, dash });
    for (const [from, to] of data.stimulus[record.condition]) {
      const index = (time) => Math.min(rows, Math.max(0, Math.round((time - start) / step)));
      path(u, xs, ys, { stroke: faded(name, 0.55), width: 4.5, from: index(from), to: Math.min(rows, index(to) + 1) });
    }
    mark(u, points[0], name, 'circle');
    mark(u, points[rows - 1], name, 'square');
    const fewer = fewerFrom(data, record.condition);
    const left = fewer === null ? -1 : Math.round((fewer - start) / step);
    if (left >= 0 && left < rows) mark(u, points[left], name, 'diamond');
    const now = state.time === null ? -1 : Math.round((state.time - start) / step);
    if (now >= 0 && now < rows) mark(u, points[now], name, 'now');
  }
}

function mark(u, point, name, shape) {
  const { ctx } = u;
  const k = ctx.canvas.width / u.width;
  const x = u.valToPos(point.x, 'x', true);
  const y = u.valToPos(point.y, 'y', true);
  const size = (shape === 'now' ? 6 : 4.5) * k;
  ctx.fillStyle = shape === 'circle' || shape === 'diamond' ? colour('card') : colour(name);
  ctx.strokeStyle = shape === 'now' ? colour('ink') : colour(name);
  ctx.lineWidth = 1.75 * k;
  ctx.beginPath();
  if (shape === 'square') ctx.rect(x - size, y - size, 2 * size, 2 * size);
  else if (shape === 'diamond') {
    [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]].forEach(([dx, dy]) => ctx.lineTo(x + dx * size, y + dy * size));
    ctx.closePath();
  }
  else ctx.arc(x, y, size, 0, 2 * Math.PI);
  ctx.fill();
  ctx.stroke();
}

/** Dragging turns both views; the arrow keys do too. */
function attachTurning(chart, state, redraw, reset) {
  const { over } = chart.u;
  const turn = (dx, dy) => {
    if (state.flat) {
      state.flat = null;
      reset();
    }
    state.yaw += TURN * dx;
    state.pitch = Math.min(Math.PI / 2, Math.max(-Math.PI / 2, state.pitch + TURN * dy));
    redraw();
  };
  over.addEventListener('pointerdown', (event) => over.setPointerCapture(event.pointerId));
  over.addEventListener('pointermove', (event) => {
    if (over.hasPointerCapture(event.pointerId)) turn(event.movementX, event.movementY);
  });
  chart.host.tabIndex = 0;
  chart.host.addEventListener('keydown', (event) => {
    const steps = { ArrowLeft: [-10, 0], ArrowRight: [10, 0], ArrowUp: [0, -10], ArrowDown: [0, 10] }[event.key];
    if (!steps) return;
    event.preventDefault();
    turn(...steps);
  });
}
