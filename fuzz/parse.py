"""Fuzzing of the parser by coverage: ``make fuzz``, or ``python fuzz/parse.py -runs=1000000 CORPUS``.

Whatever comes, ``parse`` answers: an interaction that can be written as JSON, or why not. Options are
libFuzzer's; ``CORPUS`` is a folder where inputs that reach new code are kept.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import get_args

import atheris

with atheris.instrument_imports(include=["visavis.protocol"]):
    from visavis.protocol import Ignored, parse
    from visavis.protocol.specification import HERE, event_types, interactions


def properties_of(model: type) -> list[str]:
    """Names of the properties that an interaction may have."""
    annotation = model.model_fields["properties"].annotation
    kinds = [kind for kind in (annotation, *get_args(annotation)) if hasattr(kind, "model_fields")]
    return [name for kind in kinds for name in kind.model_fields]


KINDS = [
    *(name for model in interactions() for name in event_types(model)),
    "conversation.append_context",
    "x",
]
NAMES = sorted({name for model in interactions() for name in properties_of(model)} | {"y"})
ENVELOPE = ["conversation_id", "message_type", "event_id", "properties", "event_type"]
WORDS = ["true", "FALSE", "audio", "Text", "superlow", "completed", "error", "16000", "AAAA", "\ud800"]


def once(data: bytes) -> None:
    """One input: as text, decoded if it is JSON, and as the recipe of a message that nearly is one."""
    check(data)
    check(message(atheris.FuzzedDataProvider(data)))
    try:
        decoded = json.loads(data)
    except (ValueError, RecursionError):
        return
    check(decoded)


def message(recipe: atheris.FuzzedDataProvider) -> dict[str, object]:
    """With names that the protocol knows, and any values."""
    properties = {
        recipe.PickValueInList(NAMES): value(recipe, 3) for _ in range(recipe.ConsumeIntInRange(0, 4))
    }
    made = {"event_type": recipe.PickValueInList(KINDS), "properties": properties}
    if recipe.ConsumeBool():
        made[recipe.PickValueInList(ENVELOPE)] = value(recipe, 2)
    return made


def value(recipe: atheris.FuzzedDataProvider, levels: int) -> object:
    """Any JSON value."""
    kind = recipe.ConsumeIntInRange(0, 7 if levels else 5)
    if kind == 6:
        return [value(recipe, levels - 1) for _ in range(recipe.ConsumeIntInRange(0, 3))]
    if kind == 7:
        return {
            recipe.ConsumeUnicode(8): value(recipe, levels - 1) for _ in range(recipe.ConsumeIntInRange(0, 3))
        }
    plain = (
        lambda: None,
        recipe.ConsumeBool,
        lambda: recipe.ConsumeInt(9),
        recipe.ConsumeFloat,
        lambda: recipe.ConsumeUnicode(40),
        lambda: recipe.PickValueInList(WORDS),
    )
    return plain[kind]()


def check(message: object) -> None:
    """It is understood and can be written, or ignored with a reason."""
    parsed = parse(message)
    if isinstance(parsed, Ignored):
        assert parsed.reason
        return
    again = parse(json.dumps(parsed.wire(), ensure_ascii=False).encode())
    assert not isinstance(again, Ignored), again.reason


def sow(corpus: Path) -> None:
    """Begin with the examples of the specification."""
    corpus.mkdir(parents=True, exist_ok=True)
    examples = json.loads((HERE / "examples.json").read_text(encoding="utf-8"))
    for name, messages in examples.items():
        for number, message in enumerate(messages):
            (corpus / f"{name}-{number}").write_text(json.dumps(message), encoding="utf-8")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        if not argument.startswith("-"):
            sow(Path(argument))
    atheris.Setup(sys.argv, once)
    atheris.Fuzz()
