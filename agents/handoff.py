"""Handing a conversation to a person: offered to the user, made at a yes or a press, taken back."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import HumanMessage
from sqlalchemy import Connection, select

from tools import HANDOFF_TOOL, Call, Orders, Principal, ToolError, ToolSpec, spec_of
from tools import Conflict as ObjectConflict

from . import wording
from .actions import Draft, insert_drafts
from .arrivals import hand_back
from .conversations import Opening
from .database import Database
from .deciding import Decisions, Told
from .errors import Conflict
from .guard import restore, triage
from .proposals import propose
from .records import Agent, Event, Outcome, Reply
from .rows import new_id, owned, record
from .seal import Seal
from .tables import actions, turns
from .toolbox import Toolbox
from .turn import Turn
from .understanding import assent, wants_person

_log = logging.getLogger(__name__)
WORDS, TELLING, REQUEST = 20, 6, 300
_BACK = re.compile(
    r"(回到?|返回|换回?|转回|切回?|找回?|继续(用|和|跟)|还是(用|找|和|跟)?)[^，,。]{0,4}(智能|机器人|助手|AI|汉治通)|^(不用|不要|不找)人工了?",
    re.IGNORECASE,
)
_AGREES = re.compile(
    r"^(好的?|行|可以|嗯+|那就?|请|麻烦)*[，,\s]*(帮我)?(转|接)(过去|给人工|人工|接)?(一下)?[吧呀啊]*[。！!]*$"
)
_REFUSES = re.compile(r"^(先?不|别|算了|没有?|莫)")
_CLAUSE = re.compile(r"[，,。；;！!？?\s]+")
_DECISIONS = frozenset((wording.CONFIRMED, wording.CANCELLED, wording.EDITED))


def wants_back(text: str) -> bool:
    """Whether somebody who speaks with a person wants the agents again."""
    return len(text) <= 40 and bool(_BACK.search(text))


def agrees(text: str) -> bool:
    """Whether somebody who was just offered a person says so again, or says 转吧: as good as a yes."""
    plain = text.strip()
    return len(plain) <= 12 and bool(_AGREES.match(plain) or (wants_person(plain) and not _REFUSES.match(plain)))


class Offers:
    """Puts the offer of a person into a reply: one yes is enough. Keeps nothing between turns."""

    def __init__(self, database: Database, toolbox: Toolbox, minutes: int) -> None:
        self._db = database
        self._toolbox = toolbox
        self._minutes = minutes

    async def add(self, turn: Turn, why: str, lead: str, request: str = "") -> Event:
        """Offer it at the end of what was said; where it cannot be done, name the hotline."""
        if HANDOFF_TOOL not in self._toolbox or not turn.principal.roles & spec_of(self._toolbox[HANDOFF_TOOL]).roles:
            return turn.speak(wording.CALL_HOTLINE)
        if why == "stuck" and await self._db.read(lambda connection: _offered(connection, turn.conversation_id)):
            return turn.speak(wording.OFFERED_BEFORE)
        try:
            draft = await self.draft(turn, why, request)
        except ToolError:
            return turn.speak(wording.CALL_HOTLINE)
        turn.replaced += [each.id for each in turn.opening.pending if each.tool == HANDOFF_TOOL]
        turn.drafts.append(draft)
        lines = "\n".join(f"- {line}" for line in draft.action.summary.splitlines())
        return turn.speak(f"{lead}\n{lines}")

    async def draft(self, turn: Turn, why: str, request: str = "") -> Draft:
        """The hand-off of this conversation as an action; raises `ToolError`."""
        packet = await self._db.read(lambda connection: _packet(connection, turn, self._toolbox))
        arguments = {
            "request": request.strip() or request_of(packet["words"]),
            "reason": why,
            "conversation": turn.conversation_id,
            "packet": packet,
        }
        tool = self._toolbox[HANDOFF_TOOL]
        proposal = await propose(tool, arguments, turn.vault, turn.call, self._minutes)
        turn.vault = proposal.vault
        return Draft(proposal.action, turn.agent.name)


@dataclass(frozen=True)
class Handoffs:
    """Conversations that are with a person."""

    database: Database
    seal: Seal
    orders: Orders
    offers: Offers
    decisions: Decisions

    async def make(self, turn: Turn) -> Told | Reply:
        """Hand over at once: pressing the button is the yes. The turn is stored already and ends here."""
        turn.add(HumanMessage(turn.opening.text))
        draft = await self.offers.draft(turn, "asked")

        def work(connection: Connection) -> None:
            insert_drafts(connection, turn.conversation_id, turn.opening.turn_id, (draft,))
            details = {"tool": draft.action.tool, "pressed": True}
            record(connection, turn.principal.id, "action.proposed", draft.action.id, details)

        await self.database.write(work)
        return await self.decisions.confirm(
            turn.principal, turn.conversation_id, draft.action.id, None, turn.opening.turn_id
        )

    async def pass_on(self, turn: Turn) -> bool:
        """Give the user's words to the person; False when the order is over and the agents speak again."""
        order, text = str(turn.opening.handoff), turn.opening.text
        danger = triage(text)
        try:
            words = restore(text, turn.vault)
            await self.orders.say(order, words, turn.principal, f"said:{turn.opening.turn_id}")
        except ObjectConflict:
            await self.back(turn.conversation_id, order, wording.PERSON_DONE)
            return False
        except ToolError as problem:
            turn.note("handoff", "没有送到", {"order": order, "problem": type(problem).__name__})
            outcome, said = Outcome("refused", "unavailable"), wording.NOT_PASSED_ON
        else:
            turn.note("handoff", "转给人工", {"order": order})
            outcome, said = Outcome("handoff"), wording.PASSED_ON
        turn.add(HumanMessage(text))
        if danger is not None:
            turn.speak(f"{danger.first}\n\n{danger.follow}")
            outcome = Outcome("emergency")
        turn.speak(said)
        turn.end(outcome)
        return True

    async def take_back(self, turn: Turn) -> None:
        """The user wants the agents again; the order stays with the city."""
        order = str(turn.opening.handoff)
        await self._leave_word(order, turn.principal, turn.opening.turn_id)
        await self.back(turn.conversation_id, order, wording.BACK_HERE)
        turn.add(HumanMessage(turn.opening.text))
        turn.speak(wording.BACK.format(order=order))
        turn.end(Outcome("answered"))

    async def end(self, who: Principal, conversation_id: str) -> None:
        """The same by a press; raises `Conflict` when no person is there."""
        row = await self.database.read(lambda connection: owned(connection, who.id, conversation_id))
        if row.handoff is None:
            raise Conflict(wording.NOT_WITH_PERSON)
        await self._leave_word(row.handoff, who, new_id("b"))
        await self.back(conversation_id, row.handoff, wording.BACK_HERE)

    async def back(self, conversation_id: str, order: str, text: str) -> None:
        """The agents speak again."""
        await self.database.write(lambda connection: hand_back(connection, self.seal, conversation_id, order, text))

    async def _leave_word(self, order: str, who: Principal, key: str) -> None:
        """Tell the staff that the user went back. Going back does not depend on it: the order may be over."""
        try:
            await self.orders.say(order, wording.WENT_BACK, who, f"back:{key}")
        except ToolError as problem:
            _log.warning("order %s was not told that its citizen went back: %s", order, type(problem).__name__)


def speaker(agents: tuple[Agent, ...], name: str | None) -> Agent:
    """The agent in whose name the desk speaks while a person is there."""
    return next((agent for agent in agents if agent.name == name), agents[0])


def turn_of(opening: Opening, conversation_id: str, agent: Agent, call: Call) -> Turn:
    """A turn that no model serves."""
    return Turn(conversation_id, opening, call.principal, agent, call, opening.vault)


def request_of(words: list[str]) -> str:
    """What the person should read first: the last things said that say something, else just the last one."""
    telling = [each for each in words if len(_beside_the_wish(each)) > TELLING][-2:]
    return "；".join(dict.fromkeys(telling or words[-1:]))[-REQUEST:]


def _beside_the_wish(text: str) -> str:
    """What a message says beside that a person is wanted."""
    return "".join(clause for clause in _CLAUSE.split(text) if not wants_person(clause))


def _offered(connection: Connection, conversation_id: str) -> bool:
    """Whether a person was offered in this conversation before."""
    offers = select(actions.c.id).where(actions.c.conversation_id == conversation_id, actions.c.tool == HANDOFF_TOOL)
    return connection.execute(offers.limit(1)).first() is not None


def _packet(connection: Connection, turn: Turn, toolbox: Toolbox) -> dict[str, Any]:
    """The conversation for a person: words, what was filled in, the sources of the answers, the steps done."""
    query = (
        select(turns.c.text, turns.c.reply)
        .where(turns.c.conversation_id == turn.conversation_id, turns.c.id != turn.opening.turn_id)
        .order_by(turns.c.sequence.desc())
        .limit(WORDS)
    )
    rows = connection.execute(query).all()[::-1]
    replies = [json.loads(row.reply) for row in rows if row.reply]
    words = [row.text for row in rows if row.text not in _DECISIONS and assent(row.text) is None]
    return {
        "words": [*words, turn.opening.text],
        "slots": _slots(turn, toolbox),
        "sources": _sources(replies),
        "steps": [_step(each) for reply in replies for each in reply["receipts"]],
    }


def _slots(turn: Turn, toolbox: Toolbox) -> list[dict[str, Any]]:
    """What was being filled in, and what was shown but not decided."""
    found = [{"name": each.title, "value": each.summary} for each in turn.opening.pending if each.tool != HANDOFF_TOOL]
    waiting = turn.waiting
    if waiting is not None and waiting.tool in toolbox:
        spec: ToolSpec = spec_of(toolbox[waiting.tool])
        found += [
            {"name": f"{spec.title}·{spec.slots[name].label}", "value": value}
            for name, value in waiting.arguments.items()
            if name in spec.slots and spec.slots[name].shown
        ]
    return found


def _sources(replies: list[Mapping[str, Any]]) -> list[str]:
    """The titles that answers cited, each once."""
    cited = [each for reply in replies for each in reply["citations"]]
    titles = [f"{each['title']}{each.get('document_number') or ''}" for each in cited if each["kind"] == "passage"]
    return list(dict.fromkeys(titles))


def _step(receipt: Mapping[str, Any]) -> str:
    return f"{receipt['title']}：{receipt['object_id']}"
