"""How well the embedded perception sees, and what it costs: ``python -m benchmarks.perception``.

Fetches 140 MB of material the first time (see ``assets``). With all people about a quarter of an hour.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.perception.acts import alive
from benchmarks.perception.clips import FINE, JUDGED, RESTING, TUNING, Score, judge, look, watch
from benchmarks.perception.cost import cost
from benchmarks.perception.footage import footage
from benchmarks.perception.people import LOOKS, Person
from benchmarks.perception.voices import voices
from benchmarks.report import Report
from visavis.layers.perception.base import PerceptionEngine
from visavis.layers.perception.conditions import Condition
from visavis.layers.perception.embedded import EmbeddedPerception


def neutral(engine: PerceptionEngine, name: str, minutes: float) -> Counter[str]:
    """Conditions that begin, beside ``present``, while somebody sits there and does nothing."""
    person = Person(LOOKS[name])
    times = (index / FINE for index in range(int(minutes * 60 * FINE)))
    film = ((at, partial(person.picture, alive(RESTING[0], at))) for at in times)
    changes = (change for _, some in look(engine.eyes(), film) for change in some)
    return Counter(change.condition for change in changes if change.began and change.condition != "present")


def table(title: str, scores: dict[Condition, Score]) -> tuple[Table, dict[str, Any]]:
    """Precision and recall, for the screen and the file."""
    shown = Table(title=title)
    for column in ("condition", "precision", "recall", "shown", "missed", "false", "noticed after"):
        shown.add_column(column, justify="left" if column == "condition" else "right")
    kept: dict[str, Any] = {}
    for name, score in scores.items():
        if not (score.hits or score.misses or score.false):
            continue
        delay = median(score.delays) if score.delays else None
        kept[name] = {
            "precision": round(score.precision, 3), "recall": round(score.recall, 3),
            "hits": score.hits, "misses": score.misses, "false": score.false, "delay": delay,
            "mistakes": dict(score.blamed),
        }  # fmt: skip
        numbers = (f"{score.precision:.2f}", f"{score.recall:.2f}", str(score.hits + score.misses))
        late = f"{delay:.1f} s" if delay is not None else "-"
        shown.add_row(name, *numbers, str(score.misses), str(score.false), late)
    return shown, kept


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.perception", description=__doc__)
    parser.add_argument("--half", choices=("judged", "tuning"), default="judged", help="whose faces")
    parser.add_argument("--people", type=int, default=6, help="how many of them")
    parser.add_argument("--minutes", type=float, default=10.0, help="of a neutral face; 0 for none")
    parser.add_argument("--runs", type=int, default=200, help="pictures for the costs")
    options = parser.parse_args(arguments)
    engine = EmbeddedPerception()
    report = Report("perception", vars(options))
    names = (JUDGED if options.half == "judged" else TUNING)[: options.people]
    shown, kept = table(f"{options.half}: {', '.join(names)}", judge(watch(engine, names)))
    report.settings["signals"] = kept
    Console().print(shown)
    if options.minutes:
        begun = neutral(engine, JUDGED[0], options.minutes)
        report.settings["begun in a neutral face"] = dict(begun)
        report.notes.append(
            f"{options.minutes:g} minutes of a neutral face: {dict(begun) or 'nothing begun'}"
        )
    report.add(footage(engine))
    report.add(voices())
    report.add(cost(engine, options.runs))
    report.publish()


if __name__ == "__main__":
    main()
