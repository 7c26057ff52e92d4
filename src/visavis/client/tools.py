"""Functions that a language model may call, described by their own signatures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, overload

from visavis.client.schemas import Signature
from visavis.errors import ConfigurationError

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

OnCall = Literal["generate_filler", "static_filler", "silent", "passthrough"]
OnResolve = Literal["generate_response", "response_in_result", "add_to_context", "fire_and_forget"]

SECONDS = 60.0
"""That a tool may take."""


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may know of the call it runs in: give it a parameter of this type.

    Attributes:
        call: the call, as ``use`` was called on it.
        tool_call_id: names this call of the tool; empty where the server does not name it.
        inference_id: of the user's utterance that caused it.
    """

    call: Any
    tool_call_id: str
    inference_id: str


@dataclass(frozen=True, slots=True)
class Tool:
    """One function.

    Attributes:
        timeout: seconds.
        definition: as in ``layers.llm.tools`` of a persona.
    """

    function: Callable[..., Any]
    signature: Signature
    timeout: float
    definition: dict[str, Any]

    @property
    def is_silent(self) -> bool:
        """Whether its result makes nobody speak."""
        return self.definition.get("on_resolve") in ("fire_and_forget", "add_to_context")

    @property
    def is_answered(self) -> bool:
        """Whether anybody waits for its result."""
        return self.definition.get("on_resolve") != "fire_and_forget"


class Tools:
    """A set of functions: ``definitions`` go into a persona, ``call.use(tools)`` runs them.

    Attributes:
        definitions: for ``layers.llm.tools`` of a persona (or of its perception layer).
    """

    def __init__(self) -> None:
        self._tools: dict[str, Tool] = {}

    @overload
    def tool(self, function: FunctionT) -> FunctionT: ...
    @overload
    def tool(
        self,
        *,
        name: str | None = None,
        description: str | None = None,
        on_call: OnCall | None = None,
        static_filler: str | None = None,
        on_resolve: OnResolve | None = None,
        timeout: float = SECONDS,
    ) -> Callable[[FunctionT], FunctionT]: ...
    def tool(
        self,
        function: Any = None,
        *,
        name: str | None = None,
        description: str | None = None,
        on_call: OnCall | None = None,
        static_filler: str | None = None,
        on_resolve: OnResolve | None = None,
        timeout: float = SECONDS,
    ) -> Any:
        """Add a function, as a decorator with or without options.

        The docstring is the model's manual: its beginning describes the function, its ``Args`` the
        parameters, whose types (and ``Annotated[…, Field(ge=1)]``) are checked before it is called. Its
        result, anything JSON can say or a model or dataclass, goes to the model; so does what it raises, in
        the error's words. A function that is not asynchronous runs in a thread.

        Args:
            function: sync or async.
            name: instead of the function's.
            description: instead of the docstring's.
            on_call: what is said while it runs (docs/protocol.md, "Tools").
            static_filler: these words; ``on_call`` is then ``static_filler``.
            on_resolve: what its result does.
            timeout: seconds it may take.

        Raises:
            ConfigurationError: a parameter has no type hint, or there is a tool of this name.
        """

        def decorate(decorated: FunctionT) -> FunctionT:
            given = {
                "on_call": on_call or ("static_filler" if static_filler else None),
                "static_filler": static_filler,
                "on_resolve": on_resolve,
            }
            use = {key: value for key, value in given.items() if value is not None}
            self._add(decorated, name or decorated.__name__, description, use, timeout)
            return decorated

        return decorate if function is None else decorate(function)

    @property
    def definitions(self) -> list[dict[str, Any]]:
        """For a persona."""
        return [tool.definition for tool in self._tools.values()]

    def get(self, name: str) -> Tool | None:
        """The tool of this name."""
        return self._tools.get(name)

    def _add(
        self,
        function: Callable[..., Any],
        name: str,
        description: str | None,
        use: dict[str, str],
        timeout: float,
    ) -> None:
        if name in self._tools:
            raise ConfigurationError(f"there is a tool {name!r} already")
        signature = Signature(function, ToolContext)
        described = {
            "name": name,
            "description": description or signature.description,
            "parameters": signature.schema,
        }
        definition = {"type": "function", "function": described, **use}
        self._tools[name] = Tool(function, signature, timeout, definition)
