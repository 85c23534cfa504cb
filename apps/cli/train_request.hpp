#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/command.hpp"
#include "apps/cli/task_options.hpp"
#include "rate/learning/train.hpp"
#include "rate/models/initialise.hpp"

namespace rheobase::cli {

/// What `train` was asked for.
struct TrainRequest {
  TaskChoice task;
  rate::NetworkOptions network;
  rate::TrainingOptions training = rate::recommended_training();
  std::string preset = "recommended";
  std::vector<std::string> taus;
  std::string mask;         ///< FILE.mat:field
  std::string seed_list;    ///< "1:20" or "1,5,9"; empty: one network
  std::vector<Seed> seeds;  ///< the same, after finish_train_options
  int jobs = 0;             ///< networks at a time; 0: as many as the machine has threads
  std::filesystem::path output;
  std::filesystem::path output_dir;  ///< names and folders of the original program
  std::filesystem::path checkpoint;
  std::filesystem::path resume;
  std::filesystem::path from;        ///< the network that training starts from
  std::filesystem::path curriculum;  ///< stages, a TOML file
  std::string trained_blocks;        ///< "w,w_out"; empty: all
  std::string mode = "train";
  std::string gpu;
  std::string gpu_fraction;
  bool json = false;

  TrainRequest() { network.initialisation = rate::Initialisation::balanced; }
};

/// Adds every option of `train`, each option of the original program under its own name too.
void add_train_options(Command command, TrainRequest& request);

/// Turns words, files and the preset into options; `command` knows which were given. @throws
/// InputError
void finish_train_options(Command command, TrainRequest& request);

/// The network of --from, which training goes on from.
struct StartingNetwork {
  io::ModelFile file;
  rate::DaleModel model;
  std::string origin;  ///< "model.mat (fingerprint 0123...)"
};

/// What a network that was trained from one of a file says of it.
std::string origin_of(const std::filesystem::path& path, const rate::RateNetwork& network);

/// Does it say that it was trained from this network, whatever its file is called?
bool is_origin(const std::string& origin, const rate::RateNetwork& network);

/// @throws InputError for a network that cannot be trained, or options that say how a new one is
/// made
StartingNetwork starting_network(const TrainRequest& request, Command command,
                                 const Console& console);

/// @throws InputError where no task is named
void require_task(const TrainRequest& request);

/// What a training begins with.
struct Beginning {
  rate::Task task;
  rate::DaleModel model;
  rate::TrainingOptions options;
};

/// A new network on the task of the command line, or the one to go on from on that or on its own.
/// @throws InputError where task, network and options do not belong together
Beginning beginning_of(const TrainRequest& request, Command command,
                       const std::optional<StartingNetwork>& start, const Console& console);

/// Trains units whose rates go below 0 without spike-like noise, with a note. @throws InputError
/// where the command line asks for it
void settle_spike_noise(const std::string& transfer, Command command,
                        rate::TrainingOptions& options, const Console& console);

}  // namespace rheobase::cli
