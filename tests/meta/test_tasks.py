"""A process that only sets the service up, as the worker of jobs does, knows every task that anybody defers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import goldthread

NAMED = re.compile(r'@app\.task\(\s*name="([\w.]+)"')


def test_the_worker_of_jobs_knows_every_task() -> None:
    source = Path(goldthread.__file__).parent
    named = {name for file in source.glob("*/*tasks.py") for name in NAMED.findall(file.read_text(encoding="utf-8"))}
    assert len(named) > 5
    told = "import django; django.setup(); from procrastinate.contrib.django import app; print(*app.tasks)"
    run = subprocess.run([sys.executable, "-c", told], env=os.environ, capture_output=True, text=True, check=True)

    assert named <= set(run.stdout.split())
