// See questions.h. What would answer with a secret (prv.key, guest.password) is left out on
// purpose, as is everything that changes something.
#include "plugins/meshcore/console/questions.h"

#include <algorithm>

namespace meshcore_console {

namespace {

constexpr Question kQuestions[] = {
    {"ver", 1, Answer::value},
    {"board", 2, Answer::value},
    {"get role", 3, Answer::role},
    {"get name", 4, Answer::name},
    {"get public.key", 5, Answer::public_key},
    {"clock", 6, Answer::clock},
    {"neighbors", 7, Answer::neighbours},
    {"get acl", 8, Answer::access_list},
    {"stats-core", 9, Answer::core_stats},
    {"stats-radio", 10, Answer::radio_stats},
    {"stats-packets", 11, Answer::packet_stats},
    {"get radio", 12, Answer::value},
    {"get tx", 13, Answer::value},
    {"get af", 14, Answer::value},
    {"get repeat", 15, Answer::value},
    {"get flood.max", 16, Answer::value},
    {"get advert.interval", 17, Answer::value},
    {"get flood.advert.interval", 18, Answer::value},
    {"get owner.info", 19, Answer::value},
    {"get rxdelay", 20, Answer::value},
    {"get txdelay", 21, Answer::value},
    {"get direct.txdelay", 22, Answer::value},
    {"get int.thresh", 23, Answer::value},
    {"get agc.reset.interval", 24, Answer::value},
    {"get multi.acks", 25, Answer::value},
    {"get loop.detect", 26, Answer::value},
    {"get path.hash.mode", 27, Answer::value},
    {"get allow.read.only", 28, Answer::value},
    {"get bootloader.ver", 29, Answer::value},
};

constexpr const char *kOpening[] = {"get public.key", "board", "get role", "get name"};

}  // namespace

const Question *find_question(std::string_view text) {
  const auto *found = std::find_if(std::begin(kQuestions), std::end(kQuestions),
                                   [&](const Question &question) { return text == question.text; });
  return found == std::end(kQuestions) ? nullptr : found;
}

std::span<const Question> all_questions() { return kQuestions; }

std::span<const char *const> opening_questions() { return kOpening; }

}  // namespace meshcore_console
