// Builds the tree from yaml-cpp's events, see yaml_tree.h. Events rather than YAML::Node, because
// nodes lose duplicate keys and the places of empty values, and because aliases must be counted.
#include "core/config/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <exception>
#include <map>
#include <sstream>

namespace meshmux {

namespace {

constexpr size_t kMaxDepth = 24;
// Nodes a file may have, copies made by aliases included: a few nested aliases can make billions.
constexpr size_t kMaxNodes = 100000;

Mark mark_of(const YAML::Mark &mark, const std::shared_ptr<const std::string> &file) {
  if (mark.is_null()) return Mark{file, 0, 0};
  return Mark{file, mark.line + 1, mark.column + 1};
}

size_t count_nodes(const YamlNode &node) {
  size_t count = 1;
  for (const YamlNode &item : node.items) count += count_nodes(item);
  for (const YamlEntry &entry : node.entries) count += count_nodes(entry.value);
  return count;
}

size_t depth_of(const YamlNode &node) {
  size_t depth = 0;
  for (const YamlNode &item : node.items) depth = std::max(depth, depth_of(item));
  for (const YamlEntry &entry : node.entries) depth = std::max(depth, depth_of(entry.value));
  return depth + 1;
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::shared_ptr<const std::string> file, std::vector<Problem> *problems)
      : file_(std::move(file)), problems_(problems) {}

  YamlNode take_root() { return std::move(root_); }
  bool gave_up() const { return gave_up_; }

  void OnDocumentStart(const YAML::Mark &) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override {
    if (skip()) return;
    YamlNode node;
    node.mark = mark_of(mark, file_);
    place(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark &mark, YAML::anchor_t anchor) override {
    if (skip()) return;
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      give_up(mark, "an alias to a value that contains it");
      return;
    }
    nodes_ += count_nodes(found->second);
    if (nodes_ > kMaxNodes || stack_.size() + depth_of(found->second) > kMaxDepth) {
      give_up(mark, "too many nested aliases");
      return;
    }
    place(YamlNode(found->second), 0);
  }

  void OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                const std::string &value) override {
    if (skip()) return;
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    // yaml-cpp gives "!" to quoted and block scalars, "?" to plain ones.
    node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    node.text = value;
    node.mark = mark_of(mark, file_);
    if (!node.quoted && (value.empty() || value == "~" || value == "null")) {
      node.kind = YamlNode::Kind::null;
      node.text.clear();
    }
    place(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark &mark, const std::string &, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::sequence, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark &mark, const std::string &, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::map, mark, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    bool key_usable = false;
    std::string key;
    Mark key_mark;
  };

  bool skip() {
    if (gave_up_ || skipped_depth_ > 0) return true;
    if (++nodes_ <= kMaxNodes) return false;
    give_up(YAML::Mark(), "the file has too many values");
    return true;
  }

  void give_up(const YAML::Mark &mark, const char *why) {
    if (gave_up_) return;
    gave_up_ = true;
    add(mark_of(mark, file_), why);
  }

  void add(Mark mark, std::string message) {
    problems_->push_back(
        Problem{Problem::Severity::error, std::move(mark), std::move(message), {}});
  }

  void open(YamlNode::Kind kind, const YAML::Mark &mark, YAML::anchor_t anchor) {
    if (gave_up_ || skipped_depth_ > 0) {
      ++skipped_depth_;
      return;
    }
    if (stack_.size() >= kMaxDepth) {
      give_up(mark, "values are nested too deeply");
      ++skipped_depth_;
      return;
    }
    Open level;
    level.node.kind = kind;
    level.node.mark = mark_of(mark, file_);
    level.anchor = anchor;
    stack_.push_back(std::move(level));
  }

  void close() {
    if (skipped_depth_ > 0) {
      --skipped_depth_;
      return;
    }
    Open level = std::move(stack_.back());
    stack_.pop_back();
    place(std::move(level.node), level.anchor);
  }

  void place(YamlNode node, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = node;
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open &parent = stack_.back();
    if (parent.node.is_sequence()) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.has_key) {
      take_key(parent, node);
    } else {
      parent.has_key = false;
      if (!parent.key_usable) return;
      // yaml-cpp places a missing value at whatever follows, perhaps lines away.
      if (node.is_null()) node.mark = parent.key_mark;
      parent.node.entries.push_back(
          YamlEntry{std::move(parent.key), std::move(parent.key_mark), std::move(node)});
    }
  }

  void take_key(Open &parent, const YamlNode &key) {
    parent.has_key = true;
    parent.key_usable = key.is_scalar();
    if (!key.is_scalar()) {
      add(key.mark, fmt::format("a key must be a word, not {}", kind_words(key)));
      return;
    }
    if (const YamlEntry *first = parent.node.find(key.text)) {
      parent.key_usable = false;
      add(key.mark, fmt::format("\"{}\" stands twice, first at {}; remove or rename one of them",
                                key.text, first->key_mark.to_string()));
      return;
    }
    parent.key = key.text;
    parent.key_mark = key.mark;
  }

  std::shared_ptr<const std::string> file_;
  std::vector<Problem> *problems_;
  YamlNode root_;
  std::vector<Open> stack_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  size_t nodes_ = 0;
  size_t skipped_depth_ = 0;
  bool gave_up_ = false;
};

// yaml-cpp's own words, made to say what to do where people stumble most.
std::string syntax_message(const std::string &text) {
  if (text.find("tab") != std::string::npos) {
    return "tabs cannot indent in YAML; use blanks";
  }
  return "not valid YAML: " + text;
}

}  // namespace

const YamlEntry *YamlNode::find(std::string_view key) const {
  for (const YamlEntry &entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

const YamlNode *YamlNode::get(std::string_view key) const {
  const YamlEntry *entry = find(key);
  return entry ? &entry->value : nullptr;
}

std::string_view kind_words(const YamlNode &node) {
  switch (node.kind) {
    case YamlNode::Kind::scalar:
      return "text";
    case YamlNode::Kind::sequence:
      return "a list";
    case YamlNode::Kind::map:
      return "a map";
    default:
      return "nothing";
  }
}

YamlNode parse_yaml(std::string_view text, const std::shared_ptr<const std::string> &file,
                    std::vector<Problem> *problems) {
  TreeBuilder builder(file, problems);
  const auto add = [&](Mark mark, std::string message) {
    problems->push_back(Problem{Problem::Severity::error, std::move(mark), std::move(message), {}});
  };
  if (text.find('\0') != std::string_view::npos) {
    add(Mark{file, 0, 0}, "not a text file: it contains zero bytes");
    return {};
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return {};
    TreeBuilder rest(file, problems);
    if (!builder.gave_up() && parser.HandleNextDocument(rest)) {
      add(rest.take_root().mark, "a second document begins here; a file holds one");
    }
  } catch (const YAML::Exception &error) {
    add(mark_of(error.mark, file), syntax_message(error.msg));
  } catch (const std::exception &error) {
    add(Mark{file, 0, 0}, syntax_message(error.what()));
  }
  return builder.take_root();
}

}  // namespace meshmux
