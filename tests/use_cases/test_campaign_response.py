"""Will use a coupon: learned from who was contacted after the cutoff; the coupon counts from the first contact on."""

from __future__ import annotations

from contract.use_case_contract import TinyShop, UseCaseContract

TINY = TinyShop(
    orders=(
        ("redeems at the last instant", "2021-02-13 00:00:00", 12),
        ("redeems an instant too late", "2021-02-12 23:59:59", 30),
        ("redeems before the contact", "2021-03-01 12:00:00", 7),
        ("redeems at once", "2021-03-01 12:00:00", 7),
        ("redeems between two contacts", "2021-03-01 12:00:00", 7),
        ("redeems nothing", "2021-03-01 12:00:00", 40),
        ("redeems nothing", "2021-03-05 12:00:00", -15),
        ("contacted too late", "2021-03-01 12:00:00", 9),
        ("contacted too early", "2021-03-01 12:00:00", 9),
        ("only looked at", "2020-12-15 00:00:00", 9),
    ),
    touches=(
        ("redeems at the last instant", "2021-03-15 00:00:00", "sent"),
        ("redeems an instant too late", "2021-04-13 23:59:59", "sent"),
        ("redeems before the contact", "2021-03-20 12:00:00", "sent"),
        ("redeems at once", "2021-03-20 12:00:00", "sent"),
        ("redeems between two contacts", "2021-03-20 12:00:00", "sent"),
        ("redeems between two contacts", "2021-04-01 12:00:00", "sent"),
        ("redeems nothing", "2021-03-20 12:00:00", "sent"),
        ("contacted too late", "2021-04-14 00:00:00", "sent"),
        ("contacted too early", "2021-03-14 23:59:59", "sent"),
        ("only looked at", "2021-03-20 12:00:00", "seen"),
        ("no customer", "2021-03-20 12:00:00", "sent"),
    ),
    events=(
        ("redeems at the last instant", "2021-05-13 23:59:59", "coupon_redeemed"),
        ("redeems an instant too late", "2021-05-14 00:00:00", "coupon_redeemed"),
        ("redeems before the contact", "2021-03-20 11:59:59", "coupon_redeemed"),
        ("redeems at once", "2021-03-20 12:00:00", "coupon_redeemed"),
        ("redeems between two contacts", "2021-03-25 12:00:00", "coupon_redeemed"),
        ("redeems between two contacts", "2021-03-26 12:00:00", "coupon_redeemed"),
        ("redeems nothing", "2021-03-21 12:00:00", "page_view"),
        ("contacted too late", "2021-04-15 00:00:00", "coupon_redeemed"),
        ("no customer", "2021-03-21 12:00:00", "coupon_redeemed"),
    ),
    answers={
        "redeems at the last instant": (1.0, 12.0),
        "redeems an instant too late": (0.0, None),
        "redeems before the contact": (0.0, 7.0),
        "redeems at once": (1.0, 7.0),
        "redeems between two contacts": (1.0, 7.0),
        "redeems nothing": (0.0, 25.0),
        "contacted too late": (None, 9.0),
        "contacted too early": (None, 9.0),
        "only looked at": (None, None),
    },
)


class TestCampaignResponse(UseCaseContract):
    name = "campaign_response"
    tiny = TINY
