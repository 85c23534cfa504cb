// Printing: light colours, a fixed width, and charts with enough pixels for paper.
import { charts, drawAll } from './chart.js';
import { isDark, setTheme } from './theme.js';

const PAPER_RATIO = 3;

function resizeAll() {
  charts.forEach((chart) => chart.resize());
}

export function watchPrinting(redraw) {
  let dark = false;
  window.addEventListener('beforeprint', () => {
    dark = isDark();
    setTheme('light');
    document.body.classList.add('printing');
    drawAll(PAPER_RATIO);
    resizeAll();
    redraw();
  });
  window.addEventListener('afterprint', () => {
    document.body.classList.remove('printing');
    setTheme(dark ? 'dark' : 'light');
    drawAll();
    resizeAll();
    redraw();
  });
}
