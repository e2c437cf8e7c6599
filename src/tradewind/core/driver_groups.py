"""To which part of the business a feature belongs: usage, billing, support, contract and the like."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.core.feature import Feature

_BY_FAMILY: Mapping[str, str] = {
    "payment": "billing",
    "subscription amount": "billing",
    "people": "usage",
}
"""Families that belong elsewhere than the other features of their table."""

_BY_SOURCE: Mapping[str, str] = {
    "events": "usage",
    "orders": "billing",
    "order_lines": "billing",
    "subscriptions": "contract",
    "deals": "contract",
    "deal_stages": "the way so far",
    "texts": "support",
    "activities": "our contacts",
    "touches": "our contacts",
    "customers": "who they are",
    "accounts": "who they are",
    "leads": "who they are",
}

OTHER = "features of your own"


def group_of(feature: Feature) -> str:
    """Return the group of a feature: that of its family, else that of the table it comes from."""
    return _BY_FAMILY.get(feature.family) or _BY_SOURCE.get(feature.source, OTHER)
