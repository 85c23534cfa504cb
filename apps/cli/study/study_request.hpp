#pragma once

#include <filesystem>

#include "apps/cli/command.hpp"
#include "apps/study/result_folder.hpp"
#include "apps/study/study.hpp"

namespace rheobase::cli {

/// What all commands of a study are told.
struct StudyRequest {
  std::filesystem::path file, folder;
  bool quick = false;
  bool json = false;
};

void add_study_file(Command command, StudyRequest& request);
void add_study_folder(Command command, StudyRequest& request);

/// Reads the study; its steps may be any command of this program but `study` itself.
study::Study load_study(const StudyRequest& request);

/// The folder of results that the request names, which is there and belongs to the study.
study::ResultFolder open_results(const StudyRequest& request, const study::Study& study);

}  // namespace rheobase::cli
