// The interactive page in a real browser.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  colours, drag, fingerprint, folder, frame, launch, open, pixels, plotArea, ranges, shot,
} from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

/** Runs `check` on a fresh page and then asks for a clean console and no requests. */
const onPage = (name, options, check) => async () => {
  const { tab, problems, context } = await open(browser, name, options);
  await check(tab);
  assert.deepEqual(problems, []);
  await context.close();
};

const MARKS = {
  outputs: ['rate', 'spiking', 'target', 'shade'],
  trial: ['rate', 'spiking', 'target', 'type-e', 'type-i', 'type-som', 'shade'],
  units: ['type-e', 'type-i', 'type-som', 'target'],
  distribution: ['type-e', 'type-i', 'type-som'],
  tau: ['type-e', 'type-i', 'type-som'],
  trajectories: ['condition-0', 'condition-1'],
  scaling: ['spiking', 'target'],
  loss: ['rate', 'target'],
  accuracy: ['rate', 'target'],
  spectrum: ['accent', 'target'],
};

test('every figure has its marks, in both themes', onPage('small.html', {}, async (tab) => {
  for (const theme of ['light', 'dark']) {
    for (const [figure, names] of Object.entries(MARKS)) {
      for (const name of names) {
        const count = await pixels(tab, figure, name);
        assert.ok(count > 30, `${figure}, ${theme}: ${count} pixels of --${name}`);
      }
    }
    for (const figure of ['rates', 'weights']) {
      const count = await colours(tab, figure);
      assert.ok(count > 60, `${figure}, ${theme}: ${count} colours`);
    }
    await tab.screenshot({ path: shot(`desktop-${theme}.png`), fullPage: true });
    await tab.click('#theme');
    await frame(tab);
  }
}));

test('every figure of the page has a chart, every chart a label and axes with units', onPage('small.html', {}, async (tab) => {
  const figures = await tab.evaluate(() => [...document.querySelectorAll('figure')].map((figure) => ({
    id: figure.id, charts: figure.querySelectorAll('.uplot').length, caption: figure.querySelector('figcaption').textContent.length,
  })));
  assert.equal(figures.length, 12);
  for (const { id, charts, caption } of figures) {
    assert.ok(charts >= 1, id);
    assert.ok(caption > 20, id);
  }
  const charts = await tab.evaluate(() => window.rheobase.charts.map((chart) => ({
    label: chart.host.getAttribute('aria-label'),
    axes: chart.u.axes.map((axis) => axis.label(chart.u)),
  })));
  for (const { label, axes } of charts) assert.ok(label.length > 2, `${label}: ${axes}`);
  const times = charts.flatMap(({ axes }) => axes).filter((name) => name.startsWith('Time'));
  assert.ok(times.length >= 5 && times.every((name) => name === 'Time (ms)'));
}));

test('dragging zooms every chart over time, a double click shows all again', onPage('small.html', {}, async (tab) => {
  const box = await plotArea(tab, 'outputs');
  const whole = await ranges(tab, 'outputs');
  const before = await fingerprint(tab, 'rates');
  await drag(tab, box, [0.3, 0.5], [0.6, 0.52]);
  for (const figure of ['outputs', 'trial', 'rates']) {
    for (const [low, high] of await ranges(tab, figure)) {
      assert.ok(Math.abs(low - 300) < 15 && Math.abs(high - 600) < 15, `${figure}: ${low} to ${high}`);
    }
  }
  assert.notEqual(await fingerprint(tab, 'rates'), before);
  await tab.mouse.dblclick(box.x + 0.5 * box.width, box.y + 0.5 * box.height);
  await frame(tab);
  assert.deepEqual(await ranges(tab, 'outputs'), whole);
}));

test('buttons, keys and the wheel with Ctrl zoom; the wheel alone scrolls', onPage('small.html', {}, async (tab) => {
  const width = async () => {
    const [[low, high]] = await ranges(tab, 'spectrum');
    return high - low;
  };
  const whole = await width();
  await tab.click('#figure-spectrum [title="Zoom in"]');
  const zoomed = await width();
  assert.ok(zoomed < 0.7 * whole);
  await tab.click('#figure-spectrum [title^="Whole range"]');
  const isWhole = async () => assert.ok(Math.abs(await width() - whole) < 0.02 * whole);
  await isWhole();
  const box = await plotArea(tab, 'spectrum');
  await tab.mouse.move(box.x + 0.5 * box.width, box.y + 0.5 * box.height);
  await tab.keyboard.down('Control');
  await tab.mouse.wheel(0, -300);
  await tab.keyboard.up('Control');
  await frame(tab);
  assert.ok(await width() < 0.9 * whole);
  await tab.locator('#figure-spectrum .chart').focus();
  await tab.keyboard.press('0');
  await isWhole();
  const top = await tab.evaluate(() => scrollY);
  await tab.mouse.wheel(0, 200);
  await tab.waitForFunction((y) => scrollY !== y, top);
  await isWhole();
}));

test('toggles hide traces and bring them back', onPage('small.html', {}, async (tab) => {
  for (const [figure, chip, name] of [
    ['outputs', 'LIF network', 'spiking'], ['outputs', 'Rate network', 'rate'], ['trial', 'SOM', 'type-som'],
    ['trial', 'Target', 'target'], ['units', 'E', 'type-e'], ['tau', 'SOM', 'type-som'], ['trajectories', 'go', 'condition-0'],
    ['spectrum', 'After training', 'accent'],
  ]) {
    const button = tab.locator(`#figure-${figure} .chip`, { hasText: new RegExp(`^${chip}$`) });
    const shown = await pixels(tab, figure, name);
    await button.click();
    await frame(tab);
    assert.equal(await button.getAttribute('aria-pressed'), 'false');
    // The strip of types stays beside a raster.
    const left = await pixels(tab, figure, name);
    assert.ok(left < 0.8 * shown, `${figure} without ${chip}: ${left} of ${shown} pixels`);
    await button.click();
    await frame(tab);
    assert.equal(await pixels(tab, figure, name), shown, `${figure} with ${chip} again`);
  }
  const before = await fingerprint(tab, 'outputs');
  await tab.locator('#figure-outputs .chip', { hasText: 'Single trials' }).click();
  await frame(tab);
  assert.notEqual(await fingerprint(tab, 'outputs'), before);
}));

test('the cursor shows values, and the same moment in the other charts', onPage('small.html', {}, async (tab) => {
  const box = await plotArea(tab, 'outputs');
  await tab.mouse.move(box.x + 0.5 * box.width, box.y + 0.5 * box.height);
  await tab.mouse.move(box.x + 0.52 * box.width, box.y + 0.5 * box.height);
  await frame(tab);
  const tip = await tab.locator('#figure-outputs .tooltip:not([hidden])').textContent();
  assert.match(tip, /^520 ms.*Rate network.*±.*LIF network.*Target1$/);
  const cursors = await tab.evaluate(() => window.rheobase.charts
    .filter((chart) => chart.spec.shared && chart.u.cursor.left >= 0)
    .map((chart) => chart.u.posToVal(chart.u.cursor.left, 'x')));
  assert.equal(cursors.length, 7);
  for (const time of cursors) assert.ok(Math.abs(time - 520) < 8, String(time));
  for (const [figure, x, y, expected] of [
    ['rates', 0.5, 0.5, /ms.*Unit \d+.*Rate network.*r = .*LIF network.*Hz/], ['weights', 0.5, 0.5, /W = .*Postsynaptic.*Presynaptic/],
    ['tau', 0.5, 0.9, /\d+ to \d+ ms.*units/], ['scaling', 0.5, 0.5, /s = \d+.*Accuracy.*95 % interval/],
  ]) {
    const area = await plotArea(tab, figure);
    await tab.mouse.move(area.x + x * area.width - 3, area.y + y * area.height);
    await tab.mouse.move(area.x + x * area.width, area.y + y * area.height);
    await frame(tab);
    assert.match(await tab.locator(`#figure-${figure} .tooltip:not([hidden])`).textContent(), expected);
  }
}));

test('other trials, conditions and views are drawn', onPage('small.html', {}, async (tab) => {
  const changes = async (figure, act) => {
    const before = await fingerprint(tab, figure);
    await act();
    await frame(tab);
    assert.notEqual(await fingerprint(tab, figure), before, figure);
  };
  await changes('trial', () => tab.click('#figure-trial [title="Next trial"]'));
  assert.match(await tab.locator('#figure-trial h4').first().textContent(), /go, trial 2$/);
  await changes('rates', () => tab.locator('#figure-rates .chip', { hasText: 'number' }).click());
  await changes('rates', () => tab.locator('#figure-rates .chip', { hasText: 'nogo' }).click());
  await changes('trajectories', async () => drag(tab, await plotArea(tab, 'trajectories'), [0.4, 0.5], [0.7, 0.6]));
  await changes('trajectories', () => tab.locator('#figure-trajectories .chip', { hasText: 'PC 1 × 2' }).click());
  const labels = await tab.evaluate(() => window.rheobase.charts
    .filter((chart) => chart.host.closest('figure').id === 'figure-trajectories')[0].u.axes.map((axis) => axis.label()));
  assert.deepEqual(labels, ['PC 1, 83 % of variance (a.u.)', 'PC 2, 12 % of variance (a.u.)']);
  const without = await tab.locator('#trial-select option', { hasText: 'outputs only' }).first().getAttribute('value');
  await tab.selectOption('#trial-select', without);
  assert.match(await tab.locator('#figure-trial h4').nth(1).textContent(), /not in the page/);
}));

test('the command line is copied, figures are saved', onPage('small.html', {}, async (tab) => {
  await tab.click('#copy');
  await tab.waitForFunction(() => document.getElementById('copy').textContent === 'Copied');
  assert.match(await tab.locator('#command').textContent(), /^rheobase report 'my model.lif.mat' /);
  const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('#figure-outputs [title="Save as PNG"]')]);
  assert.equal(download.suggestedFilename(), 'outputs.png');
  const bytes = readFileSync(await download.path());
  assert.equal(bytes.toString('latin1', 1, 4), 'PNG');
  assert.ok(bytes.readUInt32BE(16) > 3000, 'three pixels for every one of the screen');
  await download.saveAs(shot('saved-outputs.png'));
}));

test('texts from outside are shown, not run', onPage('small.html', {}, async (tab) => {
  assert.match(await tab.locator('footer').textContent(), /<test> & "quotes"/);
  assert.equal(await tab.locator('test').count(), 0);
}));

test('a phone shows everything without scrolling sideways', onPage('small.html', { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true }, async (tab) => {
  const [content, screen] = await tab.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
  assert.ok(content <= screen, `${content} of ${screen}`);
  const small = await tab.evaluate(() => [...document.querySelectorAll('.uplot')].filter((node) => node.clientWidth > innerWidth || node.clientWidth < 200).length);
  assert.equal(small, 0);
  await tab.screenshot({ path: shot('phone.png'), fullPage: true });
}));

test('paper is light, sharp, and leaves the screen as it was', onPage('small.html', { colorScheme: 'dark' }, async (tab) => {
  const before = await fingerprint(tab, 'outputs');
  const during = await tab.evaluate(() => {
    window.dispatchEvent(new Event('beforeprint'));
    const { canvas } = window.rheobase.charts[0].u.ctx;
    return { theme: document.documentElement.dataset.theme, ratio: canvas.width / canvas.clientWidth };
  });
  assert.equal(during.theme, 'light');
  assert.ok(during.ratio > 2.9);
  // On paper nothing scrolls: a table wider than its place would be cut.
  const cut = await tab.evaluate(() => [...document.querySelectorAll('.table')].filter((table) => table.querySelector('table').scrollWidth > table.clientWidth || getComputedStyle(table.querySelector('.wide')).overflowX !== 'visible').length);
  assert.equal(cut, 0);
  await tab.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await frame(tab);
  assert.equal(await fingerprint(tab, 'outputs'), before);
  const pdf = await tab.pdf({ path: shot('paper.pdf'), preferCSSPageSize: true, printBackground: true });
  assert.ok(pdf.length > 100_000);
}));

const boxesOf = (tab, query) => tab.evaluate((selector) => [...document.querySelectorAll(selector)].map((node) => {
  const { top, bottom, left } = node.getBoundingClientRect();
  return { top: top + scrollY, bottom: bottom + scrollY, left };
}), query);

const sideBySide = ([a, b, c, d]) => {
  assert.ok(a.top === b.top && c.top === d.top && a.left < b.left && c.top > a.bottom - 1, JSON.stringify([a, b, c, d]));
  assert.ok(a.left === c.left && b.left === d.left, JSON.stringify([a, b, c, d]));
};

test('outputs of a condition are side by side, and say where fewer trials are left', onPage('two.html', {}, async (tab) => {
  sideBySide(await boxesOf(tab, '#figure-outputs .panel'));
  const headings = await tab.locator('#figure-outputs h4').allTextContents();
  assert.equal(headings[0], 'go, a · 20 trials, 3 at the end');
  assert.equal(headings[3], 'nogo, b · 20 trials');
  const box = await plotArea(tab, 'outputs');
  await tab.mouse.move(box.x + 0.7 * box.width, box.y + 0.5 * box.height);
  await tab.mouse.move(box.x + 0.72 * box.width, box.y + 0.5 * box.height);
  await frame(tab);
  assert.match(await tab.locator('#figure-outputs .tooltip:not([hidden])').textContent(), /Trials3$/);
  await tab.screenshot({ path: shot('two.png'), fullPage: true });
}));

test('on paper a grid of outputs stands below the head of the first page', onPage('two.html', {}, async (tab) => {
  await tab.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  await frame(tab);
  sideBySide(await boxesOf(tab, '#figure-outputs .panel'));
  const [{ bottom }] = await boxesOf(tab, '#figure-outputs');
  const page = ((297 - 24) * 96) / 25.4;
  assert.ok(bottom < page, `${bottom} of ${page}`);
}));

test('a million spikes open and zoom smoothly', onPage('big.html', {}, async (tab) => {
  assert.ok(statSync(join(folder, 'big.html')).size < 5e6);
  assert.match(await tab.locator('.notes').textContent(), /Spike rasters are thinned/);
  assert.match(await tab.locator('#figure-trial .controls').textContent(), /spikes drawn/);
  const milliseconds = await tab.evaluate(() => {
    const chart = window.rheobase.charts.find(({ host }) => /^Spikes/.test(host.previousSibling?.textContent ?? ''));
    const times = [];
    for (let i = 0; i < 20; i += 1) {
      const start = performance.now();
      chart.zoomBy(i % 2 ? 0.5 : 2);
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[10];
  });
  // Zooming redraws all charts over time. Far above what is measured: machines differ.
  assert.ok(milliseconds < 500, `${milliseconds} ms`);
  console.log(`# a zoom step of all charts over time: ${milliseconds.toFixed(1)} ms`);
}));

test('without the library the page shows drawings and says so', onPage('static.html', {}, async (tab) => {
  assert.match(await tab.locator('.warning').textContent(), /Static figures/);
  const images = await tab.evaluate(() => [...document.images].map((image) => image.complete && image.naturalWidth > 100));
  assert.equal(images.length, 12);
  assert.ok(images.every(Boolean));
  await tab.screenshot({ path: shot('static.png'), fullPage: true });
}));
