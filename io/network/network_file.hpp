#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "core/field_table.hpp"
#include "core/run_control.hpp"
#include "io/network/toml_document.hpp"
#include "network/fit/bptt.hpp"
#include "network/fit/recursive_least_squares.hpp"
#include "network/fit/ridge.hpp"
#include "network/network_spec.hpp"
#include "network/run.hpp"

namespace rheobase::io {

class InputSignals;
class SourceMap;

enum class FitMethod { ridge, rls, bptt };

/// The table [fit] of a network file.
struct FitPlan {
  FitMethod method = FitMethod::ridge;
  network::RidgeOptions ridge{};
  network::RlsFitOptions rls{};
  network::BpttOptions bptt{};
  std::vector<Eigen::MatrixXd> inputs{};   ///< a trial each: T x columns, 1 row or empty
  std::vector<Eigen::MatrixXd> targets{};  ///< a trial each: T x outputs
};

/// A network file (docs/network.md): a network, its inputs, what is recorded, a run and a fit.
struct NetworkFile {
  std::string name;  ///< of the file, for messages
  std::string text;  ///< as it was read
  std::string title;
  DocumentValue document;
  network::NetworkSpec spec;
  Eigen::MatrixXd inputs;  ///< of the run: T x columns, 1 row for all steps, or empty
  std::shared_ptr<const InputSignals> signals;  ///< what they are made from
  network::RunOptions run;
  std::vector<std::string> doubts{};  ///< about its inputs, with their places
  std::optional<FitPlan> fit;
  std::shared_ptr<const SourceMap> places;
};

/// Reads a network file and the matrices that it names, from folders as seen from its own.
/// @param instead  values of run_fields() that replace those of the file; a number of steps also
///                 replaces its duration
/// @throws InputError with file, line and column
NetworkFile read_network_file(const std::filesystem::path& path, const FieldValues& instead = {});
/// The same from text. @param folder  where relative names of files begin
NetworkFile parse_network_file(std::string text, const std::string& name,
                               const std::filesystem::path& folder,
                               const FieldValues& instead = {});

/// The inputs of a run of so many steps that begins at step `first` of a state: pulses and sines
/// are functions of the state's time, rows of values begin with the run. @throws InputError
Eigen::MatrixXd inputs_from(const InputSignals& signals, long steps, long first);

/// Whether inputs have rows of numbers, which begin anew with every run.
bool has_rows(const NetworkFile& file);

/// Inputs and doubts of a file whose run begins at this step of a state. @throws InputError
void begin_at(NetworkFile& file, long first);

/// Calls `body`; the InputErrors that it throws get the place of the file that caused them.
void at_places(const NetworkFile& file, const std::function<void()>& body);

/// Names of the edges that its fit trains, which may begin at 0: "rnn.r -> readout".
std::vector<std::string> learning_edges(const NetworkFile& file);

/// @throws InputError of the part "run" (see at_places) where it has no length
void require_steps(const NetworkFile& file);

/// The network of the file, validated, and its records, which must exist, have a sample and fit
/// into memory. @throws InputError with
/// line and column, Cancelled where `control` asks to stop
/// @param fresh  its run begins at step 0; the samples of one that goes on depend on the state
network::Network build_network(const NetworkFile& file, const RunControl& control = {},
                               bool fresh = true);

}  // namespace rheobase::io
