#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/mat/innate_file.hpp"

namespace rheobase::report {

/// Length, cue and window of a trajectory's trial: "1250 ms; cue of 5 from 200 to 250 ms; learnt
/// and scored from 250 to 700 ms, pulse 300 ms after the cue".
std::string innate_trial_text(const io::InnateFile& file, std::size_t trajectory);
/// "perturbed by 0.5 from 700 to 710 ms", and whether the window sees it.
std::string innate_perturbation_text(const io::InnateFile& file, std::size_t trajectory);

/// Writes a page with numbers and figures of innate training that needs nothing else.
/// @param model  the file's name, @param command  that made the page
/// @throws InputError for an unwritable path, Error when gnuplot is missing
void write_innate_report(const io::InnateFile& file, const std::string& model,
                         const std::string& command, const std::filesystem::path& path);

/// The files that write_innate_figures makes.
std::vector<std::filesystem::path> innate_figure_files(const io::InnateFile& file,
                                                       const std::filesystem::path& folder,
                                                       const std::string& format);

/// Writes the figures of the page as FOLDER/ID.FORMAT; the folder is made where missing.
/// @param format  "svg", "pdf" or "png"
/// @returns the files
std::vector<std::filesystem::path> write_innate_figures(const io::InnateFile& file,
                                                        const std::filesystem::path& folder,
                                                        const std::string& format);

}  // namespace rheobase::report
