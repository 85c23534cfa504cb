// Lets charts have more pixels than the screen, for paper and for saved images.
//
// uPlot follows devicePixelRatio through a media query and has no setter for it. This module is
// imported before uPlot: it keeps the query that uPlot listens to, and tells it of a change.

let query = null;
const original = window.matchMedia.bind(window);
const screenRatio = Object.getOwnPropertyDescriptor(window, 'devicePixelRatio');
window.matchMedia = (condition) => {
  const result = original(condition);
  if (condition.startsWith('(min-resolution')) query = result;
  return result;
};

/** Pixels per CSS pixel from now on; null: those of the screen. */
export function setRatio(ratio) {
  const property = ratio ? { value: ratio, configurable: true } : screenRatio;
  Object.defineProperty(window, 'devicePixelRatio', property);
  query?.dispatchEvent(new Event('change'));
}
