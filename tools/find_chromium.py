"""Make sure that the browser tests have a Chromium: use the one there is, or install Debian's where that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str:
    """The browser's path; empty where there is none."""
    given = os.environ.get("CHROMIUM", "")
    return given or next((path for name in NAMES if (path := shutil.which(name))), "")


def main() -> int:
    """Install by apt as root where there is none; 0 with a Chromium, 0 with a warning without where not allowed."""
    if find():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests (once)", file=sys.stderr)
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=env, stdout=subprocess.DEVNULL, check=False)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
            env=env,
            stdout=subprocess.DEVNULL,
            check=False,
        )
    if find():
        return 0
    print(
        "No Chromium was found and it may not be installed here: the browser tests are left out. "
        "Install it (Debian: apt-get install chromium) or set CHROMIUM to its path.",
        file=sys.stderr,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
