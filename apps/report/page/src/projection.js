// Orthographic projection of points in three dimensions.

/** Centre, longest half side (radius) and half diagonal (reach) of the box around the rows of some (rows x 3) matrices. */
export function cloudOf(matrices) {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const { values } of matrices) {
    values.forEach((value, i) => {
      const component = i % 3;
      low[component] = Math.min(low[component], value);
      high[component] = Math.max(high[component], value);
    });
  }
  const centre = low.map((value, i) => (value + high[i]) / 2);
  const radius = Math.max(...low.map((value, i) => (high[i] - value) / 2)) || 1;
  const reach = Math.hypot(...low.map((value, i) => (high[i] - value) / 2)) || 1;
  return { centre, radius, reach };
}

const SEEN_END_ON = 0.1;  // of an axis' length
const APART = 0.45;  // radians between names of axes

/**
 * Where the names of the axes stand: [{component, x, y}] on the circle of radius `reach`, inside of which every view of
 * the cloud lies. At the other end of an axis where another name is near; none for an axis that is seen end-on.
 */
export function axisNames(project, { centre, reach }) {
  const names = [];
  for (const component of [0, 1, 2]) {
    const [o, end] = [project(centre), project(centre.map((value, i) => value + (i === component ? 1 : 0)))];
    const [dx, dy] = [end.x - o.x, end.y - o.y];
    const length = Math.hypot(dx, dy);
    if (length < SEEN_END_ON) continue;
    const places = [1, -1].map((sign) => ({ component, x: o.x + (sign * reach * dx) / length, y: o.y + (sign * reach * dy) / length }));
    const free = places.find((place) => names.every((other) => Math.hypot(place.x - other.x, place.y - other.y) > APART * reach));
    if (free) names.push(free);
  }
  return names;
}

/**
 * (point) => {x, y} of the view turned by yaw about the vertical axis, then by pitch about the
 * horizontal one. yaw = pitch = 0 shows component 1 to the right and component 2 upward. The centre
 * is at the origin; `flat`, the two components of a view along an axis, keeps their true values.
 */
export function projector({ centre }, { yaw, pitch, flat }) {
  const [right, up] = flat ? flat.map((component) => centre[component]) : [0, 0];
  const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  return (point) => {
    const [a, b, c] = [point[0] - centre[0], point[1] - centre[1], point[2] - centre[2]];
    return { x: right + cy * a - sy * c, y: up + cp * b + sp * (sy * a + cy * c) };
  };
}
