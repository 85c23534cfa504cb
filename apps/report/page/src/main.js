// ratio.js must come before uPlot, hence first.
import './ratio.js';
import { charts, SharedTime } from './chart.js';
import { drawDistribution, drawUnits } from './figures/units.js';
import { drawSpectrum, drawTau, drawWeights } from './figures/network.js';
import { drawOutputs } from './figures/outputs.js';
import { drawRates } from './figures/rates.js';
import { drawAccuracy, drawCurve, drawLoss, drawScaling } from './figures/training.js';
import { drawTrajectories } from './figures/trajectories.js';
import { drawTrial } from './figures/trial.js';
import { watchPrinting } from './print.js';
import { watchTheme } from './theme.js';

const data = JSON.parse(document.getElementById('report-data').textContent);
const themed = [];

/** What the figures share. */
const context = {
  data,
  time: new SharedTime(),
  timeAxis: { label: 'Time (ms)', range: [0, data.duration] },
  /** Calls draw() now and whenever the colours change. */
  onTheme: (draw) => themed.push(draw),
};

const figures = [
  drawOutputs, drawTrial, drawRates, drawUnits, drawDistribution, drawTrajectories,
  drawCurve, drawScaling, drawLoss, drawAccuracy, drawWeights, drawSpectrum, drawTau,
];
figures.forEach((draw) => draw(context));

function redraw() {
  themed.forEach((draw) => draw());
  charts.forEach((chart) => chart.redraw());
}
watchTheme(redraw);
watchPrinting(redraw);

// For people with a console, and for the tests.
window.rheobase = { data, charts };
