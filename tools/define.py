"""The tool contract: a typed function becomes a LangChain tool that says all the desk must know about it.

@tool("case.get", title="查询案件", effect="read", roles=EVERYONE, say=say_case,
      examples=("我上周报的案子处理了吗",))
async def case_get(number: Annotated[str, Slot("case_no", "案件编号", ask="请告诉我案件编号（WH 开头）。")],
                   call: Call) -> CaseView: ...
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from langchain_core.tools import BaseTool, InjectedToolArg, StructuredTool
from pydantic import BaseModel, ConfigDict, Field, create_model

from .principal import Principal
from .utterances import phrases

Effect = Literal["read", "write"]
SlotKind = Literal[
    "address",
    "district",
    "phone",
    "resident_id",
    "case_no",
    "order_no",
    "unit",
    "component_no",
    "credit_code",
    "date",
    "money",
    "number",
    "category",
    "enum",
    "text",
    "query",
]
Arguments = Mapping[str, Any]
Say = Callable[[Mapping[str, Any]], str]
Rows = Callable[[Mapping[str, Any]], Sequence["Row"]]
Prepare = Callable[[dict[str, Any], "Call"], Awaitable[dict[str, Any]]]
Admit = Callable[[dict[str, Any], "Call"], Awaitable[None]]


@dataclass(frozen=True)
class Slot:
    """What one argument is: its kind, its Chinese label, the question when it is missing.

    `choices` are (value, label, *synonyms) rows of an enum. `personal` marks personal data:
    models see placeholders and logs nothing. `shown` puts it into the summary the user confirms.
    `derived` marks what `prepare` works out (coordinates, class code): no model sees or fills it.
    `several` takes more than one value, joined by 、.
    `ahead` marks a day that has to come: 周一 said on a Thursday is the next one.
    `side` marks a condition turned round: `without` takes what is left out (除了江岸), `below` and `above`
    take a bound (低于90%).
    """

    kind: SlotKind
    label: str
    ask: str = ""
    choices: tuple[tuple[str, ...], ...] = ()
    personal: bool = False
    shown: bool = True
    derived: bool = False
    several: bool = False
    ahead: bool = False
    side: Literal["", "without", "below", "above"] = ""


@dataclass(frozen=True)
class Row:
    """One row of a result, so that it can be asked about: what people call it, and all that its record says of it.

    `said` is clauses with a full stop at the end (直线 37 米，周一至周六 9:00—16:30。); each number in it
    stands in the result.
    """

    name: str
    said: str


@dataclass(frozen=True)
class Call:
    """What the desk hands to a tool beside its arguments: who, when (city clock), and the key of a write."""

    principal: Principal
    now: datetime
    idempotency_key: str | None = None
    assertion: str | None = None


CallArgument = Annotated[Call, InjectedToolArg]


@dataclass(frozen=True)
class ToolSpec:
    """Everything the desk knows of a tool; rides on `BaseTool.metadata["spec"]`.

    `say` turns the tool's result (a JSON-like mapping) into the Chinese sentences every model reports.
    `prepare` runs before a write is proposed: it returns the canonical arguments (geocoded address,
    resolved class) or raises `NeedsAnswer` / `ToolError`. It must not change anything outside.
    `admit` runs before anything is asked: it raises `ToolError` where no answer could make the call possible.
    `object_id` names the result field that identifies what a write made (for the receipt).
    `rows` names the rows of the result in the order of `say`, so that 第二家, 食品那个 can be asked about.
    """

    name: str
    title: str
    effect: Effect = "write"
    roles: frozenset[str] = frozenset({"operator"})
    confirm: bool = True
    timeout_s: float = 8.0
    examples: tuple[str, ...] = ()
    slots: Mapping[str, Slot] = field(default_factory=lambda: MappingProxyType({}))
    required: tuple[str, ...] = ()
    say: Say | None = None
    prepare: Prepare | None = None
    admit: Admit | None = None
    object_id: str | None = None
    takes_call: bool = False
    rows: Rows | None = None

    @property
    def personal(self) -> tuple[str, ...]:
        """The arguments that carry personal data."""
        return tuple(name for name, slot in self.slots.items() if slot.personal)

    @property
    def derived(self) -> tuple[str, ...]:
        """The arguments that `prepare` works out; models never see them."""
        return tuple(name for name, slot in self.slots.items() if slot.derived)


def spec_of(tool: BaseTool) -> ToolSpec:
    """The tool's spec; a tool that declares none gets the strict default (write, operator only)."""
    spec = (tool.metadata or {}).get("spec")
    if isinstance(spec, ToolSpec):
        return spec
    required = tuple(name for name, schema in tool.args.items() if "default" not in schema)
    return ToolSpec(name=tool.name, title=tool.name, required=required)


def tool(
    name: str,
    *,
    title: str,
    effect: Effect,
    roles: frozenset[str],
    say: Say,
    examples: Sequence[str] = (),
    prepare: Prepare | None = None,
    admit: Admit | None = None,
    object_id: str | None = None,
    timeout_s: float = 8.0,
    rows: Rows | None = None,
) -> Callable[[Callable[..., Awaitable[Mapping[str, Any]]]], BaseTool]:
    """Turn an async function (typed, with a docstring a clerk would understand) into a tool.

    The function returns a JSON-like mapping. Each argument is `Annotated[type, Slot(...)]`;
    an argument `call: CallArgument` receives the `Call` and is invisible to models.
    """

    def build(function: Callable[..., Awaitable[Mapping[str, Any]]]) -> BaseTool:
        spec = ToolSpec(
            name=name,
            title=title,
            effect=effect,
            roles=roles,
            confirm=effect == "write",
            timeout_s=timeout_s,
            examples=tuple(dict.fromkeys((*examples, *(phrases(name) if _of_this_room(function) else ())))),
            slots=MappingProxyType(_slots(function)),
            required=_required(function),
            say=say,
            prepare=prepare,
            admit=admit,
            object_id=object_id,
            takes_call="call" in inspect.signature(function).parameters,
            rows=rows,
        )
        return _structured(function, spec)

    return build


def _of_this_room(function: Callable[..., Any]) -> bool:
    return function.__module__.partition(".")[0] == __name__.partition(".")[0]


def _structured(function: Callable[..., Awaitable[Mapping[str, Any]]], spec: ToolSpec) -> BaseTool:
    built = StructuredTool(
        name=spec.name,
        description=inspect.getdoc(function) or spec.title,
        args_schema=arguments_model(function, hidden=spec.derived),
        coroutine=function,
    )
    built.metadata = {"spec": spec}
    return built


def arguments_model(function: Callable[..., Any], *, hidden: Collection[str] = ()) -> type[BaseModel]:
    """A pydantic model of a tool function's arguments, without `call` and what is hidden."""
    fields: dict[str, Any] = {}
    parameters = inspect.signature(function).parameters
    for name, hint in _hints(function).items():
        if name in hidden:
            continue
        default = parameters[name].default
        slot = _slot_in(hint)
        about = Field(... if default is inspect.Parameter.empty else default, description=_description(slot))
        fields[name] = (hint, about)
    return create_model(f"{function.__name__}_arguments", __config__=ConfigDict(extra="forbid"), **fields)


@lru_cache(maxsize=1)
def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    hints = get_type_hints(function, include_extras=True)
    return {name: hints.get(name, Any) for name in inspect.signature(function).parameters if name != "call"}


def _slot_in(hint: Any) -> Slot | None:
    extras = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((extra for extra in extras if isinstance(extra, Slot)), None)


def _slots(function: Callable[..., Any]) -> dict[str, Slot]:
    found = {name: _slot_in(hint) for name, hint in _hints(function).items()}
    return {name: slot for name, slot in found.items() if slot is not None}


def _description(slot: Slot | None) -> str | None:
    if slot is None:
        return None
    options = "；".join(f"{row[0]}＝{row[1]}" for row in slot.choices if len(row) > 1)
    return f"{slot.label}（{options}）" if options else slot.label


def _required(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is inspect.Parameter.empty and name != "call"
    )
