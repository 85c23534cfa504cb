// Small helpers for elements.

export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'class') node.className = value;
    else if (name === 'style') node.style.cssText = value;
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** The parts of a figure, or null where the page has no such figure. */
export function figureParts(id) {
  const figure = document.getElementById(`figure-${id}`);
  if (!figure) return null;
  const plot = figure.querySelector('.plot');
  const controls = element('div', { class: 'controls' });
  plot.before(controls);
  return { figure, plot, controls, head: figure.querySelector('.head'), title: figure.querySelector('h3').textContent };
}

/** A button that switches something on and off. `key` is the look of its line sample. */
export function chip(label, { key = '', colour = 'ink', pressed = true, onchange }) {
  const button = element(
    'button',
    {
      type: 'button', class: 'chip', 'aria-pressed': String(pressed),
      onclick: () => {
        const on = button.getAttribute('aria-pressed') !== 'true';
        button.setAttribute('aria-pressed', String(on));
        onchange(on);
      },
    },
    element('span', { class: `key ${key}`, style: `color:var(--${colour})` }),
    label,
  );
  return button;
}

/** Buttons of which one is pressed. */
export function choice(label, options, onchange, chosen = 0) {
  const buttons = options.map((option, index) => element('button', {
    type: 'button', class: 'chip', 'aria-pressed': String(index === chosen),
    onclick: () => {
      buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(i === index)));
      onchange(index);
    },
  }, option));
  return element('span', { class: 'group', role: 'group', 'aria-label': label }, element('span', { class: 'word' }, label), ...buttons);
}

export function panel(parent, title, detail = '') {
  const heading = element('h4', {}, title, element('small', {}, detail ? ` · ${detail}` : ''));
  const host = element('div', { class: 'chart' });
  parent.append(element('div', { class: 'panel' }, heading, host));
  return host;
}
