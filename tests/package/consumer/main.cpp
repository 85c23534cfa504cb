// What a user of the library writes: read a rate network, map it, simulate one Go trial.
#include <cstdio>

#include "io/rate_model_file.hpp"
#include "mapping/transfer.hpp"
#include "spiking/simulate.hpp"
#include "tasks/task.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    return 2;
  }
  const rheobase::RateModel model = rheobase::read_model(argv[1]).model;
  const rheobase::SpikingModel spiking = rheobase::map_to_spiking(model, 25.0);
  const rheobase::Task task("go-nogo");
  const rheobase::Trial trial =
      task.trial_of(task.condition_index("go"), 1, 0, rheobase::Purpose::evaluation_task);
  rheobase::SimulationOptions options;
  const rheobase::SimulationResult run =
      rheobase::simulate(spiking, rheobase::spiking_input(trial), options);
  std::printf("%d spikes, correct: %d\n", run.spike_count.sum(),
              static_cast<int>(task.spiking_correct(trial, run.output)));
  return task.spiking_correct(trial, run.output) ? 0 : 1;
}
