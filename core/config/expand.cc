// See expand.h.
#include "core/config/expand.h"

#include <fmt/format.h>

#include <string_view>

namespace meshmux {

namespace {

bool is_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    const bool fits =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!fits) return false;
  }
  return true;
}

class Expander {
 public:
  Expander(const EnvironmentLookup &environment, std::vector<Problem> *problems)
      : environment_(environment), problems_(problems) {}

  void walk(YamlNode *node) {
    for (YamlNode &item : node->items) walk(&item);
    for (YamlEntry &entry : node->entries) walk(&entry.value);
    if (node->is_scalar() && node->text.find("${") != std::string::npos) expand(node);
  }

 private:
  void expand(YamlNode *node) {
    const std::string text = std::move(node->text);
    std::string out;
    size_t at = 0;
    bool whole = false;
    while (at < text.size()) {
      if (text.compare(at, 3, "$${") == 0) {
        out += "${";
        at += 3;
      } else if (text.compare(at, 2, "${") == 0) {
        const size_t end = text.find('}', at);
        if (end == std::string::npos) {
          fail(*node, "\"${\" without \"}\"; write $${ for a plain ${");
          out += text.substr(at);
          break;
        }
        whole = at == 0 && end + 1 == text.size();
        out += value_of(*node, std::string_view(text).substr(at + 2, end - at - 2));
        at = end + 1;
      } else {
        out += text[at++];
      }
    }
    node->text = std::move(out);
    if (!whole) return;
    node->expanded = true;
    node->quoted = false;
    if (node->text.empty()) node->kind = YamlNode::Kind::null;
  }

  std::string value_of(const YamlNode &node, std::string_view inside) {
    const size_t dash = inside.find(":-");
    const std::string name(inside.substr(0, dash));
    if (!is_name(name)) {
      fail(node,
           fmt::format("\"${{{}}}\" is not a variable; write ${{NAME}} or ${{NAME:-default}}, "
                       "and $${{ for a plain ${{",
                       inside));
      return {};
    }
    const std::optional<std::string> value = environment_(name);
    if (dash != std::string_view::npos) {
      return value && !value->empty() ? *value : std::string(inside.substr(dash + 2));
    }
    if (!value) {
      fail(node, fmt::format("the environment variable {0} is not set; set it, or give a default: "
                             "${{{0}:-default}}",
                             name));
      return {};
    }
    return *value;
  }

  void fail(const YamlNode &node, std::string message) {
    problems_->push_back(Problem{Problem::Severity::error, node.mark, std::move(message), {}});
  }

  const EnvironmentLookup &environment_;
  std::vector<Problem> *problems_;
};

}  // namespace

void expand_variables(YamlNode *node, const EnvironmentLookup &environment,
                      std::vector<Problem> *problems) {
  Expander(environment, problems).walk(node);
}

}  // namespace meshmux
