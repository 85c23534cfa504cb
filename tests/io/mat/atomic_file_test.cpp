#include "io/mat/atomic_file.hpp"

#include <csignal>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "io/mat/internal/isolate.hpp"
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
                         ": could not be written (File too large); nothing was changed");
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
}
