"""The page ``docs/reader-results.md`` with its pictures, from what ``evaluate`` measured, and what else is told of the reader by it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict

from goldthread.thrive.model import load
from modelling.evaluate import Drawn
from modelling.judges import ROOT, reader

PAGE = ROOT / "docs" / "reader-results.md"
PICTURES = ROOT / "docs" / "pictures"
HEAD = """# What the reader finds, as measured

Written by `make evaluate`; do not edit by hand. What the numbers mean and what they do not is in the [model card](model-card.md).
Model {model}, lexicon {lexicon}. Every share stands with its 95 % interval and the number of cases.

![Said and so: of the logs given a likelihood, the share that was at risk](pictures/reader-said-and-so.svg)

![Recall and specificity as more words are typed wrongly](pictures/reader-typing.svg)

```text
{lines}
```
"""


def write(lines: Sequence[str], drawn: Drawn) -> None:
    """Write the page, and the record and the model card that tell its figures; matplotlib draws, in the training environment."""
    PAGE.write_text(
        HEAD.format(model=load().hash, lexicon=reader().lexicon_hash, lines="\n".join(lines)), encoding="utf-8"
    )
    given = {
        "tenths": [asdict(one) for one in drawn.tenths],
        "typing": [(name, rate, asdict(found)) for name, rate, found in drawn.typing],
    }
    subprocess.run(
        [str(ROOT / ".venv-model" / "bin" / "python"), str(ROOT / "modelling" / "draw.py"), str(PICTURES)],
        input=json.dumps(given), text=True, check=True,
    )  # fmt: skip
    subprocess.run([sys.executable, "-m", "tools.atrs"], cwd=ROOT, check=True)
