#pragma once

#include <filesystem>
#include <string>
#include <vector>

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

/// The study that a folder holds results of, by the copy of its file there.
/// @throws InputError for another folder
study::Study study_of_results(const study::ResultFolder& results);

/// The commands of a cell as they may be typed. @param study_folder  as for study::command_line
std::vector<std::string> cell_commands(const study::Study& study, const study::Condition& condition,
                                       Seed seed, const std::string& study_folder);

/// The folder of results that the request names, which is there and belongs to the study.
study::ResultFolder open_results(const StudyRequest& request, const study::Study& study);

}  // namespace rheobase::cli
