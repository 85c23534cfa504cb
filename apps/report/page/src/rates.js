// Firing rates of the LIF network as activity r of the rate network, and back: r = λ Hz, and where
// r goes below 0 (tanh) 2 λ Hz − 1.

export const activityOf = (data, hz) => (data.signed_rates ? (2 * hz) / data.scaling_factor - 1 : hz / data.scaling_factor);
export const hzOf = (data, r) => data.scaling_factor * (data.signed_rates ? (1 + r) / 2 : r);
