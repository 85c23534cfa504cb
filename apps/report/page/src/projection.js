// Orthographic projection of points in three dimensions.

/** Centre and radius of the box around the rows of some (rows x 3) matrices. */
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
  return { centre, radius };
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
