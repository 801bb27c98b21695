"""The source tree as the architecture checks see it, and how every check reports and proves itself.

Must not know any rule.
"""
import pathlib
import sys
import tempfile

SKIPPED = {".git", "build", "node_modules", ".venv", "__pycache__", ".pytest_cache"}


def files(root: pathlib.Path):
    """Yields (path relative to root, text) of every text file that belongs to the repository."""
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if SKIPPED.intersection(relative.parts) or not path.is_file() or path.is_symlink():
            continue
        try:
            yield relative, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def report(name: str, problems):
    """Ends the program: with the problems if there are any."""
    if problems:
        sys.exit("\n".join(problems) + f"\n{name}: {len(problems)} problem(s)")
    print(f"{name}: nothing to say")


def prove(name: str, check, bad: dict, good: dict):
    """Self-test: check must complain about each file of bad, alone, and about none of good.

    Both map a path to its text; check takes a root and returns problems.
    """
    for path, text in bad.items():
        if not _run(check, {path: text}):
            sys.exit(f"{name} self-test: nothing was said about {path}:\n{text[:300]}")
    complaints = _run(check, good)
    if complaints:
        sys.exit(f"{name} self-test: wrong complaints:\n" + "\n".join(complaints))
    print(f"{name} self-test passed: {len(bad)} bad files noticed")


def _run(check, tree: dict):
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch)
        for path, text in tree.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return list(check(root))
