// A chart: uPlot's scales, axes, lines and cursor, and layers drawn between them.
import uPlot from 'uplot';
import { element } from './dom.js';
import { attachGestures } from './gestures.js';
import { labels } from './numbers.js';
import { setRatio } from './ratio.js';
import { colour } from './theme.js';

export const charts = [];

/** Redraws every chart with `ratio` pixels per CSS pixel; null: as many as the screen has. */
export function drawAll(ratio = null) {
  setRatio(ratio);
  charts.forEach((chart) => chart.u.batch(() => {}));
}

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif';
const SIZE = 12;
export const font = (weight = 400) => `${weight} ${SIZE}px ${FONT}`;

const SMALLEST_VIEW = 1e-4;  // of the whole range

/**
 * @param {HTMLElement} host  an empty element that is as wide as the chart
 * @param {object} spec
 *   x, y      {label, range: [low, high], values: splits => texts, down, size, framed}; label and
 *             range may be functions; bare: no ticks and no values; size: room for the values
 *   height    (width) => CSS pixels
 *   right     room beside the plotting area in CSS pixels
 *   equal     one unit is as long on x as on y
 *   xs, lines aligned data: {values, colour, width, dash, marker, edge}
 *   bands     pairs of indices into lines: {upper, lower, colour, alpha}
 *   below, above  layers: (u) => void, clipped to the plotting area
 *   outside   layers that are not clipped
 *   zoom      'x', 'xy' or ''; turns: dragging and arrow keys do something else
 *   shared    a SharedTime, for charts with time on x
 *   hover     ({x, y, index, left, top}) => {title, rows: [[label, value, colour]]} or null
 */
export function makeChart(host, spec) {
  const chart = { host, spec, view: { x: [0, 1], y: [0, 1] }, inside: false };
  const width = () => Math.max(160, Math.floor(host.clientWidth));
  const height = () => Math.round(spec.height(width()));
  const lines = spec.lines ?? [];

  chart.home = () => equalised(chart, { x: resolve(spec.x.range), y: resolve(spec.y.range) });
  chart.redraw = () => chart.u.redraw(true, true);
  chart.resize = () => {
    const zoomed = chart.zoomed;
    chart.u.batch(() => chart.u.setSize({ width: width(), height: height() }));
    if (!zoomed) chart.reset();
  };
  chart.show = ({ x = chart.view.x, y = chart.view.y }) => {
    chart.view = { x: within(x, chart.home().x), y: within(y, chart.home().y) };
    chart.u.batch(() => {
      chart.u.setScale('x', { min: chart.view.x[0], max: chart.view.x[1] });
      chart.u.setScale('y', { min: chart.view.y[0], max: chart.view.y[1] });
    });
  };
  chart.zoomTo = (range) => {
    chart.zoomed = true;
    if (spec.shared && range.x) spec.shared.zoom(range.x);
    chart.show(spec.zoom === 'x' ? { x: range.x } : range);
  };
  chart.reset = () => {
    chart.zoomed = false;
    chart.show(chart.home());
    // The labels of the new range may have changed the size of the plotting area.
    if (spec.equal) chart.show(chart.home());
  };
  chart.resetAll = () => {
    chart.reset();
    if (spec.shared) spec.shared.reset();
  };
  /** Zooms by `factor` about a point given as fractions of the plotting area. */
  chart.zoomBy = (factor, at = { x: 0.5, y: 0.5 }) => {
    if (!spec.zoom) return;
    const around = ([low, high], fraction) => {
      const centre = low + fraction * (high - low);
      return [centre + (low - centre) / factor, centre + (high - centre) / factor];
    };
    chart.zoomTo({ x: around(chart.view.x, at.x), ...(spec.zoom === 'xy' && { y: around(chart.view.y, at.y) }) });
  };
  chart.panBy = (dx, dy) => {
    const moved = ([low, high], fraction) => [low + fraction * (high - low), high + fraction * (high - low)];
    chart.zoomTo({ x: moved(chart.view.x, dx), ...(spec.zoom === 'xy' && { y: moved(chart.view.y, dy) }) });
  };
  /** Replaces the values of the lines. */
  chart.setLines = (values) => {
    chart.u.setData([chart.u.data[0], ...values], false);
    chart.redraw();
  };
  chart.setShown = (index, shown) => chart.u.setSeries(index + 1, { show: shown });

  chart.view = { x: resolve(spec.x.range), y: resolve(spec.y.range) };
  chart.u = new uPlot(options(chart, width(), height()), [spec.xs ?? chart.view.x, ...lines.map((line) => line.values)], host);
  chart.u.batch(() => {});  // uPlot would draw later; the plotting area is needed now
  chart.reset();
  chart.tooltip = element('div', { class: 'tooltip', hidden: '' });
  chart.u.over.append(chart.tooltip);
  host.setAttribute('role', 'img');
  attachGestures(chart);
  spec.shared?.add(chart);
  charts.push(chart);
  new ResizeObserver(() => {
    if (Math.abs(chart.u.width - width()) >= 1) chart.resize();
  }).observe(host);
  return chart;
}

const resolve = (value) => (typeof value === 'function' ? value() : value);

/** The range moved, and cut where it must be, into `home`. */
function within([low, high], home) {
  const whole = home[1] - home[0];
  const length = Math.min(whole, Math.max(high - low, whole * SMALLEST_VIEW));
  const centre = (low + high) / 2;
  const start = Math.min(Math.max(centre - length / 2, home[0]), home[1] - length);
  return [start, start + length];
}

/** Widens one of the ranges so that one unit has the same length on both axes. */
function equalised(chart, { x, y }) {
  if (!chart.spec.equal || !chart.u) return { x, y };
  const { width, height } = chart.u.bbox;
  const unit = Math.max((x[1] - x[0]) / width, (y[1] - y[0]) / height);
  const widened = ([low, high], size) => [(low + high - unit * size) / 2, (low + high + unit * size) / 2];
  return { x: widened(x, width), y: widened(y, height) };
}

function options(chart, width, height) {
  const { spec } = chart;
  const lines = spec.lines ?? [];
  return {
    width,
    height,
    padding: [8, spec.right ?? 16, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: () => chart.view.x },
      y: { range: () => chart.view.y, dir: spec.y.down ? -1 : 1 },
    },
    axes: [axis('x', spec.x), axis('y', spec.y)],
    series: [{}, ...lines.map(series)],
    bands: (spec.bands ?? []).map((band) => ({
      series: [band.upper + 1, band.lower + 1],
      fill: () => `${colour(band.colour)}${Math.round(255 * (band.alpha ?? 0.2)).toString(16).padStart(2, '0')}`,
    })),
    cursor: {
      x: spec.crosshair !== false,
      y: false,
      drag: { x: Boolean(spec.zoom) && !spec.turns, y: spec.zoom === 'xy' && !spec.turns, uni: 30, dist: 4, setScale: false },
      bind: { dblclick: () => () => chart.resetAll() },
      points: { show: (u, index) => cursorPoint(lines[index - 1]) },
    },
    hooks: {
      drawClear: [(u) => draw(u, spec.below)],
      draw: [(u) => draw(u, spec.above), (u) => spec.outside?.forEach((layer) => layer(u))],
      setSelect: [(u) => zoomToSelection(chart, u)],
      setCursor: [(u) => followCursor(chart, u)],
    },
  };
}

function series(line) {
  return {
    stroke: line.edge ? undefined : () => colour(line.colour),
    width: line.edge ? 0 : line.width ?? 1.75,
    dash: line.dash,
    show: line.shown !== false,
    points: { show: false },
    spanGaps: false,
  };
}

function axis(scale, { label, values = labels, grid = true, bare = false, framed = () => true, size }) {
  const isX = scale === 'x';
  const edge = () => (framed() ? colour('edge') : 'transparent');
  return {
    scale,
    side: isX ? 2 : 3,
    label: typeof label === 'function' ? label : () => label,
    labelFont: font(),
    labelSize: 17,
    labelGap: isX ? 0 : 2,
    font: font(),
    stroke: () => colour('soft'),
    size: size ?? (bare ? 6 : isX ? 24 : (u, texts) => widthOf(u, texts)),
    gap: 3,
    space: isX ? 55 : 34,
    values: (u, splits) => (bare ? splits.map(() => '') : values(splits)),
    grid: { show: grid && !bare, stroke: () => colour('line'), width: 1 },
    ticks: { show: !bare, stroke: edge, width: 1, size: 4 },
    border: { show: true, stroke: edge, width: 1 },
  };
}

function widthOf(u, texts) {
  if (!texts) return 34;
  u.ctx.save();
  u.ctx.font = font();
  const widest = Math.max(0, ...texts.map((label) => u.ctx.measureText(label ?? '').width));
  u.ctx.restore();
  return Math.ceil(widest) + 10;
}

function cursorPoint(line) {
  if (!line || line.edge || line.marker === false) return null;
  return element('div', { style: 'width:7px;height:7px' });
}

function draw(u, layers) {
  if (!layers) return;
  const { left, top, width, height } = u.bbox;
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(left, top, width, height);
  u.ctx.clip();
  for (const layer of layers) layer(u);
  u.ctx.restore();
}

function zoomToSelection(chart, u) {
  const { left, top, width, height } = u.select;
  const whole = { width: u.over.clientWidth, height: u.over.clientHeight };
  if (width < 4 && height < 4) return;
  const range = {};
  if (width >= 4 && width < whole.width) range.x = [u.posToVal(left, 'x'), u.posToVal(left + width, 'x')];
  if (chart.spec.zoom === 'xy' && height >= 4 && height < whole.height) {
    range.y = [u.posToVal(top + height, 'y'), u.posToVal(top, 'y')].sort((a, b) => a - b);
  }
  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  chart.zoomTo(range);
}

function followCursor(chart, u) {
  if (!chart.inside) return;
  const { left, top, idx } = u.cursor;
  const { shared, hover } = chart.spec;
  if (left < 0) {
    chart.tooltip.hidden = true;
    shared?.cursor(null, chart);
    return;
  }
  const point = { x: u.posToVal(left, 'x'), y: u.posToVal(top, 'y'), index: idx, left, top };
  shared?.cursor(point.x, chart);
  showTooltip(chart, hover?.(point), left, top);
}

function showTooltip({ tooltip, u }, content, left, top) {
  tooltip.hidden = !content;
  if (!content) return;
  const rows = content.rows.map(([label, value, key]) => element(
    'tr', {},
    element('td', {}, ...(key ? [element('span', { class: 'key', style: `background:var(--${key})` })] : []), label),
    element('td', {}, value),
  ));
  tooltip.replaceChildren(element('table', {}, ...(content.title ? [element('caption', {}, content.title)] : []), ...rows));
  const beyond = left + tooltip.offsetWidth + 18 > u.over.clientWidth;
  const across = beyond ? Math.max(left - tooltip.offsetWidth - 14, -40) : left + 14;
  tooltip.style.transform = `translate(${across}px, ${Math.min(top + 12, u.over.clientHeight - tooltip.offsetHeight)}px)`;
}

/** Charts with the same time axis: they zoom together and show the same moment. */
export class SharedTime {
  #charts = [];
  #listeners = [];

  add(chart) { this.#charts.push(chart); }

  /** Calls listener(time in ms or null) when the cursor moves. */
  onCursor(listener) { this.#listeners.push(listener); }

  zoom(x) {
    for (const chart of this.#charts) {
      chart.zoomed = true;
      chart.show({ x });
    }
  }

  reset() { this.#charts.forEach((chart) => chart.reset()); }

  cursor(time, source) {
    for (const { u } of this.#charts.filter((chart) => chart !== source)) {
      const left = time === null ? -10 : u.valToPos(time, 'x');
      u.setCursor({ left: left > u.over.clientWidth ? -10 : left, top: 0 }, false);
    }
    this.#listeners.forEach((listener) => listener(time));
  }
}
