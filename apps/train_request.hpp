#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/task_options.hpp"
#include "rate/initialise.hpp"
#include "rate/train.hpp"

namespace rheobase {

/// What `train` was asked for.
struct TrainRequest {
  TaskChoice task;
  NetworkOptions network;
  TrainingOptions training;
  std::string activation = "sigmoid";
  std::string initialisation = "reference";
  std::string weights = "gaussian";
  std::string loss = "l2";
  std::vector<std::string> taus;
  std::string mask;  ///< FILE.mat:field
  bool gain_given = false;
  std::filesystem::path output;
  std::filesystem::path output_dir;  ///< names and folders of the original program
  std::filesystem::path checkpoint;
  std::filesystem::path resume;
  std::string mode = "train";
  std::string gpu;
  std::string gpu_fraction;
  bool json = false;
};

/// Adds every option of `train`, each option of the original program under its own name too.
void add_train_options(CLI::App& app, TrainRequest& request);

/// Turns words and files into options. @throws InputError
void finish_train_options(TrainRequest& request);

}  // namespace rheobase
