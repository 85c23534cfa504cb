// Saves what a figure shows as one PNG: its title, the headings of its panels and their canvases.
import { drawAll } from './chart.js';
import { element } from './dom.js';
import { colour } from './theme.js';

const RATIO = 3;
const MARGIN = 12;  // CSS pixels
const TITLE = 30;

function paint(plot, title) {
  const box = plot.getBoundingClientRect();
  const canvas = element('canvas');
  canvas.width = Math.round(RATIO * (box.width + 2 * MARGIN));
  canvas.height = Math.round(RATIO * (box.height + 2 * MARGIN + TITLE));
  const context = canvas.getContext('2d');
  context.scale(RATIO, RATIO);
  context.fillStyle = colour('card');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(MARGIN, MARGIN);
  const write = (text, x, y, node) => {
    const style = getComputedStyle(node);
    context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    context.fillStyle = colour('ink');
    context.textBaseline = 'top';
    context.fillText(text, x, y);
  };
  write(title, 0, 0, plot.closest('figure').querySelector('h3'));
  context.translate(0, TITLE);
  for (const node of plot.querySelectorAll('canvas, h4')) {
    const at = node.getBoundingClientRect();
    if (node.tagName === 'H4') write(node.textContent, at.left - box.left, at.top - box.top, node);
    else context.drawImage(node, at.left - box.left, at.top - box.top, at.width, at.height);
  }
  return canvas;
}

export function savePng(figure, plot, title) {
  drawAll(RATIO);
  const canvas = paint(plot, title);
  drawAll();
  canvas.toBlob((blob) => {
    const link = element('a', { href: URL.createObjectURL(blob), download: `${figure.id.replace('figure-', '')}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}
