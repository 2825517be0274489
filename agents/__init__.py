"""Who answers: the desk and everything behind it. Server and eval import from here only."""

from knowledge import (
    Document,
    DocumentFacts,
    KnowledgeError,
    LibraryBusy,
    UnknownBase,
    UnknownDocument,
    UnreadableDocument,
    Visibility,
    known_questions,
)
from tools import Pacing, Principal, Role, SandboxBusy, ToolError

from .arrivals import Arrival, Fresh
from .bootstrap import House, open_house
from .clock import CITY_ZONE, Clock, city_clock
from .context import Context, current_turn, read_context, tool_result
from .desk import Desk
from .errors import Conflict, DeskError, Forbidden, Gone, Invalid, Misconfigured, ModelFailed, Unknown
from .guard import hide
from .hooks import hookimpl
from .keys import ApiKeys, KeyDraft
from .models import EndpointModel, OfflineModel, ScriptedModel
from .progress import PATH as EVENTS_PATH
from .records import (
    Action,
    Agent,
    Ask,
    Asked,
    Citation,
    Decision,
    Event,
    Finished,
    Location,
    Outcome,
    Part,
    Receipt,
    Reply,
    Spoke,
    Started,
    Stepped,
)
from .settings import LOOPBACK, Settings, read_settings
from .views import AuditRow, Conversation, ConversationView, Trace, TraceStep, TurnView
from .world import NewText, World

__all__ = [
    "CITY_ZONE",
    "EVENTS_PATH",
    "LOOPBACK",
    "Action",
    "Agent",
    "ApiKeys",
    "Arrival",
    "Ask",
    "Asked",
    "AuditRow",
    "Citation",
    "Clock",
    "Conflict",
    "Context",
    "Conversation",
    "ConversationView",
    "Decision",
    "Desk",
    "DeskError",
    "Document",
    "DocumentFacts",
    "EndpointModel",
    "Event",
    "Finished",
    "Forbidden",
    "Fresh",
    "Gone",
    "House",
    "Invalid",
    "KeyDraft",
    "KnowledgeError",
    "LibraryBusy",
    "Location",
    "Misconfigured",
    "ModelFailed",
    "NewText",
    "OfflineModel",
    "Outcome",
    "Pacing",
    "Part",
    "Principal",
    "Receipt",
    "Reply",
    "Role",
    "SandboxBusy",
    "ScriptedModel",
    "Settings",
    "Spoke",
    "Started",
    "Stepped",
    "ToolError",
    "Trace",
    "TraceStep",
    "TurnView",
    "Unknown",
    "UnknownBase",
    "UnknownDocument",
    "UnreadableDocument",
    "Visibility",
    "World",
    "city_clock",
    "current_turn",
    "hide",
    "hookimpl",
    "known_questions",
    "open_house",
    "read_context",
    "read_settings",
    "tool_result",
]
