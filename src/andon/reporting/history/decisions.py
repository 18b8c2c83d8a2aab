"""Why the router gave a contact to whom it did, and not to others."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from andon.interactions.events import OfferMade
from andon.kit.i18n import Locale
from andon.reporting.history import repository
from andon.reporting.history.shapes import Decision, PassedOver, Why, WhyNot, WhyNotOffer
from andon.reporting.history.unnamed import unnamed
from andon.reporting.history.words import id_of, name_of, text_of
from andon.reporting.names import NameBook
from andon.reporting.tables import ReportOffer

_SPECIAL = ("step", "tier", "flags", "asked", "calls", "urgent", "owed", "order")


async def why(session: AsyncSession, tenant_id: UUID, contact_id: UUID, locale: Locale) -> Why:
    """Every decision of the router about this contact."""
    records = await repository.facts_of(session, tenant_id, contact_id, [OfferMade.kind])
    offers = await repository.offers_of(session, contact_id)
    made = [record.fact for record in records if isinstance(record.fact, OfferMade)]
    book = NameBook(locale)
    await book.learn(
        session,
        agent={fact.agent_id for fact in made} | {id_of(p.get("agent_id")) for f in made for p in _passed(f)},
        queue={fact.queue_id for fact in made} | {id_of(fact.decision.get("asked")) for fact in made},
        skill={
            id_of(p["detail"].get("skill")) for f in made for p in _passed(f) if isinstance(p["detail"], dict)
        },
    )
    return Why(
        contact_id=contact_id,
        decisions=[_decision(fact, offers.get(fact.offer_id), book, locale) for fact in made],
    )


async def why_not(
    session: AsyncSession, tenant_id: UUID, contact_id: UUID, agent_id: UUID, locale: Locale
) -> WhyNot:
    """For every offer of the contact: why it did not go to this agent, or that it did."""
    records = await repository.facts_of(session, tenant_id, contact_id, [OfferMade.kind])
    made = [record.fact for record in records if isinstance(record.fact, OfferMade)]
    mine = {
        fact.offer_id: [p for p in _passed(fact) if id_of(p.get("agent_id")) == agent_id] for fact in made
    }
    book = NameBook(locale)
    details = [one["detail"] for passed in mine.values() for one in passed]
    await book.learn(
        session,
        agent={agent_id},
        queue={fact.queue_id for fact in made},
        skill={id_of(detail.get("skill")) for detail in details if isinstance(detail, dict)},
    )
    offers = []
    for fact in made:
        passed = mine[fact.offer_id]
        if fact.agent_id == agent_id:
            reason, detail = "chosen", fact.decision.get("chosen", {})
        elif passed:
            reason, detail = passed[0]["reason"], _named_skill(passed[0]["detail"], book)
        else:
            state = await repository.state_at(session, agent_id, fact.at)
            reason, detail = unnamed(state, fact.decision.get("more", {})), {"state": state}
        offers.append(
            WhyNotOffer(
                offer_id=fact.offer_id,
                at=fact.at,
                queue=book.named(fact.queue_id),
                reason=reason,
                reason_name=text_of(f"reporting.passed_over.{reason}", locale),
                detail=detail,
                named=fact.agent_id == agent_id or bool(passed),
            )
        )
    return WhyNot(contact_id=contact_id, agent=book.named(agent_id), offers=offers)


def _decision(fact: OfferMade, offer: ReportOffer | None, book: NameBook, locale: Locale) -> Decision:
    said = fact.decision
    more: dict[str, int] = said.get("more", {})
    return Decision(
        offer_id=fact.offer_id,
        at=fact.at,
        queue=book.named(fact.queue_id),
        agent=book.named(fact.agent_id),
        how=offer.how if offer else None,
        how_name=name_of("offer.how", offer.how, locale) if offer else None,
        rang_ms=offer.rang_ms if offer else None,
        policy=said.get("policy", ""),
        trigger=said.get("trigger", ""),
        waited_ms=said.get("waited_ms", 0),
        waiting=said.get("waiting", 0),
        considered=said.get("considered", 0),
        chosen=said.get("chosen", {}),
        passed_over=[
            PassedOver(
                agent=book.named(id_of(one.get("agent_id"))),
                reason=one["reason"],
                reason_name=text_of(f"reporting.passed_over.{one['reason']}", locale),
                detail=_named_skill(one["detail"], book),
            )
            for one in _passed(fact)
        ],
        passed_over_more=sum(more.values()),
        more=more,
        special=_special(said, book),
    )


def _special(said: dict[str, Any], book: NameBook) -> dict[str, Any]:
    special = {name: said[name] for name in _SPECIAL if name in said}
    asked = book.named(id_of(special.get("asked")))
    return special | ({"asked": asked.name} if asked else {})


def _passed(fact: OfferMade) -> list[dict[str, Any]]:
    return [{"reason": "", "detail": {}} | one for one in fact.decision.get("passed_over", [])]


def _named_skill(detail: Any, book: NameBook) -> dict[str, Any]:
    if not isinstance(detail, dict):
        return {}
    skill = book.named(id_of(detail.get("skill")))
    return detail | ({"skill": skill.name} if skill else {})
