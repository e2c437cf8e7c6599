"""The words of actions: part of the one plain-word table (`words.WORDS`)."""

from __future__ import annotations

from collections.abc import Mapping

_SOURCES: Mapping[str, str] = {
    "sources.unknown": "source not known",
    "sources.rare": "all other sources",
    "sources.counts.won": "a deal that came from it was won",
    "sources.counts.converted": "it was converted",
    "sources.best": (
        "Of 100 leads from {best}, {best_share} become customers in the end ({best_low} to {best_high}); of 100 from "
        "{worst}, {worst_share} ({worst_low} to {worst_high})."
    ),
    "sources.alike": (
        "The sources cannot be told apart so far: of 100 leads from {best}, {best_share} become customers in the end "
        "({best_low} to {best_high}); of 100 from {worst}, {worst_share} ({worst_low} to {worst_high})."
    ),
    "sources.one": (
        "All leads come from one source, {best}: of 100, {best_share} become customers in the end ({best_low} to "
        "{best_high}). There is nothing to compare it with."
    ),
    "sources.young": (
        "{source}'s leads are young: {so_far} of {leads} have become customers, we expect {end} in the end "
        "({low} to {high})."
    ),
    "sources.cost": "What a customer costs in the end, by source: {each}.",
    "sources.cost.one": "{source} {amount} ({low} to {high})",
    "sources.cost.unknown": "What a customer costs is not known: map [tables.spend].",
    "sources.cost.unmatched": "What a customer costs is not known: no name in [tables.spend] is that of a source.",
    "sources.approach": (
        "{leads} leads were counted by where they came from. A lead became a customer when {customers}, within {end}. "
        "Of those that have not, some still will: how many follows from how long the others took."
    ),
    "sources.money": "One lead brings in, those that never buy counted too: {each}. This is revenue.",
    "sources.money.one": "{source} {amount} ({low} to {high})",
    "sources.money.spent": "Each {unit} spent brings in: {each}.",
    "sources.money.spent.one": "{source} {amount} ({low} to {high})",
    "sources.money.unknown": "What the customers of a source bring in is not known: neither won deals nor orders say so.",
    "sources.next.move": (
        "Move some of the money for {dear} to {cheap}, a step at a time, and look again: the next hundred leads of a source "
        "are seldom as good as the first."
    ),
    "sources.next.cost": "Map [tables.spend] (day, channel, cost) to learn which source's customers are dear.",
    "sources.next.wait": "Leave the money where it is for now: what a customer costs cannot be told apart between sources.",
    "sources.held.off": (
        "{ago} ago we would have expected {low} to {high} customers from the leads of then; {came} came. The pace changes: take "
        "what is still to come as rough."
    ),
    "sources.check.held": "Held against what came since",
    "sources.check.held.what": "{ago} ago we would have expected {low} to {high} customers; {came} came.",
    "sources.check.held.unknown": "Too few had become customers back then to try it out.",
    "sources.check.held.do": "look what changed in how leads are worked; a shorter horizon leans less on the past",
    "sources.check.pace": "Sources need the same time",
    "sources.check.pace.same": "No source's customers clearly take longer or shorter than the others'.",
    "sources.check.pace.own": "Clearly slower or faster than the others, so corrected by their own delay: {sources}.",
    "sources.check.undated": "Leads without a time",
    "sources.check.undated.what": "{count} leads do not say when they came in and are left out.",
    "sources.check.undated.do": "fill created_at in [tables.leads]",
    "sources.check.backwards": "Customers before they were leads",
    "sources.check.backwards.what": "{count} leads became customers before they came in and are left out.",
    "sources.check.backwards.do": "look at created_at and at the day of the conversion of these leads",
    "sources.check.unmatched": "Spend without leads",
    "sources.check.unmatched.what": "Spent under names that no lead came from: {names}.",
    "sources.check.unmatched.do": "name the channels of the table spend as the sources of leads are named",
    "sources.check.credits": "Spend below zero",
    "sources.check.credits.what": "{count} rows of spend are below zero and were taken for credits.",
    "sources.check.credits.do": "the sum of {sources} is below zero, so its cost is not told: look at these rows",
    "sources.chart.title": "Of 100 leads from {best}, {share} become customers in the end",
    "sources.chart.title.young": "{source} looks like {so_far} customers of 100 leads; it will be about {end}",
    "sources.chart.x": "Customers, of 100 leads",
    "sources.chart.naive": "until now",
    "sources.chart.corrected": "in the end",
    "sources.chart.caption": (
        "The line shows where the truth would lie in 95 of 100 cases. “Until now” divides by all leads, also by those that "
        "have had no time. {assumed}"
    ),
    "column.sources.source": "Source",
    "column.sources.leads": "Leads",
    "column.sources.so_far": "Customers until now",
    "column.sources.in_the_end": "Customers in the end",
    "column.sources.share_so_far": "Of 100, until now",
    "column.sources.share": "Of 100, in the end",
    "column.sources.share_low": "At least",
    "column.sources.share_high": "At most",
    "column.sources.customer_cost": "A customer costs",
    "figure.customers_in_the_end": "customers in the end, from all leads of today",
    "figure.customers_so_far": "customers until now",
}

_READY: Mapping[str, str] = {
    "ready.action.events": "visit",
    "ready.action.touches": "message",
    "ready.action.activities": "contact",
    "ready.action.texts": "message from the lead",
    "ready.action.page": "{page} page",
    "ready.action.home": "home page",
    "ready.action.on": "{action} on {page}",
    "ready.pattern.often.1": "{action} in the last {within}",
    "ready.pattern.often.2": "{action} twice or more in the last {within}",
    "ready.pattern.often.3": "{action} three times or more in the last {within}",
    "ready.pattern.twice_and": "{first} twice or more plus {second} in the last {within}",
    "ready.pattern.then": "{actions}, in the last {within}",
    "ready.did": "{action} {days} days ago",
    "ready.did.yesterday": "yesterday",
    "ready.first": (
        "Of 100 leads with “{pattern}”, {rate} convert in the next {horizon} ({low} to {high}); of 100 others of the same age, "
        "{others}."
    ),
    "ready.further": (
        "Of 100 without that but with “{pattern}”, {rate} convert ({low} to {high}); of others, {others}."
    ),
    "ready.none": (
        "Nothing that leads do was confirmed to come before a sale: of {looked_at} patterns, {found} stood out among earlier "
        "leads, and none of these did among later ones."
    ),
    "ready.none.at_all": (
        "Nothing that leads do was found to come before a sale: {looked_at} patterns were tried, and none stood out more than "
        "chance would have it."
    ),
    "ready.now": (
        "{count} of the {open} open leads show one of these today; if it goes on as it did, {expected} of them convert in the next "
        "{horizon}."
    ),
    "ready.now.none": "None of the {open} open leads shows one of these today.",
    "ready.approach": (
        "Open leads were looked at in {weeks} past weeks, each time with what was known by then, and compared with leads of the "
        "same age. {looked_at} patterns were tried on the earlier half of the leads; {found} stood out, and were tested on "
        "{later} later leads. Only what held there too is told; of such patterns, one in ten may be a false alarm."
    ),
    "ready.money": "No amount is claimed: whether calling them changes anything, no test has measured.",
    "ready.next": (
        "Call the leads in the table list_sales_ready, from the top; leave one in ten out at random, and compare: that proves "
        "what the call changes."
    ),
    "ready.next.later": "Look again tomorrow: the table list_sales_ready will name the leads that do it.",
    "ready.next.none": (
        "Do not put leads first by what they did, so far; more conversions, or actions that are not recorded yet (pages, "
        "downloads, answers), may tell more."
    ),
    "ready.chart.title": "“{pattern}”: {rate} of 100 convert, {others} of the others",
    "ready.chart.none": "There is nothing to draw: no pattern was confirmed.",
    "role.patterns": "What leads do before they buy",
    "role.sources": "What leads of each source are worth",
    "ready.chart.x": "Convert, of 100 leads",
    "ready.chart.others": "others of the same age",
    "ready.chart.told": "leads with it",
    "ready.chart.caption": (
        "Rates are those of later leads, on which nothing was looked for. The line shows where the truth would lie in 95 of 100 "
        "cases. {assumed}"
    ),
    "column.patterns.pattern": "What they did",
    "column.patterns.leads_now": "Leads today",
    "column.patterns.leads_before": "Later leads before",
    "column.patterns.rate": "Convert, of 100",
    "column.patterns.low": "At least",
    "column.patterns.high": "At most",
    "column.patterns.others": "Of the others",
    "figure.leads_ready": "open leads show such a pattern today",
}

_KINDS = {"call": ("a call", "calls"), "mail": ("a mail", "mails"), "email": ("an e-mail", "e-mails"),
          "meeting": ("a meeting", "meetings"), "demo": ("a demo", "demos"), "visit": ("a visit", "visits")}  # fmt: skip

_EFFECT: Mapping[str, str] = {
    **{f"effect.kind.{kind}.1": one for kind, (one, _) in _KINDS.items()},
    **{f"effect.kind.{kind}.2": f"two {many} or more" for kind, (_, many) in _KINDS.items()},
    **{f"effect.kind.{kind}.3": f"three {many} or more" for kind, (_, many) in _KINDS.items()},
    "effect.kind.1": "“{kind}”",
    "effect.kind.2": "“{kind}” twice or more",
    "effect.kind.3": "“{kind}” three times or more",
    "effect.outcome.deals": "won",
    "effect.outcome.leads": "converted",
    "effect.more": "more often",
    "effect.less": "less often",
    "effect.plain": (
        "{deals} with {activity} in the first {first} were {outcome} {side}: {with_it} against {without} in 100."
    ),
    "effect.adjusted": (
        "With what was known by then held equal, {with_it} against {without} (the difference lies between {low} and {high})."
    ),
    "effect.not_adjusted": "This is not adjusted: {why}.",
    "effect.not_adjusted.either": "Not adjusted either, for the same reason.",
    "effect.unseen": (
        "Something we do not see that makes both {activity} and being {outcome} {unseen} times as likely would be enough to "
        "explain all of it, {unseen_edge} times to leave it open."
    ),
    "effect.none": (
        "Among {compared} {deals}, no activity of the first {first} clearly goes with being {outcome}; {count} were looked at. "
        "The largest difference:"
    ),
    "effect.compared": "Only the {compared} {deals} still open after their first {first} are compared: what ended sooner is not in it.",
    "effect.everywhere": "Nothing can be said of {kinds}: none of the {deals} was without it in the first {first}.",
    "effect.approach": (
        "{compared} {deals} that were still open after their first {first} were compared by what had been done for them in that "
        "time; whether they were {outcome} was counted over the {horizon} that followed. Held equal: {known}. {count} "
        "comparisons were made; clear means clear with all of them taken together."
    ),
    "effect.known.nothing": "nothing, because nothing else was known of them back then",
    "effect.money": "No amount is claimed: that they go together does not say that the activity earned it.",
    "effect.next": (
        "A test with some {deals} held out at random would settle it: draw half of the new ones, do {activity} for these only, "
        "and compare."
    ),
    "effect.next.plain": (
        "See whether “{activity}” only says how far a deal has come. If not, a test with some {deals} held out at random would "
        "settle it."
    ),
    "effect.next.none": "Choose activities by what they cost, for now; more deals, or a test at random, may tell them apart.",
    "effect.check": "Enough alike on both sides",
    "effect.check.pass": "For every activity there were enough with it and without it that were alike beforehand.",
    "effect.check.warn": "Too few were alike beforehand, so that only the plain difference is told: {activities}.",
    "effect.check.do": "see whether these activities are a stage by another name",
    "effect.chart.title": "Clear so far: {activity}",
    "effect.chart.title.none": "No activity clearly goes with winning so far",
    "effect.chart.x": "Difference in wins, of 100",
    "effect.chart.plain": "as it is",
    "effect.chart.told": "with what was known held equal",
    "effect.chart.caption": (
        "Right of zero: more often won with it. The line shows where the truth would lie in 95 of 100 cases, if nothing unseen is at "
        "work. {assumed}"
    ),
    "role.activities": "Activities that go with winning",
    "column.activities.activity": "Activity",
    "column.activities.times": "At least, times",
    "column.activities.with": "With it",
    "column.activities.without": "Without",
    "column.activities.won_with": "Won with it, of 100",
    "column.activities.won_without": "Won without, of 100",
    "column.activities.adjusted_with": "Held equal: with it",
    "column.activities.adjusted_without": "Held equal: without",
    "column.activities.low": "Difference at least",
    "column.activities.high": "Difference at most",
    "column.activities.grade": "How sure",
}

WORDS: Mapping[str, str] = {**_SOURCES, **_READY, **_EFFECT}
