#include "apps/cli/network/example_networks.hpp"

namespace rheobase::cli {

namespace {

constexpr std::string_view kRateExample = R"(# 100 randomly coupled leaky integrators:
#   v' = -v/tau + k J tanh(v) + I,   J ~ N(0, 1)
# Run it:   rheobase network run FILE -o run.mat
# See it:   rheobase network plot run.mat -o run.png
title = "randomly coupled rate units"
step = 0.001            # dt, in the unit of time of the equations
time_unit = "ms"        # checked against that of every template

[population.rnn]        # a name of your own
template = "tanh"       # rheobase network templates lists them all
size = 100
parameters = {tau = 10.0, k = 1.0}   # a number, or one per unit: [..], "file.mat:field", "file.csv"
# initial = {v = 0.1}                # in place of the template's initial values
# noise = {v = 0.1}                  # white noise: dv = f dt + 0.1 dW

[[edge]]                # as many as you like; what arrives at one target adds up
from = "rnn.r"          # a variable, an output or spikes of a population
to = "rnn.r_in"         # one of its inputs
weights = {kind = "normal", standard_deviation = 1.0, seed = 1}   # or "J.mat:J", a number, [[..]]
# delay = 1.0           # in ms, one for all or one per source

[[input]]
to = "rnn.I_ext"
value = 1.0             # or values = "input.mat:u", pulse = {start = 1, stop = 2}, sine = {period = 5}

[run]
duration = 10.0         # or steps = 10000
sampling = 10           # a sample every 10 steps
solver = "euler"        # heun, rk4, exponential-euler, dopri5
seed = 1                # of noise

[[record]]
signal = "rnn.v"
units = [1, 2, 3, 4, 5] # counted from 1; leave it out for all

[[record]]
signal = "rnn.r"
mean = true             # over the units
)";

constexpr std::string_view kSpikingExample =
    R"(# Excitatory and inhibitory Izhikevich units, random synapses, one population from equations.
# Run it:   rheobase network run FILE -o run.mat
# See it:   rheobase network plot run.mat --kind raster -o run.png
title = "spiking populations"
step = 0.1
time_unit = "ms"

[population.exc]
template = "ik"         # rheobase network templates ik
size = 200
parameters = {eta = 60.0}
noise = {v = 1.0}

[population.inh]        # equations of your own, in the language of docs/network.md
size = 50
equations = """
variable v = -60 [mV]        # membrane potential
variable s = 0               # trace of the unit's spikes
parameter tau = 10 [ms]
parameter rest = -60 [mV]
parameter threshold = -50 [mV]
parameter tau_s = 5 [ms]
input s_in [mV/ms]           # recurrent input
v' = -(v - rest)/tau + s_in
s' = -s/tau_s
spike when v >= threshold
on spike: v = rest, s += 1
"""

[[edge]]
from = "exc.s"
to = "exc.s_in"
weights = {kind = "random", probability = 0.1, weight = 1.0, normalised = true}

[[edge]]
from = "exc.s"
to = "inh.s_in"
weights = {kind = "random", probability = 0.2, weight = 12.0, normalised = true}
delay = 1.5

[[edge]]
from = "inh.s"
to = "exc.s_in"
weights = {kind = "random", probability = 0.2, weight = -1.0, normalised = true}

[[input]]
to = "exc.I_ext"
pulse = {amplitude = 40.0, start = 200, stop = 400}

[run]
duration = 600.0
sampling = 5
spikes = true           # record the times of all spikes

[[record]]
signal = "exc.s"
mean = true

[[record]]
signal = "inh.v"
units = [1]
)";

constexpr std::string_view kRidgeExample =
    R"(# A reservoir whose readout learns a sine by ridge regression.
# Fit it:   rheobase network fit FILE -o fitted.toml
# Run it:   rheobase network run fitted.toml -o run.mat
title = "reservoir with a readout"
step = 1.0
time_unit = "ms"

[population.rnn]
template = "tanh"
size = 100
parameters = {tau = 10.0, k = 0.1}

[[edge]]
from = "rnn.r"
to = "rnn.r_in"
weights = {kind = "normal", gain = 0.9, seed = 1}

[[input]]
to = "rnn.I_ext"
sine = {amplitude = 0.1, offset = 0.05, period = 100}

[run]
duration = 1000.0

[fit]
method = "ridge"
from = "rnn.r"          # what the readout sees
readout = "readout"     # the node that is appended
alpha = 1e-6
cutoff = 200            # steps at the beginning that are left out
steps = 1000

[[fit.target]]          # one table an output; or targets = "targets.mat:z"
sine = {amplitude = 1.0, period = 50}
)";

constexpr std::string_view kRlsExample =
    R"(# A reservoir whose readout learns by recursive least squares while the network runs.
# Fit it:   rheobase network fit FILE -o fitted.toml
# Run it:   rheobase network run fitted.toml -o run.mat
title = "reservoir that learns online"
step = 1.0
time_unit = "ms"

[population.rnn]
template = "tanh"
size = 100
parameters = {tau = 10.0, k = 0.1}

[node.readout]          # a node without memory
function = "identity"
size = 1

[[edge]]
from = "rnn.r"
to = "rnn.r_in"
weights = {kind = "normal", gain = 0.9, seed = 1}

[[edge]]
from = "rnn.r"
to = "readout"
weights = {kind = "normal", gain = 0.0}
train = true            # the edge that learns

[[input]]
to = "rnn.I_ext"
sine = {amplitude = 0.1, offset = 0.05, period = 100}

[run]
duration = 1000.0

[[record]]
signal = "readout"

[fit]
method = "rls"
alpha = 10.0            # P(0) = alpha I
forgetting = 1.0
epochs = 2
steps = 1000

[[fit.target]]
sine = {amplitude = 1.0, period = 50}
)";

constexpr std::string_view kBpttExample =
    R"(# A network whose weights and scale are trained by backpropagation through time.
# Fit it:   rheobase network fit FILE -o fitted.toml
# Run it:   rheobase network run fitted.toml -o run.mat
title = "trained rate network"
step = 1.0
time_unit = "ms"

[population.rnn]
template = "tanh"
size = 30
parameters = {tau = 10.0, k = 0.1}
train = ["k"]           # parameters that learn

[node.readout]
function = "identity"
size = 1

[[edge]]
from = "rnn.r"
to = "rnn.r_in"
weights = {kind = "normal", gain = 1.0, seed = 1}
train = true            # "nonzero": weights that are 0 stay 0

[[edge]]
from = "rnn.r"
to = "readout"
weights = {kind = "normal", gain = 1.0, seed = 2}
train = true

[[input]]
to = "rnn.I_ext"
pulse = {amplitude = 0.2, start = 0, stop = 20}

[run]
duration = 100.0

[[record]]
signal = "readout"

[fit]
method = "bptt"
output = "readout"      # what is compared with the targets
optimiser = "adam"
learning_rate = 0.01
epochs = 100            # each begins where the first one did; continuing = true: it goes on
update_steps = 0        # one update an epoch
steps = 100

[[fit.target]]
sine = {amplitude = 0.5, period = 100}
)";

}  // namespace

const std::vector<ExampleNetwork>& example_networks() {
  static const std::vector<ExampleNetwork> examples{
      {"rate", "randomly coupled rate units", kRateExample},
      {"spiking", "spiking populations, one of them from equations", kSpikingExample},
      {"ridge", "a readout by ridge regression", kRidgeExample},
      {"rls", "a readout that learns online", kRlsExample},
      {"bptt", "weights trained by backpropagation through time", kBpttExample},
  };
  return examples;
}

}  // namespace rheobase::cli
