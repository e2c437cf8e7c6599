"""Customers, companies, leads and deals: each kind has the same three calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from tradewind.client.answers.page import Page
from tradewind.client.answers.records import Moment, Record, RecordDetail
from tradewind.client.call import Call, path_of


class ListRecords(Protocol):
    """How a list of records is asked for."""

    def __call__(
        self,
        *,
        search: str = "",
        question: str = "",
        owner: str = "",
        state: str = "",
        stage: str = "",
        where: Sequence[str] = (),
        unhandled: bool = False,
        sort: str = "",
        limit: int = 50,
        cursor: str = "",
    ) -> Call[Page[Record]]:
        """Return the call."""


class ListMoments(Protocol):
    """How a timeline is asked for."""

    def __call__(self, id: str, *, limit: int = 50, cursor: str = "") -> Call[Page[Moment]]:
        """Return the call."""


def _list(plural: str) -> ListRecords:
    def call(
        *, search: str = "", question: str = "", owner: str = "", state: str = "", stage: str = "",
        where: Sequence[str] = (), unhandled: bool = False, sort: str = "", limit: int = 50, cursor: str = "",
    ) -> Call[Page[Record]]:  # fmt: skip
        """Return records with their scores.

        Args:
            search: words that all must stand in who it is.
            question: only those on this question's list, in its order.
            owner: only those of this owner.
            state: of leads and deals: open, won, lost, converted …
            stage: of deals.
            where: `attribute=value`, all of which must hold.
            unhandled: only those of whom nobody said what came of it.
            sort: key, name, company, owner, newest, amount or list.
            limit: at most so many.
            cursor: `next_cursor` of the page before.
        """
        query = {
            "search": search, "question": question, "owner": owner, "state": state, "stage": stage,
            "where": list(where), "unhandled": unhandled, "sort": sort, "limit": limit, "cursor": cursor,
        }  # fmt: skip
        return Call("GET", path_of("v1", plural), Page[Record], query)

    call.__name__ = f"list_{plural}"
    return call


def _get(plural: str) -> Callable[[str], Call[RecordDetail]]:
    def call(id: str) -> Call[RecordDetail]:
        """Return one record with all that is known of it."""
        return Call("GET", path_of("v1", plural, id), RecordDetail)

    return call


def _timeline(plural: str) -> ListMoments:
    def call(id: str, *, limit: int = 50, cursor: str = "") -> Call[Page[Moment]]:
        """Return what happened with one record, newest first."""
        return Call("GET", path_of("v1", plural, id, "timeline"), Page[Moment], {"limit": limit, "cursor": cursor})

    return call


list_customers, get_customer, list_customer_timeline = _list("customers"), _get("customers"), _timeline("customers")
list_accounts, get_account, list_account_timeline = _list("accounts"), _get("accounts"), _timeline("accounts")
list_leads, get_lead, list_lead_timeline = _list("leads"), _get("leads"), _timeline("leads")
list_deals, get_deal, list_deal_timeline = _list("deals"), _get("deals"), _timeline("deals")
