// Implements the mailboxes. Must not know how a message is shown.
#include "plugins/vnode/meshcore/mailboxes.h"

#include <algorithm>

namespace meshcore_vnode {

void Mailboxes::set_rules(const MailboxRules &rules) {
  rules_ = rules;
  log_.set_limit(rules.log_limit);
}

void Mailboxes::open(AppSession &session) {
  Mailbox &box = session.mailbox;
  box.start = box.next = log_.head();
  if (rules_.personal) introduce(session, {});
}

void Mailboxes::introduce(AppSession &session, std::string_view app_name) {
  Mailbox &box = session.mailbox;
  if (box.identity != nullptr) return;
  std::string key;
  if (!rules_.personal) key.append(session.address).append(1, '\0').append(app_name);
  const auto [identity, is_new] = identities_.arrive(key);
  box.identity = &identity;
  box.backlog = box.backlog_end = box.start;
  if (identity.live == 1)
    box.backlog = std::min(box.start, is_new ? beginning() : identity.position);
}

// Where an identity that is new to us begins to read.
std::uint64_t Mailboxes::beginning() const {
  if (rules_.history.messages > 0) return log_.last(rules_.history.messages);
  if (rules_.history.duration_ns > 0)
    return log_.since(host_.wall_ns() - rules_.history.duration_ns);
  return log_.head();
}

AppSession *Mailboxes::close(AppSession &session) {
  Mailbox &box = session.mailbox;
  if (box.identity == nullptr) return nullptr;
  settle(session);
  std::uint64_t rest = box.backlog < box.backlog_end ? box.backlog : box.next;
  if (box.unconfirmed) rest = std::min(rest, *box.unconfirmed);
  Identity &identity = *box.identity;
  box.identity = nullptr;
  AppSession *heir = identity.live > 1 ? inherit(identity, rest) : nullptr;
  identities_.leave(identity, session.id(), rest);
  return heir;
}

// A connection nobody had noticed was dead: what it held, from rest on, is for the one that took
// its place.
AppSession *Mailboxes::inherit(const Identity &identity, std::uint64_t rest) {
  AppSession *heir = nullptr;
  sessions_.each([&](AppSession &each) {
    if (!each.closing && each.mailbox.identity == &identity) heir = &each;
  });
  if (heir == nullptr || rest >= heir->mailbox.start) return nullptr;
  Mailbox &box = heir->mailbox;
  box.backlog = box.backlog < box.backlog_end ? std::min(box.backlog, rest) : rest;
  box.backlog_end = box.start;
  return heir;
}

void Mailboxes::add(const mmx_message &message, std::uint64_t sender) {
  LoggedMessage made;
  made.message = host_.keep(message);
  made.sender = sender;
  if (sender != 0) {
    const AppSession *session = sessions_.find(sender);
    const bool known = session != nullptr && session->mailbox.identity != nullptr;
    made.sender_identity =
        known ? session->mailbox.identity->number : identities_.number_of_ended(sender);
  }
  log_.append(std::move(made));
  counters_.messages.add();
}

bool Mailboxes::waiting(AppSession &session) {
  settle(session);
  return session.mailbox.backlog < session.mailbox.backlog_end ||
         session.mailbox.next < log_.head();
}

const mmx_message *Mailboxes::take(AppSession &session) {
  Mailbox &box = session.mailbox;
  box.unconfirmed.reset();
  if (!waiting(session)) return nullptr;
  std::uint64_t &position = box.backlog < box.backlog_end ? box.backlog : box.next;
  box.unconfirmed = position;
  counters_.messages_out.add();
  return &*log_.at(position++).message;
}

// Moves on over what the log has lost, and over the session's own messages.
void Mailboxes::settle(AppSession &session) {
  Mailbox &box = session.mailbox;
  const std::uint64_t tail = log_.tail();
  if (box.backlog < box.backlog_end && box.backlog < tail) {
    counters_.messages_lost.add(std::min(tail, box.backlog_end) - box.backlog);
    box.backlog = std::min(tail, box.backlog_end);
  }
  if (box.next < tail) {
    counters_.messages_lost.add(tail - box.next);
    box.next = tail;
  }
  while (box.backlog < box.backlog_end && box.identity != nullptr &&
         log_.at(box.backlog).sender_identity == box.identity->number)
    ++box.backlog;
  while (box.next < log_.head() && log_.at(box.next).sender == session.id()) ++box.next;
}

}  // namespace meshcore_vnode
