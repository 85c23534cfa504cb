#include <memory>

#include "apps/cli/innate/innate_commands.hpp"

namespace rheobase::cli {

namespace {

constexpr const char* kWordsExamples =
    "Examples:\n"
    "  rheobase innate words -o words.mat --plot words.pdf\n"
    "  rheobase innate words --targets DAC_handwriting_output_targets.mat -o w.mat\n"
    "  rheobase innate words --words neuron --units 400 -o neuron.mat\n"
    "  rheobase innate words --resume words.checkpoint.mat";

}  // namespace

void add_innate_words_command(Command innate, const Console& console) {
  const auto request = std::make_shared<InnateRequest>(words_request());
  const Command command = innate.add_command(
      "words",
      "A chaotic network learns to write words\n"
      "Figure 2 of Laje & Buonomano (2013) as replicated by Vitay (2016): every word is a "
      "trajectory of its own in one network, started by a cue of its own; two readouts move the "
      "pen. The words are strokes of our own with the durations, lengths and speeds of the "
      "published ones, or paths of a file.");
  command.examples(kWordsExamples);
  add_text(command, "--words", request->words, "NAME,...",
           "The paths: chaos and neuron, or fields of --targets (default chaos,neuron)")
      .group("Target");
  command
      .add_file("--targets", request->targets,
                "A .mat file with a path a field, outputs x steps (chaos, neuron)")
      .group("Target");
  add_training_options(command, *request);
  command.short_help({"--output", "--plot", "--resume", "--json", "--words", "--targets", "--units",
                      "--gain", "--from", "--recurrent-trials", "--readout-trials", "--tests",
                      "--noise", "--seed", "--threads"});
  command.action([request, command, &console] {
    check_training_options(command, *request);
    run_innate_training(*request, console);
  });
}

}  // namespace rheobase::cli
