"""The words of subscriptions: part of the one plain-word table (`words.WORDS`)."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    # What goes with an outcome, by part of the business.
    "tell.driver_groups": "What goes with it, by group (of 100): {groups}.",
    "drivers.group": "{group} {share} (above all {first})",
    "role.lights": "What became of each light",
    "role.driver_groups": "What goes with it, by group",
    "lights.chart.title": "Of 100 with {light}, {share} left; of 100 with {other}, {other_share}",
    "lights.chart.x": "Left, of 100",
    "lights.chart.caption": (
        "The same lights set on past days, each with what was known then; the line is the range that chance leaves. {assumed}"
    ),
    "groups.chart.title": "What goes with it most is {group}: {share} of 100",
    "groups.chart.x": "Weight, of 100",
    "groups.chart.caption": (
        "How far each part moves the list; the line is the range had we met others. What goes with it need not bring it about."
    ),
    "column.light": "Light",
    "column.looks": "Times seen",
    "column.lights.left": "Left",
    "column.driver_group": "Group",
    "column.driver_groups.share": "Weight",
    "column.driver_groups.sentence": "Above all",
    "figure.red_lights": "red",
    "figure.amber_lights": "amber",
    "figure.red_left_share": "of the red ones left, where it is known",
    # Traffic lights: signs differ in shape, so that colour is never the only one.
    "light.red": "▲ red",
    "light.amber": "◆ amber",
    "light.green": "● green",
    "health.use": "{kind}s",
    "health.use.any": "use",
    "health.reason.failed": "a payment failed on {day} and none has come since",
    "health.reason.stopped": "no {use} since {day}; usually {usual} a month",
    "health.reason.fallen": "{use} fell {by} since {month}: {now} in the last 30 days, usually {usual}",
    "health.reason.hardly": "hardly used: {counted} in the last 30 days, others have {others}",
    "health.reason.little": "{counted} in the last 30 days, others have {others}",
    "health.reason.monthly": "can leave any month, and those like them do so more often",
    "health.reason.bad": "gave a bad rating on {day}",
    "health.reason.overdue": "no payment for {days} days; usually every {usual}",
    "health.reason.renewal": "the contract can be left on {day}",
    "health.reason.wrote": "wrote to us on {day}",
    "health.reason.none": "more likely to leave than most, for no single reason",
    "health.call": "Call",
    "health.write": "Write",
    "health.task.failed": "{way}: the payment did not go through, ask for another way to pay.",
    "health.task.stopped": "{way}: ask what keeps them from using it, and offer to show it to them.",
    "health.task.fallen": "{way}: ask what has changed for them.",
    "health.task.hardly": "{way}: show them what it can do for them.",
    "health.task.little": "{way}: ask how it goes, and show what else it can do for them.",
    "health.task.wrote": "{way}: ask whether what they wrote about on {day} is settled.",
    "health.task.bad": "{way}: put right what went wrong on {day}.",
    "health.task.overdue": "{way}: ask whether the last invoice reached them.",
    "health.task.renewal": "{way}: talk about the renewal before {day}.",
    "health.task.ask": "{way}: ask how it goes and what is missing.",
    "health.task.none": "Nothing to do today.",
    "health.found": "Of {customers} customers, {red} are red, {amber} are amber and {green} are green today.",
    "health.found.about": "Red is mostly about {about}.",
    "health.before": (
        "Of those who left, {share} in 100 ({low} to {high}) had been red {days} days before; of all lights, {all} in 100 were "
        "red."
    ),
    "health.after": (
        "Of 100 red ones, {red} left within {horizon}, and {stayed} stayed; of 100 amber ones {amber} left, of 100 green ones "
        "{green}."
    ),
    "health.notice": "Whoever was red in the end had been so for {middle} days before leaving; half of them longer.",
    "health.unlearned": "Nothing could be learned from who left ({why}), so the lights rest on signs alone.",
    "health.unmeasured": "How early the lights turn red is not known yet: too few have left while they were looked at.",
    "health.today_only": "{columns} known as of today only, so the past was looked at without them.",
    "health.approach": (
        "Each customer's use, payments, messages and contract are held against the customer's own past, and the chance to leave "
        "against what is usual. The same was done on {looks} past days, with what was known on each, and compared with who left."
    ),
    "health.approach.unlearned": (
        "Each customer's use, payments, messages and contract are held against the customer's own past."
    ),
    "health.money": "The {red} red ones pay {amount} a year, which is revenue and not yet lost.",
    "health.money.unknown": "What the red ones pay is not known: map monthly_amount in [tables.subscriptions].",
    "health.money.none": "Nobody is red, so no customer's money stands out as being at risk.",
    "health.next": "Begin at the top of the table {table}: each row says what to do. What the calls change is not measured yet.",
    "health.next.none": "Nobody is red or amber: nothing has to be done today.",
}
