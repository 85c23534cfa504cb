#include "tests/fuzz/readers.hpp"

#include <cstdlib>

#include "io/comparison/comparison_file.hpp"
#include "io/exchange/exporter.hpp"
#include "io/mat/checkpoint_file.hpp"
#include "io/mat/force_file.hpp"
#include "io/mat/innate_file.hpp"
#include "io/mat/innate_start_file.hpp"
#include "io/mat/learner_state_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "io/mat/run_file.hpp"
#include "io/mat/session_file.hpp"
#include "io/mat/trials_file.hpp"

namespace rheobase::test {

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// A run is exported.
void run(const io::MatFile& file) {
  const io::ExportSource source{"fuzz.mat", std::nullopt, {io::parse_run(file)}};
  io::find_exporter("csv").make(source, {});
}

void checkpoint(const io::MatFile& file) {
  require(rate::effective_weights(io::parse_checkpoint(file).state.model).allFinite());
}

void comparison(const io::MatFile& file) {
  const mapping::Comparison read = io::parse_comparison(file);
  require(read.traces.rate_average.size() == read.conditions.size());
}

/// What makes a task of them names the trial; the command line names the file.
void trials(const io::MatFile& file) {
  rate::RecordedTrials read = io::parse_trials(file);
  try {
    rate::recorded_task(std::move(read), {}).random_trial(1, 0, Purpose::task);
  } catch (const InputError& error) {
    file.fail(error.field(), error.found(), error.required());
  }
}

void model(const io::MatFile& file) {
  require(io::parse_model(file).network.w.allFinite());
}

void mask(const io::MatFile& file) {
  file.matrix("mask", "must be a matrix of numbers");
}

void learner_state(const io::MatFile& file) {
  io::read_learner_state(file, "innate", 1);
}

/// The state is put into the network.
void innate(const io::MatFile& file) {
  const io::InnateFile read = io::parse_innate_file(file);
  if (!read.result.state.arrays.empty()) {
    require(rate::network_with(read.start, read.result.state).w.allFinite());
  }
}

void innate_start(const io::MatFile& file) {
  require(!io::parse_innate_start(file).trials.empty());
}

void force(const io::MatFile& file) {
  require(io::parse_force(file).initial.allFinite());
}

void session(const io::MatFile& file) {
  require(!io::parse_session(file).units.empty());
}

constexpr Reader kReaders[] = {{"run", run},
                               {"checkpoint", checkpoint},
                               {"comparison", comparison},
                               {"trials", trials},
                               {"model", model},
                               {"mask", mask},
                               {"learner_state", learner_state},
                               {"innate", innate},
                               {"innate_start", innate_start},
                               {"force", force},
                               {"session", session}};

}  // namespace

std::span<const Reader> mat_readers() {
  return kReaders;
}

}  // namespace rheobase::test
