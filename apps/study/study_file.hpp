#pragma once

#include <filesystem>

#include "apps/study/catalogue.hpp"
#include "apps/study/study.hpp"

namespace rheobase::study {

/// Reads a study (TOML; docs/studies.md has every key) and checks it: names, placeholders, seeds,
/// and the steps against the commands that there are.
/// @param quick  with what its table [quick] puts in place of the rest
/// @throws InputError "<file>: line 3, column 5: ..."
Study read_study(const std::filesystem::path& path, const Catalogue& catalogue, bool quick);

}  // namespace rheobase::study
