// Starts Chromium without a window and opens pages from disk.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const page = fileURLToPath(new URL('../../../../apps/report/page/package.json', import.meta.url));
const { chromium } = createRequire(page)('playwright-core');

export const folder = process.env.REPORT_PAGES;
const shots = join(folder, 'screenshots');
mkdirSync(shots, { recursive: true });
export const shot = (name) => join(shots, name);

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
});

/** Opens a page of the folder. `problems` collects console errors, exceptions and requests. */
export async function open(browser, name, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 }, colorScheme: 'light', acceptDownloads: true, ...options,
  });
  const tab = await context.newPage();
  const problems = [];
  const url = pathToFileURL(join(folder, name)).href;
  tab.on('console', (message) => {
    // The tests themselves read pixels back.
    if (['error', 'warning'].includes(message.type()) && !message.text().includes('getImageData')) problems.push(message.text());
  });
  tab.on('pageerror', (error) => problems.push(error.stack));
  tab.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:') && !request.url().startsWith('blob:')) problems.push(`request: ${request.url()}`);
  });
  await tab.goto(url);
  await frame(tab);
  return { tab, problems, context };
}

/** Waits until what was asked for is drawn. */
export const frame = (tab) => tab.evaluate(() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => done()));
}));

/** Pixels of the figure's charts whose colour is the custom property --name. */
export const pixels = (tab, figure, name) => tab.evaluate(([id, property]) => {
  const value = getComputedStyle(document.documentElement).getPropertyValue(`--${property}`).trim();
  const wanted = [1, 3, 5].map((at) => parseInt(value.slice(at, at + 2), 16));
  let count = 0;
  for (const canvas of document.querySelectorAll(`#figure-${id} .uplot canvas`)) {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] > 40 && wanted.every((channel, k) => Math.abs(channel - data[i + k]) <= 6)) count += 1;
    }
  }
  return count;
}, [figure, name]);

/** Number of different colours in the figure's charts. */
export const colours = (tab, figure) => tab.evaluate((id) => {
  const seen = new Set();
  for (const canvas of document.querySelectorAll(`#figure-${id} .uplot canvas`)) {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    for (const value of new Uint32Array(data.buffer)) seen.add(value);
  }
  return seen.size;
}, figure);

/** A number that changes with the figure's pixels. */
export const fingerprint = (tab, figure) => tab.evaluate((id) => {
  let hash = 2166136261;
  for (const canvas of document.querySelectorAll(`#figure-${id} .uplot canvas`)) {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    for (const value of new Uint32Array(data.buffer)) hash = Math.imul(hash ^ value, 16777619);
  }
  return hash;
}, figure);

/** Time ranges of all charts of a figure. */
export const ranges = (tab, figure) => tab.evaluate((id) => window.rheobase.charts
  .filter((chart) => chart.host.closest('figure').id === `figure-${id}`)
  .map((chart) => chart.view.x), figure);

/** Box of the plotting area of the figure's chart number `index`, scrolled into view. */
export async function plotArea(tab, figure, index = 0) {
  const over = tab.locator(`#figure-${figure} .u-over`).nth(index);
  await over.scrollIntoViewIfNeeded();
  // The navigation sticks to the top: keep the chart clear of it.
  await over.evaluate((node) => node.scrollIntoView({ block: 'center', behavior: 'instant' }));
  await frame(tab);
  return over.boundingBox();
}

export async function drag(tab, box, from, to) {
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await tab.mouse.move(...at(from));
  await tab.mouse.down();
  await tab.mouse.move(...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]));
  await tab.mouse.move(...at(to));
  await tab.mouse.up();
  await frame(tab);
}
