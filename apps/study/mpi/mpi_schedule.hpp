#pragma once

#include <chrono>
#include <cstdint>

#include "apps/study/schedule.hpp"

namespace rheobase::study {

/// A process among those that `mpirun` started, from the first call of MPI to the last.
class MpiSession {
 public:
  MpiSession();
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// The last call of MPI waits for all ranks: not for one that died.
  void leave_without_waiting() { waits_ = false; }

 private:
  int rank_ = 0;
  int size_ = 1;
  bool waits_ = true;
};

/// Cells by a counter in the memory of rank 0 that every rank reads and raises in one operation:
/// whoever is free takes the next cell, and no process is there only to hand them out. Beside it
/// stands a number for each rank that it raises while it lives: with `mpirun --enable-recovery` the
/// others go on without one that died.
class MpiSchedule final : public Schedule {
 public:
  MpiSchedule(MpiSession& session, std::size_t cells);
  ~MpiSchedule() override;

  std::optional<std::size_t> next() override;
  const std::vector<std::size_t>& cells() const override { return cells_; }
  int processes() const override { return session_.size(); }
  void serve() override;
  int patience_ms() const override { return 5; }
  bool finished() override;

 private:
  struct Window;
  using Clock = std::chrono::steady_clock;

  /// The number at a place of the window, to which `with` is added or which it replaces.
  std::int64_t exchange(std::int64_t with, std::size_t place, bool add);

  MpiSession& session_;
  std::vector<std::size_t> cells_;
  Window* window_;
  Clock::time_point beaten_ = Clock::now();
  std::vector<std::int64_t> beats_;      ///< of each rank, when it was last seen alive
  std::vector<Clock::time_point> seen_;  ///< and when that was
  bool ended_ = false;
  bool complete_ = false;  ///< all ranks have ended
};

}  // namespace rheobase::study
