#include "core/control_group.hpp"

#include <cmath>
#include <fstream>

#include <doctest/doctest.h>
#include <unistd.h>

using namespace rheobase;
namespace fs = std::filesystem;

namespace {

/// A tree of control groups in a folder of its own.
class Groups {
 public:
  Groups() : root_(fs::temp_directory_path() / ("rheobase-groups-" + std::to_string(::getpid()))) {
    fs::create_directories(root_);
  }
  ~Groups() { fs::remove_all(root_); }
  Groups(const Groups&) = delete;
  Groups& operator=(const Groups&) = delete;

  void write(const fs::path& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  const fs::path& root() const { return root_; }

 private:
  fs::path root_;
};

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a job's memory is limited by the lowest of its control groups, in both versions") {
    const Groups groups;
    const auto limit = [&](const std::string& own) {
      return control_group_limit_bytes(own, groups.root());
    };
    CHECK(limit("") == HUGE_VAL);
    CHECK(limit("0::/\n") == HUGE_VAL);
    groups.write("slurm/job_7/memory.max", "max\n");
    groups.write("slurm/memory.max", "4294967296\n");
    CHECK(limit("0::/slurm/job_7\n") == 4294967296.0);
    groups.write("slurm/job_7/memory.max", "1073741824\n");
    CHECK(limit("0::/slurm/job_7\n") == 1073741824.0);
    CHECK(limit("0::/slurm\n") == 4294967296.0);
    // Within a container the path is that of the host, and the root is the group's own.
    groups.write("memory.max", "2147483648\n");
    CHECK(limit("0::/docker/1234\n") == 2147483648.0);
    // Version 1: a hierarchy a controller.
    groups.write("memory/lsf/memory.limit_in_bytes", "536870912\n");
    CHECK(limit("12:cpu,cpuacct:/lsf\n4:memory:/lsf\n") == 536870912.0);
    CHECK(limit("12:cpu,cpuacct:/lsf\nno line\n") == HUGE_VAL);
  }
}
