"""The same answers made by Apache Spark, on this machine or on a cluster whose nodes have Goldthread installed.

Only the text goes through ``mapInPandas``. Every other column goes along as JSON, because pandas would turn whole numbers
with gaps into fractions and knows no date after 2262.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldthread.screening import answers, tables
from goldthread.screening.answers import COLUMNS
from goldthread.screening.encode import answer_texts
from goldthread.screening.errors import ScreenError
from goldthread.screening.tables import CSV

if TYPE_CHECKING:  # extras, loaded where they are used
    import pandas as pd
    from pyspark.sql import Column, DataFrame, SparkSession

MISSING = "Spark is not installed here. Run make setup-extras, then use .venv-extras/bin/goldthread."
NO_JAVA = "Spark needs Java 17: no java command is on the path, and JAVA_HOME names none."
KINDS = {str: "string", bool: "boolean", float: "double"}
BROKEN = "gt_broken_row"
"""Where Spark keeps a row of CSV that has another width than the header; never written."""
CSV_OPTIONS = {"header": "true", "multiLine": "true", "quote": '"', "escape": '"', "encoding": "UTF-8"}
CSV_WRITTEN = {
    "header": "true", "quote": '"', "escape": '"', "emptyValue": "",
    "ignoreLeadingWhiteSpace": "false", "ignoreTrailingWhiteSpace": "false",
}  # fmt: skip
JSON_OPTIONS = {
    "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
    "mode": "FAILFAST",  # a column that cannot come back as it was ends the run
}
WIDTH = "the row has another number of fields than the header; this row was not read"


def screen(
    source: str, target: str, text: str | None, path: str | None, master: str | None, say: Callable[[str], None]
) -> tuple[int, int]:
    """Screen files that Spark can reach; returns how many rows there are, and how many were not read. Raises ScreenError."""
    kind = tables.format_of(Path(target))
    source_kind = tables.format_of(Path(source))
    if Path(target).exists():
        raise ScreenError(
            f"{target} is there already. Remove it or name another; without _SUCCESS in it, it is not whole."
        )
    used, why = answers.usable_path(path)
    if why:
        say(why)
    session = _session(master, tables.CHUNK_ROWS[used])
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        table = _read(session, source, source_kind)
        names = [name for name in table.columns if name != BROKEN]
        if clash := [name for name in names if name in COLUMNS]:
            raise ScreenError(f"{source} has a column {clash[0]} already. Screen the original table.")
        column = names[tables.text_column(names, text)]
        if (held := table.schema[column].dataType.simpleString()) != "string":
            raise ScreenError(f"The column {column!r} holds {held}, not text. Name another with --text.")
        return _write(_answered(table, names, column, used), target, kind)
    except (PySparkException, Py4JError) as error:
        raise ScreenError(_sentence(error, source)) from None
    finally:
        session.stop()


def answer_frames(frames: Iterator[pd.DataFrame], path: str) -> Iterator[pd.DataFrame]:
    """What ``mapInPandas`` calls on a node: frames of *kept*, *text* and *fault* in, *kept*, *text* and the answers out."""
    import pandas as pd

    for frame in frames:
        missing = frame["text"].isna()
        texts = ["" if gone else str(one) for one, gone in zip(frame["text"], missing, strict=True)]
        faults = {place: str(one) for place, one in enumerate(frame["fault"]) if isinstance(one, str)}
        answered = answer_texts(texts, faults, path)
        made = pd.DataFrame(
            {name: pd.Series([one[at] for one in answered], dtype=object) for at, name in enumerate(COLUMNS)},
            index=frame.index,
        )
        yield pd.concat([frame[["kept", "text"]], made], axis=1)


def _session(master: str | None, rows: int) -> SparkSession:
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise ScreenError(MISSING) from None
    home = os.environ.get("JAVA_HOME")
    if not (home and (Path(home) / "bin" / "java").exists()) and shutil.which("java") is None:
        raise ScreenError(NO_JAVA)
    if master is None:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        session = (
            SparkSession.builder.appName("goldthread screen")
            .master(master or "local[*]")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", rows)
            .config("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
            .getOrCreate()
        )
    except PySparkException as error:
        raise ScreenError(f"Spark does not start ({type(error).__name__}). It needs Java 17.") from None
    # What Spark logs of a row that it cannot take could hold that row's words.
    session.sparkContext.setLogLevel("OFF")
    return session


def _read(session: SparkSession, source: str, kind: str) -> DataFrame:
    if kind != CSV:
        return session.read.parquet(source)
    from pyspark.sql.types import StringType, StructField, StructType

    shown = session.read.options(**CSV_OPTIONS).csv(source).columns
    if not shown:
        raise ScreenError(f"{source} is empty: it needs a header row.")
    schema = StructType([StructField(name, StringType()) for name in [*shown, BROKEN]])
    table = session.read.options(**CSV_OPTIONS, columnNameOfCorruptRecord=BROKEN).schema(schema).csv(source)
    # Fields may hold line breaks, so Spark reads a file of CSV in one task; its rows are then spread over all.
    return table.repartition(max(2, 4 * session.sparkContext.defaultParallelism))


def _answered(table: DataFrame, names: list[str], text: str, path: str) -> DataFrame:
    """The table with its answers, its columns in their order and of their types."""
    from pyspark.sql import functions as F
    from pyspark.sql.types import StructType

    others = [name for name in names if name != text]
    kept = F.to_json(F.struct(*[_of(name).alias(name) for name in others]), JSON_OPTIONS) if others else F.lit("{}")
    broken = F.when(_of(BROKEN).isNotNull(), F.lit(WIDTH)) if BROKEN in table.columns else F.lit(None).cast("string")
    shape = StructType([table.schema[name] for name in others])
    schema = "kept string, text string, " + ", ".join(f"{name} {KINDS[kind]}" for name, kind in COLUMNS.items())
    thin = table.select(kept.alias("kept"), _of(text).alias("text"), broken.alias("fault"))
    made = thin.mapInPandas(partial(answer_frames, path=path), schema)
    if others:
        made = made.withColumn("kept", F.from_json("kept", shape, JSON_OPTIONS))
    columns: list[Column] = [
        F.col("text").alias(text) if name == text else F.col("kept")[name].alias(name) for name in names
    ]
    return made.select(*columns, *COLUMNS)


def _write(table: DataFrame, target: str, kind: str) -> tuple[int, int]:
    from pyspark.sql import Observation
    from pyspark.sql import functions as F

    seen = Observation("screened")
    counted = table.observe(seen, F.count(F.lit(1)).alias("rows"), F.count("gt_error").alias("bad"))
    if kind == CSV:
        counted.write.options(**CSV_WRITTEN).csv(target)
    else:
        counted.write.parquet(target)
    return int(seen.get["rows"]), int(seen.get["bad"])


def _of(name: str) -> Any:
    from pyspark.sql import functions as F

    return F.col("`" + name.replace("`", "``") + "`")


def _sentence(error: Exception, source: str) -> str:
    """What Spark says could quote a row, so only the kind of its refusal is passed on."""
    condition = getattr(error, "getCondition", lambda: None)() or type(error).__name__
    if "PATH_NOT_FOUND" in condition:
        return f"There is no file {source}."
    return f"Spark could not finish ({condition})."
