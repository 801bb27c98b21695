#!/usr/bin/env python3
"""Who may include whom: the table of docs/ARCHITECTURE.md, on the sources.

Must not know how anything is linked; check_binaries.py looks at that.
"""
import argparse
import pathlib
import re

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
CODE = {".h", ".hpp", ".c", ".cc", ".inc"}

ABI = r"meshmux/[\w/]+\.h"
GLUE = r"meshmux/\w+\.hpp"
STD = r"[a-z_]+"  # C++ standard headers have no dot
SYSTEM = r"(?!uv)[a-z_]+\.h|(sys|net|netinet|arpa|linux)/[\w]+\.h"
PROTO = r"[\w/]+\.pb\.h"
LITE = r"google/protobuf/[\w/.]+"
CODEC = r"plugins/\w+/codec/[\w/]+\.h"

# A folder, what it may include between <> and what between "". The longest matching folder counts.
RULES = {
    "sdk/include": (r"stdint\.h|stddef\.h|stdbool\.h", ABI),
    "sdk/cpp": (STD, f"{ABI}|{GLUE}"),
    "sdk/testing": (STD, f"{ABI}|{GLUE}|sdk/testing/\\w+\\.h"),
    "sdk/examples": (f"{STD}|{SYSTEM}", f"{ABI}|{GLUE}"),
    "sdk/template": (f"{STD}|{SYSTEM}", f"{ABI}|{GLUE}"),
    "core": (f"{STD}|{SYSTEM}|uv\\.h|fmt/\\w+\\.h|nlohmann/json(_fwd)?\\.hpp",
             f"{ABI}|core/[\\w/]+\\.h"),
    "core/config": (f"{STD}|{SYSTEM}|fmt/\\w+\\.h|nlohmann/json(_fwd)?\\.hpp|yaml-cpp/[\\w/]+\\.h",
                    f"{ABI}|core/[\\w/]+\\.h"),
    "core/policy": (f"{STD}|{SYSTEM}|fmt/\\w+\\.h", f"{ABI}|core/(base|policy)/[\\w/]+\\.h|core/loop/clock\\.h"),
    "core/daemon": (f"{STD}|{SYSTEM}|uv\\.h|fmt/\\w+\\.h|nlohmann/json(_fwd)?\\.hpp|Poco/Util/\\w+\\.h",
                    f"{ABI}|core/[\\w/]+\\.h"),
    "core/ctl": (f"{STD}|{SYSTEM}|fmt/\\w+\\.h|nlohmann/json(_fwd)?\\.hpp|Poco/Util/\\w+\\.h",
                 f"{ABI}|core/(base|ctl)/[\\w/]+\\.h|core/control/(methods|paths)\\.h"),
}
# Third-party libraries that a plugin declares for itself, by folder.
DECLARED = {
    "plugins/sim/meshtastic": r"nlohmann/json(_fwd)?\.hpp",  # arguments of its control verbs
    "plugins/sim/meshcore": r"nlohmann/json(_fwd)?\.hpp",
}


def rule_for(path: pathlib.PurePath):
    """The two patterns for a file, or None where no rule stands (tests may include anything)."""
    parts = path.parts
    if parts[0] == "plugins" and len(parts) > 3:
        family, room = parts[1], parts[2]
        if room == "codec":
            return (f"{STD}|{LITE}|openssl/\\w+\\.h",
                    f"{PROTO}|plugins/{family}/codec/[\\w/]+\\.h")
        own = f"plugins/{family}/({room}|common)/[\\w/]+\\.h"
        if path.name == "plugin.cc":  # the entry may join the rooms of its family
            own = f"plugins/{family}/[\\w/]+\\.h"
        third = DECLARED.get(f"plugins/{family}/{room}", "")
        return (f"{STD}|{SYSTEM}|{LITE}" + (f"|{third}" if third else ""),
                f"{ABI}|{GLUE}|{PROTO}|{own}|{CODEC}")
    folders = [folder for folder in RULES if path.as_posix().startswith(folder + "/")]
    return RULES[max(folders, key=len)] if folders else None


def check(root: pathlib.Path):
    for path, text in tree.files(root):
        if path.suffix not in CODE:
            continue
        rule = rule_for(path)
        if rule is None:
            continue
        for found in INCLUDE.finditer(text):
            bracket, what = found.groups()
            allowed = rule[0] if bracket == "<" else rule[1]
            if not re.fullmatch(allowed, what):
                line = text.count("\n", 0, found.start(2)) + 1
                yield f"{path}:{line}: may not include {what}"


BAD = {
    "sdk/include/meshmux/a.h": "#include <stdlib.h>\n",
    "sdk/include/meshmux/b.h": '#include "meshmux/plugin.hpp"\n',
    "sdk/cpp/meshmux/a.hpp": "#include <uv.h>\n",
    "sdk/testing/a.h": '#include "core/base/result.h"\n',
    "sdk/examples/c/a.c": '#include "sdk/testing/fake_host.h"\n',
    "core/bus/a.cc": '#include "plugins/one/codec/frame.h"\n',
    "core/bus/b.cc": '#include "meshmux/plugin.hpp"\n',
    "core/bus/c.cc": "#include <google/protobuf/message_lite.h>\n",
    "core/bus/d.cc": "#include <yaml-cpp/yaml.h>\n",
    "core/policy/e.cc": '#include "core/bus/bus.h"\n',
    "core/ctl/f.cc": "#include <Poco/Net/Socket.h>\n",
    "plugins/one/codec/a.cc": '#include "meshmux/meshmux.h"\n',
    "plugins/one/codec/b.cc": "#include <unistd.h>\n",
    "plugins/one/codec/c.cc": '#include "plugins/one/driver/link.h"\n',
    "plugins/one/driver/a.cc": '#include "core/loop/loop.h"\n',
    "plugins/one/driver/b.cc": "#include <uv.h>\n",
    "plugins/vnode/one/a.cc": '#include "plugins/one/driver/link.h"\n',
    "plugins/vnode/one/b.cc": "  #  include <yaml-cpp/yaml.h>\n",
    "plugins/vnode/one/c.cc": '#include "sdk/testing/fake_host.h"\n',
    "plugins/one/driver/d.cc": '#include "plugins/one/console/console.h"\n',
    "plugins/one/driver/plugin.cc": '#include "plugins/two/driver/driver.h"\n',
}
GOOD = {
    "sdk/include/meshmux/a.h": '#include <stdint.h>\n#include "meshmux/ext/bus.h"\n',
    "sdk/cpp/meshmux/a.hpp": '#include <string>\n#include "meshmux/meshmux.h"\n',
    "core/loop/a.cc": '#include <uv.h>\n#include <sys/uio.h>\n#include "core/base/log.h"\n',
    "core/config/a.cc": "#include <yaml-cpp/parser.h>\n",
    "core/daemon/main.cc": "#include <Poco/Util/OptionSet.h>\n",
    "plugins/one/codec/a.cc": '#include <span>\n#include "mesh.pb.h"\n#include "plugins/one/codec/b.h"\n',
    "plugins/one/driver/plugin.cc": '#include "plugins/one/console/console.h"\n',
    "plugins/vnode/one/a.cc": '#include "plugins/vnode/common/log.h"\n#include "plugins/one/codec/f.h"\n',
    "tests/unit/x/a.cc": '#include "core/loop/loop.h"\n#include "sdk/testing/fake_host.h"\n',
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        tree.prove("includes", check, BAD, GOOD)
    else:
        tree.report("includes", list(check(arguments.root.resolve())))


if __name__ == "__main__":
    main()
