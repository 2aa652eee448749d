// SPDX-License-Identifier: Apache-2.0
#include "node/peers/queues.hpp"

#include <algorithm>
#include <utility>

namespace qinglu::node {

std::size_t Outbox::push(std::shared_ptr<const Bytes> message) {
  std::size_t dropped = 0;
  if (message->size() <= kSmallMessageBytes) {
    small_.push_back(std::move(message));
    for (; small_.size() > bounds_.small_messages; ++dropped) small_.pop_front();
    return dropped;
  }
  large_bytes_ += message->size();
  large_.push_back(std::move(message));
  for (; large_.size() > bounds_.large_messages || large_bytes_ > bounds_.large_bytes; ++dropped) {
    large_bytes_ -= large_.front()->size();
    large_.pop_front();
  }
  return dropped;
}

std::shared_ptr<const Bytes> Outbox::pop() {
  auto& queue = small_.empty() ? large_ : small_;
  if (queue.empty()) return nullptr;
  auto message = std::move(queue.front());
  queue.pop_front();
  if (&queue == &large_) large_bytes_ -= message->size();
  return message;
}

void Outbox::clear() {
  small_.clear();
  large_.clear();
  large_bytes_ = 0;
}

bool Inbox::has_room() {
  const std::lock_guard lock(mutex_);
  reader_waits_ = queue_.size() >= messages_ || (!queue_.empty() && bytes_ + message_bytes_max_ > bytes_max_);
  return !reader_waits_;
}

void Inbox::push(Bytes message) {
  const std::lock_guard lock(mutex_);
  bytes_ += message.size();
  queue_.push_back(std::move(message));
  filled_.notify_one();
}

std::optional<Inbox::Taken> Inbox::pop() {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [this] { return ended_ || !queue_.empty(); });
  if (ended_) return std::nullopt;
  Taken taken{std::move(queue_.front()), std::exchange(reader_waits_, false)};
  queue_.pop_front();
  bytes_ -= taken.message.size();
  return taken;
}

void Inbox::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  queue_.clear();
  bytes_ = 0;
  filled_.notify_all();
}

Rates::Rates(std::vector<RateClass> classes) : classes_(std::move(classes)) {
  for (const RateClass& each : classes_) tokens_.push_back(each.burst);
}

void Rates::spend(std::uint8_t type) {
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    if (type >= classes_[i].first && type <= classes_[i].last) tokens_[i] -= 1;
  }
}

bool Rates::allow(TimePoint now) {
  const std::chrono::duration<double> passed = now - std::exchange(since_, now);
  bool allowed = true;
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    tokens_[i] = std::min(classes_[i].burst, tokens_[i] + passed.count() * classes_[i].per_second);
    allowed = allowed && tokens_[i] >= 0;
  }
  return allowed;
}

}  // namespace qinglu::node
