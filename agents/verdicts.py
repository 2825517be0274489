"""Yes and no in words: which of what waits for the yes they mean. Whatever could mean two things is asked, not done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from langchain_core.messages import HumanMessage

from tools import HANDOFF_TOOL, Call, Principal

from . import wording
from .actions import PendingAction
from .cards import as_action, checked, dropped, listed, open_cards, reminder
from .clock import Clock
from .conversations import Closing, Conversations, Opening
from .deciding import Decisions, Told
from .errors import Conflict, Forbidden, Gone
from .handoff import agrees, speaker, turn_of
from .records import Agent, Citation, Outcome, Reply
from .rows import restored
from .turn import Turn
from .understanding import all_of, assent, drops, names_another_act, picks, puts_off, status_asked, withdraws

# A card may have been one of so many.
_MOST = 20


class Verdicts:
    """Takes the words of somebody to whom something was put up. Keeps nothing between turns.

    A yes counts for what the last reply showed. After other talk it shows the card again, so that the next yes counts;
    with several cards they are named, and the question is whether all of them are meant.
    """

    def __init__(
        self, agents: tuple[Agent, ...], conversations: Conversations, decisions: Decisions, clock: Clock
    ) -> None:
        self._agents = agents
        self._conversations = conversations
        self._decisions = decisions
        self._clock = clock

    async def take(self, conversation_id: str, who: Principal, opening: Opening) -> Reply | None:
        """The reply to words that decide; None when they do not, and are to be served."""
        talk = _Talk(conversation_id, who, opening)
        offer = next((each for each in opening.pending if each.tool == HANDOFF_TOOL and each.id in opening.shown), None)
        cards = open_cards(opening, self._clock())
        if offer is not None and (reply := await self._on_offer(talk, offer, cards)):
            return reply
        if not cards:
            late = [each for each in opening.pending if each.tool != HANDOFF_TOOL and each.id in opening.shown]
            plain = assent(opening.text) if len(late) == 1 else None
            return None if plain is None else await self._settle(talk, late, yes=plain)
        shown = [each for each in cards if each.id in opening.shown]
        if not shown and opening.waiting is not None:
            return None
        return await self._on_cards(talk, cards, shown)

    async def _on_offer(self, talk: _Talk, offer: PendingAction, cards: Sequence[PendingAction]) -> Reply | None:
        """What is said to the offer of a person; 报吧 is no yes to it while a report is under way."""
        text = talk.opening.text
        verdict = True if agrees(text) else assent(text)
        under_way = bool(cards) or talk.opening.waiting is not None
        if verdict is None or (verdict and under_way and names_another_act(text, offer.title)):
            return None
        return await self._settle(talk, [offer], yes=verdict)

    async def _on_cards(
        self, talk: _Talk, cards: Sequence[PendingAction], shown: Sequence[PendingAction]
    ) -> Reply | None:
        text, opening = talk.opening.text, talk.opening
        decided = await self._one_by_one(talk, shown if len(shown) > 1 else cards)
        if decided is not None:
            return decided
        if (asked := status_asked(text)) is not None:
            told = wording.NO_NUMBER_YET if asked == "number" else wording.NOT_SENT_YET
            if len(cards) > 1:
                return await self._say(talk, f"{told}{reminder(cards)}", "answered")
            return await self._say(talk, f"{told}{checked(cards[0].summary)}", "confirm", cards)
        put_off = puts_off(text)
        if put_off == "hold":
            return await self._say(talk, wording.HELD.format(title=cards[-1].title), "answered")
        if put_off == "drop":
            return await self._settle(talk, shown or cards, yes=False, said=wording.PUT_OFF)
        if drops(text) or withdraws(text):
            return await self._settle(talk, shown or cards, yes=False)
        if (several := all_of(text)) is not None and len(cards) > 1:
            sure = not several or len(shown) == len(cards)
            return await self._settle(talk, cards, yes=several) if sure else await self._list(talk, cards)
        verdict = assent(text) if several is None else several
        if verdict is None:
            return None
        meant = shown or cards
        if len(meant) > 1:
            agreed = verdict and opening.last == "clarify" and len(shown) == len(cards)
            return await self._settle(talk, meant, yes=True) if agreed else await self._list(talk, meant)
        if verdict and not shown:
            return await self._say(talk, checked(meant[0].summary), "confirm", meant)
        return await self._settle(talk, meant, yes=verdict)

    async def _one_by_one(self, talk: _Talk, cards: Sequence[PendingAction]) -> Reply | None:
        """What is said of single ones of several cards; what was not shown is shown first."""
        said = picks(talk.opening.text, [each.title for each in cards])
        if said is None:
            return None
        if len(cards) == 1:
            # The others are done: which number the last one has now is not known, yet nothing is lost by a no.
            names_one = picks(talk.opening.text, [cards[0].title] * _MOST)
            told = {each for each in names_one or () if each}
            return await self._settle(talk, cards, yes=False) if told == {"no"} else None
        wanted = [each for each, verdict in zip(cards, said, strict=False) if verdict == "yes"]
        if not said:
            return await self._say(talk, listed(cards, wording.CARDS_UNCLEAR), "answered", cards)
        held = [each for each, verdict in zip(cards, said, strict=False) if verdict == "hold"]
        refused = [each for each, verdict in zip(cards, said, strict=False) if verdict == "no"]
        unseen = [each for each in wanted if each.id not in talk.opening.shown]
        if unseen and refused:
            # The refused are gone at once, the wanted shown for the yes.
            return await self._settle(talk, refused, yes=False, held=held, said=dropped(refused[0]))
        if unseen:
            text = checked(wanted[0].summary) if len(wanted) == 1 else listed(wanted)
            return await self._say(talk, text, "confirm" if len(wanted) == 1 else "clarify", wanted)
        if not wanted and not refused:
            return await self._say(talk, wording.HELD.format(title=held[0].title), "answered")
        return await self._settle(talk, wanted, yes=True, refused=refused, held=held)

    async def _settle(
        self,
        talk: _Talk,
        meant: Sequence[PendingAction],
        *,
        yes: bool,
        said: str = wording.NOTHING_SENT,
        refused: Sequence[PendingAction] = (),
        held: Sequence[PendingAction] = (),
    ) -> Reply:
        """Confirm or cancel these, one after the other, in one reply that names what still waits.

        The refused are cancelled beside them; the held are named, but not shown, so that no bare yes counts for them.
        """
        told = [await self._one(talk, each, yes, said) for each in meant]
        told += [await self._one(talk, each, False, dropped(each)) for each in refused]
        meant = [*meant, *refused]
        replies = [each.reply if isinstance(each, Told) else each for each in told]
        last = next((each for each in reversed(told) if isinstance(each, Told)), None)
        if last is None:
            return replies[-1]
        reply = _merged(replies)
        left = open_cards(talk.opening, self._clock(), [each.id for each in (*meant, *held)])
        if left and meant[0].tool != HANDOFF_TOOL:
            beneath = checked(left[0].summary) if len(left) == 1 else listed(left)
            text = f"{reply.text}\n\n{wording.STILL_WAITS}{beneath}"
            reply = replace(reply, text=text, actions=(*reply.actions, *(as_action(each) for each in left)))
        if held:
            reply = replace(reply, text=f"{reply.text}\n\n{reminder(held)}")
        if reply != last.reply:
            closing = Closing(reply, last.vault, (), (), talk.opening.waiting)
            await self._conversations.finish(talk.who.id, closing)
        return restored(reply, last.vault)

    async def _one(self, talk: _Talk, card: PendingAction, yes: bool, said: str) -> Told | Reply:
        conversation, turn = talk.conversation_id, talk.opening.turn_id
        try:
            if yes:
                return await self._decisions.confirm(talk.who, conversation, card.id, None, turn)
            return await self._decisions.cancel(talk.who, conversation, card.id, turn, said)
        except (Conflict, Gone, Forbidden) as problem:
            return await self._decisions.explain(talk.who, conversation, turn, card, str(problem))

    async def _list(self, talk: _Talk, cards: Sequence[PendingAction]) -> Reply:
        return await self._say(talk, listed(cards), "clarify", cards)

    async def _say(self, talk: _Talk, text: str, kind: str, cards: Sequence[PendingAction] = ()) -> Reply:
        """A reply of the desk's own, with cards that it shows again."""
        call = Call(principal=talk.who, now=self._clock())
        agent = speaker(self._agents, talk.opening.agent)
        turn: Turn = turn_of(talk.opening, talk.conversation_id, agent, call)
        turn.add(HumanMessage(talk.opening.text))
        turn.speak(text)
        turn.shown = [as_action(each) for each in cards]
        turn.end(Outcome(kind))  # type: ignore[arg-type]
        closing = turn.closing()
        await self._conversations.finish(talk.who.id, closing)
        return restored(closing.reply, closing.vault)


class _Talk:
    """Who speaks, where, and what the turn starts from."""

    def __init__(self, conversation_id: str, who: Principal, opening: Opening) -> None:
        self.conversation_id = conversation_id
        self.who = who
        self.opening = opening


def _merged(replies: Sequence[Reply]) -> Reply:
    """Several decisions as one reply: done when one was; each citation under a number of its own."""
    first = next((each for each in replies if each.outcome.kind == "done"), replies[0])
    if len(replies) == 1:
        return first
    texts: list[str] = []
    citations: list[Citation] = []
    for reply in replies:
        text = reply.text
        for cited in reply.citations:
            citations.append(replace(cited, number=len(citations) + 1))
            text = text.replace(f"[{cited.number}]", f"[{len(citations)}]")
        texts.append(text)
    return replace(
        first,
        text="\n".join(dict.fromkeys(texts)),
        citations=tuple(citations),
        asks=tuple({ask.question: ask for reply in replies for ask in reply.asks}.values()),
        receipts=tuple(each for reply in replies for each in reply.receipts),
    )
