// Wheel, touch and keyboard for a chart; uPlot itself handles dragging with the mouse.

const WHEEL_RATE = 0.0025;
const KEY_STEP = 0.15;

/** Position as fractions of the plotting area, y upward. */
function fractions(chart, clientX, clientY) {
  const box = chart.u.over.getBoundingClientRect();
  return { x: (clientX - box.left) / box.width, y: 1 - (clientY - box.top) / box.height };
}

export function attachGestures(chart) {
  const { over } = chart.u;
  over.addEventListener('mouseenter', () => { chart.inside = true; });
  over.addEventListener('mouseleave', () => {
    chart.tooltip.hidden = true;
    chart.spec.shared?.cursor(null, chart);
    chart.inside = false;
  });
  if (chart.spec.zoom) {
    attachWheel(chart);
    attachKeys(chart);
    if (!chart.spec.turns) attachTouch(chart);
  }
}

/** The wheel alone scrolls the page; with Ctrl (and pinching a touchpad) it zooms. */
function attachWheel(chart) {
  chart.u.over.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    chart.zoomBy(Math.exp(-WHEEL_RATE * event.deltaY), fractions(chart, event.clientX, event.clientY));
  }, { passive: false });
}

/** Two fingers zoom, one finger moves a zoomed chart sideways. */
function attachTouch(chart) {
  const { over } = chart.u;
  const fingers = new Map();
  const spread = () => {
    const [a, b] = [...fingers.values()];
    return { size: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  };
  over.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'touch') fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  over.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    if (fingers.size === 2) {
      const old = spread();
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      const now = spread();
      chart.zoomBy(now.size / Math.max(old.size, 1), fractions(chart, now.x, now.y));
    } else if (chart.zoomed) {
      chart.panBy((before.x - event.clientX) / over.clientWidth, 0);
    }
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  for (const end of ['pointerup', 'pointercancel', 'pointerleave']) {
    over.addEventListener(end, (event) => fingers.delete(event.pointerId));
  }
}

function attachKeys(chart) {
  const actions = {
    '+': () => chart.zoomBy(1.5),
    '=': () => chart.zoomBy(1.5),
    '-': () => chart.zoomBy(1 / 1.5),
    0: () => chart.resetAll(),
    Escape: () => chart.resetAll(),
    ...(!chart.spec.turns && {
      ArrowLeft: () => chart.panBy(-KEY_STEP, 0),
      ArrowRight: () => chart.panBy(KEY_STEP, 0),
    }),
  };
  chart.host.tabIndex = 0;
  chart.host.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || !actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  });
}
