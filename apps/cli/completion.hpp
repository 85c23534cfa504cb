#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace rheobase::cli {

/// The bash completion script of a program, made from its subcommands and options.
std::string bash_completion(const CLI::App& program);

}  // namespace rheobase::cli
