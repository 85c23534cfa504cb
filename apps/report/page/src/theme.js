// Colours come from style.css; charts ask for them by name when they draw.

const root = document.documentElement;
let cache = new Map();

/** Value of the custom property --name. */
export function colour(name) {
  if (!cache.has(name)) cache.set(name, getComputedStyle(root).getPropertyValue(`--${name}`).trim());
  return cache.get(name);
}

/** The colour with an opacity. */
export function faded(name, alpha) {
  const value = colour(name);
  return `${value}${Math.round(255 * alpha).toString(16).padStart(2, '0')}`;
}

/** [r, g, b] of a #rrggbb colour. */
export function rgb(value) {
  return [1, 3, 5].map((at) => parseInt(value.slice(at, at + 2), 16));
}

export const types = [
  { name: 'E', colour: 'type-e' },
  { name: 'I', colour: 'type-i' },
  { name: 'SOM', colour: 'type-som' },
  { name: 'all', colour: 'type-mixed' },
];

/** Four hues, then the same dashed: eight conditions told apart with any colour vision. */
export function conditionStyle(condition) {
  return { colour: `condition-${condition % 4}`, dash: condition % 8 >= 4 ? [7, 4] : [] };
}

export const isDark = () => root.dataset.theme === 'dark';

export function setTheme(name) {
  root.dataset.theme = name;
  cache = new Map();
}

/** Follows the system until the reader chooses. */
export function watchTheme(redraw) {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const button = document.getElementById('theme');
  let chosen = false;
  const apply = (name) => {
    setTheme(name);
    button.textContent = name === 'dark' ? 'Light' : 'Dark';
    redraw();
  };
  button.hidden = false;
  button.addEventListener('click', () => {
    chosen = true;
    apply(isDark() ? 'light' : 'dark');
  });
  system.addEventListener('change', () => {
    if (!chosen) apply(system.matches ? 'dark' : 'light');
  });
  apply(system.matches ? 'dark' : 'light');
}
