#include "apps/study/mpi/mpi_schedule.hpp"

#include <algorithm>
#include <numeric>

#include <mpi.h>

namespace rheobase::study {

namespace {

constexpr std::size_t kCounter = 0;
constexpr std::size_t kBeats = 1;  ///< place of rank 0's
constexpr std::int64_t kEnded = -1;
constexpr std::chrono::seconds kBeatEvery{1};
constexpr std::chrono::seconds kDeadAfter{60};

}  // namespace

struct MpiSchedule::Window {
  MPI_Comm group = MPI_COMM_NULL;
  MPI_Win numbers = MPI_WIN_NULL;
};

MpiSession::MpiSession() {
  MPI_Init(nullptr, nullptr);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
}

MpiSession::~MpiSession() {
  if (waits_) {
    MPI_Finalize();
  }
}

MpiSchedule::MpiSchedule(MpiSession& session, std::size_t cells)
    : session_(session),
      cells_(cells),
      window_(new Window),
      beats_(static_cast<std::size_t>(session.size()), 0),
      seen_(beats_.size(), Clock::now()) {
  std::iota(cells_.begin(), cells_.end(), std::size_t{0});
  const std::size_t numbers = session.rank() == 0 ? kBeats + beats_.size() : 0;
  std::int64_t* memory = nullptr;
  MPI_Comm_dup(MPI_COMM_WORLD, &window_->group);
  MPI_Win_allocate(static_cast<MPI_Aint>(numbers * sizeof(std::int64_t)), sizeof(std::int64_t),
                   MPI_INFO_NULL, window_->group, static_cast<void*>(&memory), &window_->numbers);
  if (session.rank() == 0) {
    MPI_Win_lock(MPI_LOCK_EXCLUSIVE, 0, 0, window_->numbers);
    std::fill_n(memory, numbers, 0);
    MPI_Win_unlock(0, window_->numbers);
  }
  MPI_Barrier(window_->group);
  MPI_Win_lock_all(MPI_MODE_NOCHECK, window_->numbers);
}

MpiSchedule::~MpiSchedule() {
  if (complete_) {
    MPI_Win_unlock_all(window_->numbers);
    MPI_Win_free(&window_->numbers);
    MPI_Comm_free(&window_->group);
  } else {
    session_.leave_without_waiting();
  }
  delete window_;
}

std::int64_t MpiSchedule::exchange(std::int64_t with, std::size_t place, bool add) {
  std::int64_t before = 0;
  MPI_Fetch_and_op(&with, &before, MPI_INT64_T, 0, static_cast<MPI_Aint>(place),
                   add ? MPI_SUM : MPI_REPLACE, window_->numbers);
  MPI_Win_flush(0, window_->numbers);
  return before;
}

std::optional<std::size_t> MpiSchedule::next() {
  const auto place = static_cast<std::size_t>(exchange(1, kCounter, true));
  return place < cells_.size() ? std::optional(place) : std::nullopt;
}

/// Numbers are raised by messages between machines, which rank 0 answers when it calls MPI.
void MpiSchedule::serve() {
  int there = 0;
  MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, window_->group, &there, MPI_STATUS_IGNORE);
  if (Clock::now() - beaten_ > kBeatEvery) {
    beaten_ = Clock::now();
    exchange(1, kBeats + static_cast<std::size_t>(session_.rank()), true);
  }
}

bool MpiSchedule::finished() {
  if (!ended_) {
    exchange(kEnded, kBeats + static_cast<std::size_t>(session_.rank()), false);
    ended_ = true;
  }
  std::vector<std::int64_t> now(beats_.size());
  const std::vector<std::int64_t> unused(now.size());
  const int count = session_.size();
  MPI_Get_accumulate(unused.data(), count, MPI_INT64_T, now.data(), count, MPI_INT64_T, 0, kBeats,
                     count, MPI_INT64_T, MPI_NO_OP, window_->numbers);
  MPI_Win_flush(0, window_->numbers);
  complete_ = std::ranges::all_of(now, [](std::int64_t beat) { return beat == kEnded; });
  bool settled = true;
  for (std::size_t rank = 0; rank < now.size(); ++rank) {
    if (now[rank] != beats_[rank]) {
      beats_[rank] = now[rank];
      seen_[rank] = Clock::now();
    }
    settled = settled && (now[rank] == kEnded || Clock::now() - seen_[rank] > kDeadAfter);
  }
  return settled;
}

}  // namespace rheobase::study
