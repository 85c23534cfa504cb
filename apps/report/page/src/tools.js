// The buttons at the top right of a figure.
import { element } from './dom.js';
import { savePng } from './png.js';

const ICONS = {
  in: 'M8 3v10M3 8h10',
  out: 'M3 8h10',
  reset: 'M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3',
  save: 'M8 2.5v7M5 7l3 3 3-3M3 13h10',
};

function button(icon, title, onclick) {
  const node = element('button', { type: 'button', title, 'aria-label': title, onclick });
  node.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${ICONS[icon]}"/></svg>`;
  return node;
}

/** @param charts  all charts of the figure; those that zoom get buttons for it */
export function addTools({ head, figure, plot, title }, charts) {
  const zooming = charts.filter((chart) => chart.spec.zoom);
  const shared = zooming.find((chart) => chart.spec.shared);
  // Charts that share a time axis follow the first one.
  const leaders = shared ? [shared, ...zooming.filter((chart) => !chart.spec.shared)] : zooming;
  const tools = element('div', { class: 'tools', role: 'toolbar', 'aria-label': `Tools: ${title}` });
  if (zooming.length > 0) {
    tools.append(
      button('in', 'Zoom in', () => leaders.forEach((chart) => chart.zoomBy(1.6))),
      button('out', 'Zoom out', () => leaders.forEach((chart) => chart.zoomBy(1 / 1.6))),
      button('reset', 'Whole range (double click)', () => zooming.forEach((chart) => chart.resetAll())),
    );
  }
  tools.append(button('save', 'Save as PNG', () => savePng(figure, plot, title)));
  head.append(tools);
  charts.forEach((chart) => chart.host.setAttribute('aria-label', chart.host.previousSibling?.textContent || title));
}
