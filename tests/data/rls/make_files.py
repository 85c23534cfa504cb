"""Makes the small sessions and targets of this folder with SciPy: python3 make_files.py

session_small.mat           two units, trial types as text alone, Sampling_start
session_no_left.mat         the same without a correct left trial
session_silent_unit.mat     unit 2 without spikes
session_no_delay.mat        without Delay_start
session_two_trial_lists.mat unit 2 with other trials
targets_plain.mat           rates, units x time x conditions, with epochs
targets_nan.mat             a NaN among them
targets_one_condition.mat   one condition only
"""
import numpy as np
import scipy.io

FIELDS = ["channel", "SpikeTimes", "Trial_idx_of_spike", "SpikeWidth", "Behavior", "Trial_info",
          "Meta_data"]
RESPONSE = np.array([[1.0], [2.0], [1.0], [2.0], [1.0], [5.0]])
TYPES = ["R", "L", "R", "L", "R_s_0.3mW_", "L"]


def session(name, silent=False, left=True, delay=True, same_trials=True):
    units = np.zeros((1, 2), dtype=[(field, object) for field in FIELDS])
    for k in range(2):
        trials = np.repeat(np.arange(1, 7), 8)
        times = 0.05 + 0.11 * np.arange(48) % 1.9 + 0.013 * k
        response = RESPONSE.copy()
        if not left:
            response[response == 2.0] = 4.0
        if k == 1 and not same_trials:
            response[0] = 3.0
        behavior = {
            "Trial_types_of_response_vector": response,
            "stim_trial_vector": np.zeros((0, 0)),
            "Sampling_start": np.full((6, 1), 0.3),
            "Cue_start": np.full((6, 1), 1.5),
        }
        if delay:
            behavior["Delay_start"] = np.full((6, 1), 0.7)
        types = np.empty((1, 6), dtype=object)
        types[0, :] = TYPES
        keep = np.zeros(48, bool) if silent and k == 1 else np.ones(48, bool)
        units[0, k] = (float(k + 3), times[keep].reshape(-1, 1),
                       trials[keep].astype(np.uint16).reshape(-1, 1), 0.3 + 0.4 * k, behavior,
                       {"Trial_types": types, "Trial_range_to_analyze": np.array([[1.0, 5.0]])},
                       {"parameters": {"T_Axis_PSTH": np.linspace(0.0, 2.0, 2001).reshape(1, -1)}})
    scipy.io.savemat(name, {"unit": units}, do_compression=True)


def targets(name, nan=False, conditions=2):
    units, steps = 8, 400
    t = np.arange(steps) / steps
    rates = np.zeros((units, steps, conditions))
    for condition in range(conditions):
        for unit in range(units):
            sign = 1.0 if (unit % 2 == 0) == (condition == 0) else -1.0
            rates[unit, :, condition] = 20.0 + sign * 15.0 * t + 3.0 * np.sin(6.0 * t + unit)
    if nan:
        rates[2, 10, 1] = np.nan
    scipy.io.savemat(name, {"target": rates, "sample_step": 50.0, "delay_step": 150.0,
                            "cue_step": 350.0}, do_compression=True)


session("session_small.mat")
session("session_no_left.mat", left=False)
session("session_silent_unit.mat", silent=True)
session("session_no_delay.mat", delay=False)
session("session_two_trial_lists.mat", same_trials=False)
targets("targets_plain.mat")
targets("targets_nan.mat", nan=True)
targets("targets_one_condition.mat", conditions=1)
