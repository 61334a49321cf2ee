"""Make sure that the browser tests have a Chromium: use the one there is, or install Debian's where that is allowed.

The headless shell comes first: the same engine without a window, at half the processor's time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome")
PATIENCE, IN_HAND = 240, 60
"""Seconds for a package list or a download; the second where there is a Chromium to test with already."""


def find() -> str:
    """The browser's path; empty where there is none."""
    given = os.environ.get("CHROMIUM", "")
    return given or next((path for name in NAMES if (path := shutil.which(name))), "")


def _apt(*arguments: str, patience: float | None = None) -> bool:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            ["apt-get", *arguments], env=env, stdout=subprocess.DEVNULL, check=False, timeout=patience
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _install(package: str, patience: float) -> bool:
    """Only what is fetched has a limit: an installation that is cut short would leave the machine's packages half configured."""
    wanted = ("install", "-y", "-qq", "--no-install-recommends", package)
    return _apt(*wanted, "--download-only", patience=patience) and _apt(*wanted)


def main() -> int:
    """Install by apt as root what is missing; 0 with a Chromium, 0 with a warning without where not allowed."""
    if os.environ.get("CHROMIUM") or shutil.which(SHELL):
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium's headless shell for the browser tests (once)", file=sys.stderr)
        patience = IN_HAND if find() else PATIENCE
        if not _apt("update", "-qq", patience=patience) or not _install(SHELL, patience):
            _ = find() or _install("chromium", patience)
    if find():
        return 0
    print(
        "No Chromium was found and it may not be installed here: the browser tests are left out. "
        "Install one (Debian: apt-get install chromium-headless-shell) or set CHROMIUM to its path.",
        file=sys.stderr,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
