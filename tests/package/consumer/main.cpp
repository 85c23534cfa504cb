// What a user of the library writes: read a rate network, map it, simulate one Go trial.
#include <cstdio>

#include "io/mat/rate_model_file.hpp"
#include "mapping/conversion/transfer.hpp"
#include "rate/tasks/task.hpp"
#include "spiking/simulate.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    return 2;
  }
  const rheobase::rate::RateNetwork network = rheobase::io::read_model(argv[1]).network;
  const rheobase::spiking::SpikingModel spiking = rheobase::mapping::map_to_spiking(network, 25.0);
  const rheobase::rate::Task task("go-nogo");
  const rheobase::rate::Trial trial =
      task.trial_of(task.condition_index("go"), 1, 0, rheobase::Purpose::evaluation_task);
  rheobase::spiking::SimulationOptions options;
  const rheobase::spiking::SimulationResult run =
      rheobase::spiking::simulate(spiking, rheobase::rate::spiking_input(trial), options);
  std::printf("%d spikes, correct: %d\n", run.spike_count.sum(),
              static_cast<int>(task.spiking_correct(trial, run.output)));
  return task.spiking_correct(trial, run.output) ? 0 : 1;
}
