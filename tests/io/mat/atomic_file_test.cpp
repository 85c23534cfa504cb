#include "io/mat/atomic_file.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.hpp"
#include "io/mat/internal/isolate.hpp"
#include "io/mat/mat_file.hpp"
#include "io/mat/temporary_files.hpp"
#include "tests/io/mat/fixtures.hpp"

namespace fs = std::filesystem;
using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;
using rheobase::test::input_error_of;
using rheobase::test::TemporaryFolder;

namespace {

std::string contents(const fs::path& path) {
  const std::vector<std::byte> bytes = read_bytes(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

constexpr uid_t kNobody = 65534;

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("an atomic write replaces the contents, keeps permissions and leaves nothing else") {
    const TemporaryFolder folder;
    write_atomically(folder / "a.txt", "first");
    CHECK(contents(folder / "a.txt") == "first");
    fs::permissions(folder / "a.txt", fs::perms::owner_read | fs::perms::owner_write);
    write_atomically(folder / "a.txt", "second, longer");
    CHECK(contents(folder / "a.txt") == "second, longer");
    CHECK(fs::status(folder / "a.txt").permissions() ==
          (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(folder.names() == std::vector<std::string>{"a.txt"});
  }

  TEST_CASE("a write that is called off changes nothing, however late") {
    const TemporaryFolder folder;
    write_atomically(folder / "a.txt", "old");
    for (const int question : {1, 2}) {  // before the bytes, before the name
      int asked = 0;
      CHECK_THROWS_AS(
          write_atomically(folder / "a.txt", "new", [&] { return ++asked == question; }),
          Cancelled);
      CHECK(contents(folder / "a.txt") == "old");
      CHECK(folder.names() == std::vector<std::string>{"a.txt"});
    }
    write_atomically(folder / "a.txt", "new", [] { return false; });
    CHECK(contents(folder / "a.txt") == "new");
  }

  TEST_CASE("a link is followed, not replaced") {
    const TemporaryFolder folder;
    write_atomically(folder / "real.txt", "old");
    fs::create_symlink("real.txt", folder / "link.txt");
    write_atomically(folder / "link.txt", "new");
    CHECK(fs::is_symlink(folder / "link.txt"));
    CHECK(contents(folder / "real.txt") == "new");
  }

  TEST_CASE("places that cannot be written are refused before anything is computed") {
    const TemporaryFolder folder;
    const auto message = [](const fs::path& path) {
      return input_error_of([&] { require_writable(path); });
    };
    CHECK(message(folder.path()) ==
          folder.path().string() + ": found a directory; must be a file that can be written");
    CHECK(message("/dev/full") == "/dev/full: found a device; must be a file that can be written");
    CHECK(message("") == ": found no name; must be a file that can be written");
    const std::string missing = (folder / "none/a.mat").string();
    CHECK(message(missing) == missing + ": found the folder '" + (folder / "none").string() +
                                  "' where no file can be made (No such file or directory); must "
                                  "be a file that can be written");
    CHECK(folder.names().empty());
    require_writable(folder / "fine.mat");
    CHECK(folder.names().empty());
  }

  TEST_CASE("without permission: the folder, the old file, the file to read") {
    const TemporaryFolder folder;
    write_atomically(folder / "mine.txt", "mine");
    fs::permissions(folder / "mine.txt", fs::perms::none);
    fs::permissions(folder.path(), fs::perms(0555));
    // Root may do everything: become somebody else, in another process.
    const auto as_nobody = [&](const std::function<void()>& action) {
      return run_isolated(
          [&] {
            if (geteuid() == 0 && seteuid(kNobody) != 0) {
              return std::string("could not become another user");
            }
            return input_error_of(action);
          },
          {});
    };
    CHECK(as_nobody([&] { write_atomically(folder / "new.txt", "x"); }) ==
          (folder / "new.txt").string() + ": found the folder '" + folder.path().string() +
              "' where no file can be made (Permission denied); must be a file that can be "
              "written");
    CHECK(as_nobody([&] { write_atomically(folder / "mine.txt", "x"); }) ==
          (folder / "mine.txt").string() +
              ": found a file without write permission (Permission denied); must be a file that "
              "can be written");
    CHECK(as_nobody([&] { read_bytes(folder / "mine.txt"); }) ==
          (folder / "mine.txt").string() +
              ": found a file that does not open (Permission denied); must be a file that can be "
              "read");
    fs::permissions(folder.path(), fs::perms::owner_all);
    CHECK(folder.names() == std::vector<std::string>{"mine.txt"});
  }

  TEST_CASE("a write that fails half way leaves the old file and no other") {
    const TemporaryFolder folder;
    write_atomically(folder / "a.txt", "old");
    const std::string outcome = run_isolated(
        [&] {
          const rlimit limit{4096, 4096};
          setrlimit(RLIMIT_FSIZE, &limit);
          std::signal(SIGXFSZ, SIG_DFL);  // would end the process if it were not held back
          try {
            write_atomically(folder / "a.txt", std::string(100000, 'x'));
          } catch (const Error& error) {
            return std::string(error.what());
          }
          return std::string("no exception");
        },
        {});
    CHECK(outcome == (folder / "a.txt").string() +
                         ": found a failure to write (File too large); must be a file that can "
                         "be written; nothing was changed");
    CHECK(contents(folder / "a.txt") == "old");
    CHECK(folder.names() == std::vector<std::string>{"a.txt"});
  }

  TEST_CASE("what cannot be read as a file is named") {
    const TemporaryFolder folder;
    std::ofstream(folder / "empty.mat").close();
    REQUIRE(mkfifo((folder / "pipe.mat").c_str(), 0600) == 0);
    const auto message = [](const fs::path& path) {
      return input_error_of([&] { read_bytes(path); });
    };
    CHECK(message(folder / "none.mat") ==
          (folder / "none.mat").string() + ": found no such file; must be a file that can be read");
    CHECK(message(folder.path()) ==
          folder.path().string() + ": found a directory; must be a file that can be read");
    CHECK(message(folder / "pipe.mat") ==
          (folder / "pipe.mat").string() + ": found a named pipe; must be a file that can be read");
    CHECK(message(folder / "empty.mat") ==
          (folder / "empty.mat").string() + ": found an empty file; must hold data");
  }

  TEST_CASE("a link to a file that is not there yet: the file is made, the link stays") {
    const TemporaryFolder folder;
    fs::create_directory(folder / "far");
    fs::create_symlink("far/new.mat", folder / "link.mat");
    require_writable(folder / "link.mat");
    write_atomically(folder / "link.mat", "contents");
    CHECK(fs::is_symlink(folder / "link.mat"));
    CHECK(fs::is_regular_file(folder / "far/new.mat"));
    CHECK(read_bytes(folder / "far/new.mat").size() == 8);
    fs::create_symlink("round.mat", folder / "round.mat");
    CHECK(input_error_of([&] { require_writable(folder / "round.mat"); }).find("a broken link") !=
          std::string::npos);
  }

  TEST_CASE("a TMPDIR in which nothing can be made is named") {
    const TemporaryFolder folder;
    const char* before = std::getenv("TMPDIR");
    const std::string kept = before == nullptr ? "" : before;
    setenv("TMPDIR", (folder / "nowhere").c_str(), 1);
    MatFields fields;
    fields.number("x", 1.0);
    const std::string message =
        input_error_of([&] { write_mat(folder / "x.mat", fields, MatVersion::level73); });
    before == nullptr ? unsetenv("TMPDIR") : setenv("TMPDIR", kept.c_str(), 1);
    CHECK(message == "TMPDIR: found " + (folder / "nowhere").string() +
                         "; must be a folder in which temporary files can be made");
    CHECK(folder.names().empty());
  }

  TEST_CASE("what a killed run left is cleared by the next, what others use is not") {
    const TemporaryFolder folder;
    const std::string ours = temporary_prefix();
    const std::string process = std::to_string(getpid());
    const std::size_t at = ours.rfind(process);
    REQUIRE(at != std::string::npos);
    const pid_t child = fork();
    if (child == 0) {
      _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    const std::string dead = ours.substr(0, at) + std::to_string(child) + "-";
    const std::string other = ".rheobase-another-machine-" + std::to_string(child) + "-";
    for (const std::string& prefix : {dead, ours, other}) {
      write_atomically(folder / (prefix + "1.tmp"), "contents");
    }
    std::filesystem::create_directory(folder / (dead + "folder"));
    write_atomically(folder / "model.mat", "contents");
    require_writable(folder / "model.mat");
    std::vector<std::string> left{other + "1.tmp", ours + "1.tmp", "model.mat"};
    std::ranges::sort(left);
    CHECK(folder.names() == left);
  }
}
