#pragma once

#include <filesystem>
#include <string>

namespace rheobase {

/// The lowest memory limit of a process's control groups (containers, jobs of a batch system), from
/// the group up to the root; infinity where there is none.
/// @param own    /proc/self/cgroup, a line a hierarchy
/// @param root   /sys/fs/cgroup
double control_group_limit_bytes(const std::string& own, const std::filesystem::path& root);

}  // namespace rheobase
