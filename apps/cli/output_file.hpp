#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "apps/cli/console.hpp"
#include "core/error.hpp"

namespace rheobase::cli {

/// Checks, before any work, that `output` can be written and is none of the files that are read,
/// which are never changed. An older file of that name is replaced, which note_replaced says, or
/// refused where the command line has --no-clobber. @param option  what named it ("--output")
/// @param inputs  may hold empty ones
void check_output(const Console& console, const std::string& option,
                  const std::filesystem::path& output,
                  const std::vector<std::filesystem::path>& inputs = {});

/// A file that the command reads though nobody named it: no output may replace it.
/// @throws InputError where an output that was checked already would
void check_found_input(const Console& console, const std::filesystem::path& input);

/// The same of a file that the command goes on with (a checkpoint, the summary of a series): an
/// older one is what it is for.
void check_continued(const std::string& option, const std::filesystem::path& output,
                     const std::vector<std::filesystem::path>& inputs = {});

/// The part of check_output about a file that exists. @throws InputError under --no-clobber
void check_replaced(const Console& console, const std::string& option,
                    const std::filesystem::path& output);

/// The end of every command: a note for each older file that has been replaced. An error, or a
/// stop, that left it says nothing.
void note_replaced(const Console& console);

/// Whether both names mean one file, also one that is not there yet.
bool same_file(const std::filesystem::path& a, const std::filesystem::path& b);

/// Writes what long work made: to `path` or, where that fails (a full disk), under the same name
/// into another folder: that of temporary files, the current one, the user's own.
/// @param trouble  why it is not in `path`; not touched where it is
/// @returns where it is. @throws what writing to `path` threw, where no other folder takes it
/// either
std::filesystem::path write_somewhere(
    const std::filesystem::path& path,
    const std::function<void(const std::filesystem::path&)>& write, std::string& trouble);

/// A result was saved, but not where it was wanted: the place was at fault (exit code 2).
class SavedElsewhere : public Error {
 public:
  using Error::Error;
};

/// The same for a result: one that is not where it was wanted ends with an error that says where
/// it is. @throws SavedElsewhere
void save_result(const std::filesystem::path& path,
                 const std::function<void(const std::filesystem::path&)>& write);

/// One of several results of a command.
struct ResultFile {
  std::filesystem::path path;
  std::function<void(const std::filesystem::path&)> write;
};

/// The same of several: each is saved, whatever becomes of the others.
/// @throws SavedElsewhere that tells of all that are not where they were wanted; where none is
/// elsewhere, what writing the first that is nowhere threw
void save_results(const std::vector<ResultFile>& results);

/// FILE.mat of FILE.mat:FIELD; empty without a field.
std::filesystem::path file_of(const std::string& file_and_field);

/// model.mat -> model.<word>.mat
std::filesystem::path with_word(const std::filesystem::path& path, const std::string& word);

}  // namespace rheobase::cli
