// The parts of the page that need no browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grid, unpack, unpackTrains } from '../../../../apps/report/page/src/decode.js';
import { correlation, labels, padded, quantile, roundStep, runningMean, text } from '../../../../apps/report/page/src/numbers.js';
import { fewerFrom, outputColumns, trialsAt, trialsText } from '../../../../apps/report/page/src/names.js';
import { axisNames, cloudOf, projector } from '../../../../apps/report/page/src/projection.js';

const base64 = (bytes) => Buffer.from(bytes).toString('base64');

test('packed matrices: the ends and the middle of the range are exact', () => {
  const bytes = unpack({ type: 'u8', shape: [1, 3], low: -2, high: 2, data: base64([0, 127, 254]) });
  assert.deepEqual([...bytes.values], [-2, 0, 2]);
  const words = unpack({ type: 'u16', shape: [3, 1], low: 0, high: 65534, data: base64([0, 0, 1, 2, 254, 255]) });
  assert.deepEqual([...words.values], [0, 513, 65534]);
  assert.equal(words.rows, 3);
});

test('trains are cut where their counts say', () => {
  const trains = unpackTrains({
    count: [1, 0, 2], time: { type: 'u16', shape: [1, 3], low: 0, high: 65534, data: base64([5, 0, 1, 0, 9, 0]) },
  });
  assert.deepEqual(trains.map((train) => [...train]), [[5], [], [1, 9]]);
});

test('numbers are written with a true minus sign and no trailing zeros', () => {
  assert.equal(text(-0.5), '−0.5');
  assert.equal(text(1234.5), '1235');
  assert.equal(text(0.012345), '0.0123');
  assert.equal(text(1e-7), '1.00e−7');
  assert.equal(text(0), '0');
  assert.equal(text(NaN), '–');
});

test('labels of an axis have equally many decimals', () => {
  assert.deepEqual(labels([-0.25, 0, 0.5, 1]), ['−0.25', '0.00', '0.50', '1.00']);
  assert.deepEqual(labels([0, 200, 400]), ['0', '200', '400']);
});

test('small statistics', () => {
  assert.deepEqual([...runningMean([2, 4, 6, 8], 2)], [2, 3, 5, 7]);
  assert.equal(quantile([5, 1, 3], 0.5), 3);
  assert.equal(roundStep(0.037), 0.02);
  assert.equal(roundStep(7), 5);
  assert.deepEqual(padded([0, 10], 0.1), [-1, 11]);
  assert.ok(Math.abs(correlation([1, 2, 3], [2, 4, 6]) - 1) < 1e-12);
  assert.ok(Math.abs(correlation([1, 2, 3], [3, 2, 1]) + 1) < 1e-12);
  assert.deepEqual([...grid(5, 2, 3)], [5, 7, 9]);
});

test('views along the axes show two components, and turning keeps distances', () => {
  const cloud = cloudOf([{ values: Float32Array.from([0, 0, 0, 2, 4, 8]) }]);
  assert.deepEqual(cloud, { centre: [1, 2, 4], radius: 4, reach: Math.hypot(1, 2, 4) });
  const near = (point, x, y) => {
    assert.ok(Math.abs(point.x - x) < 1e-9 && Math.abs(point.y - y) < 1e-9, JSON.stringify(point));
  };
  const point = [2, 4, 8];
  near(projector(cloud, { yaw: 0, pitch: 0, flat: [0, 1] })(point), 2, 4);
  near(projector(cloud, { yaw: 0, pitch: Math.PI / 2, flat: [0, 2] })(point), 2, 8);
  near(projector(cloud, { yaw: -Math.PI / 2, pitch: 0, flat: [2, 1] })(point), 8, 4);
  near(projector(cloud, { yaw: 0.3, pitch: 0.7, flat: null })(cloud.centre), 0, 0);
  const view = projector(cloud, { yaw: 0.3, pitch: 0.7, flat: null });
  const across = [0, 1, 2].map((k) => view(cloud.centre.map((value, i) => value + (i === k ? 1 : 0))));
  // Columns of a rotation seen in projection: the squared lengths of its two rows are one.
  assert.ok(Math.abs(across.reduce((sum, { x }) => sum + x * x, 0) - 1) < 1e-12);
  assert.ok(Math.abs(across.reduce((sum, { y }) => sum + y * y, 0) - 1) < 1e-12);
  assert.ok(Math.abs(across.reduce((sum, { x, y }) => sum + x * y, 0)) < 1e-12);
});

test('names of axes stand around every view of the cloud, apart from each other', () => {
  const cloud = cloudOf([{ values: Float32Array.from([-3, -1, 0, 5, 1, 2]) }]);
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => [k & 1 ? 5 : -3, k & 2 ? 1 : -1, k & 4 ? 2 : 0]);
  for (let yaw = -3; yaw <= 3; yaw += 0.2) {
    for (let pitch = -1.5; pitch <= 1.5; pitch += 0.25) {
      const project = projector(cloud, { yaw, pitch, flat: null });
      const names = axisNames(project, cloud);
      assert.ok(names.length >= 2, `${yaw}, ${pitch}`);
      const size = Math.max(...corners.map(project).map(({ x, y }) => Math.hypot(x, y)));
      for (const { x, y } of names) assert.ok(Math.hypot(x, y) > size - 1e-9);
      names.forEach((one, i) => names.slice(i + 1).forEach((other) => {
        assert.ok(Math.hypot(one.x - other.x, one.y - other.y) > 0.4 * cloud.reach, `${yaw}, ${pitch}`);
      }));
    }
  }
  assert.equal(axisNames(projector(cloud, { yaw: -0.65, pitch: 0.45, flat: null }), cloud).length, 3);
});

test('of trials that differ in length it is said from when on fewer are left', () => {
  const same = { condition: 0, trials: 1, fewer: [] };
  const shorter = { condition: 1, trials: 5, fewer: [[405, 4], [505, 2]] };
  assert.equal(trialsText(same), '1 trial');
  assert.equal(trialsText(shorter), '5 trials, 2 at the end');
  assert.deepEqual([400, 405, 500, 505, 700].map((time) => trialsAt(shorter, time)), [5, 4, 4, 2, 2]);
  assert.equal(fewerFrom({ outputs: [same, shorter] }, 1), 405);
  assert.equal(fewerFrom({ outputs: [same, shorter] }, 0), null);
});

test('outputs of a condition fill rows of the grid', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6].map(outputColumns), [0, 2, 3, 2, 3, 3]);
});
