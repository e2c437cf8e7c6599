"""The sentences of findings, by name: part of the one plain-word table (`words.WORDS`)."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    # What a list of people finds.
    "tell.first": "Of our first 100, {found} {do}; at random, {random}.",
    "tell.first.few": "In the first tenth of our list {found} of 100 {do}; at random, {random}.",
    "tell.rule": "The rule “{rule}” finds {found} in its first 100.",
    "tell.rule.few": "In the first tenth of the list by the rule “{rule}” it is {found} of 100.",
    "tell.rule.equal.few": (
        "The rule “{rule}” does as well as ours, as far as we can tell: {found} of 100 in the first tenth of its list. Use "
        "the rule, it is simpler."
    ),
    "tell.chance.few": (
        "No list can be told from a random one so far: in the first tenth of ours {found} of 100 {do}; at random, {random}."
    ),
    "tell.rule.equal": (
        "The rule “{rule}” does as well as ours, as far as we can tell: its first 100 hold {found}. Use the rule, it is simpler."
    ),
    "tell.chance": (
        "No list can be told from a random one so far: of our first 100, {found} {do}; at random, {random}."
    ),
    "tell.rule.behind": (
        "Further down the list the rule falls behind: of 100 pairs it puts {theirs} in the right order, we put {ours}."
    ),
    "tell.expected": "Of the {customers} {people} asked about on {day}, we expect {expected} to {do}.",
    "tell.honest": "When we say 30 in 100, it is about 30: what we said and what happened differ by {gap} in 100.",
    "tell.honest.few": (
        "What we said and what happened differ by {gap} in 100 on average, no more than chance does among so few."
    ),
    "tell.honest.off": "What we say is off by {gap} in 100 on average: trust the order of the list more than the figures.",
    "tell.honest.off.chance": "What we say is off by {gap} in 100 on average: do not count on the figures either.",
    "tell.drivers": "What goes with it most: {first}.",
    "tell.approach.people": (
        "We looked at {learned} past dates, learned what came before {people} {did}, and tested it on {test}, a date "
        "that had no part in the learning."
    ),
    # What a labelled table finds.
    "label.waiting": "Of the {waiting} {people} whose answer is not known yet, we expect {expected} to {do}.",
    "label.listed": (
        "On the list are the {listed} {people} of whom this has not come true; each was scored by what was learned "
        "without it. If things go on as they did, {expected} of them will {do}."
    ),
    "label.leak": (
        "{columns} {look} filled in after the outcome, so nothing was learned from {them}. With {them} we would put "
        "{with_them} of 100 pairs in the right order instead of {without}: a leak, which no list made in time can keep."
    ),
    "label.suspects_only": "{columns} {look} filled in after the outcome and {were} left out.",
    "label.suspects": "{columns} {look} filled in after the outcome and {were} left out; with {them} it would be no better.",
    "label.ordered": (
        "Learned from earlier rows and tested on later ones, we put {ordered} of 100 pairs in the right order; with the "
        "rows shuffled, {shuffled}."
    ),
    "label.time": (
        "With the rows shuffled in time we would put {shuffled} of 100 pairs in the right order; in order of time, as it "
        "will be used, {ordered}."
    ),
    "label.few": (
        "This rests on {outcomes} outcomes: of 100 pairs we put {auc} in the right order, and it may be anything from {low} "
        "to {high}. About {more} more outcomes would halve that range."
    ),
    "label.approach.shuffled": (
        "The answer is known of {answered} {people}; {happened} of them {do}. They were dealt into {folds} parts, {times}; each "
        "part was predicted by what had been learned from the others alone, so that nobody was predicted by a rule that had "
        "seen the answer. Of 100 pairs, one that did and one that did not, {auc} were put in the right order{spread}."
    ),
    "label.approach.ordered": (
        "The answer is known of {answered} {people}; {happened} of them {do}. They were put in the order of time, and later "
        "ones were predicted by what had been learned from earlier ones alone. Of 100 pairs, one that did and one that did "
        "not, {auc} were put in the right order."
    ),
    "label.left_out": "Left out: “{column}”, because {reason}.",
    "label.kept": "Kept, because the config says that it was known before: {columns}.",
    "label.caption": "Tested on rows that nothing had been learned from.",
    "label.next": (
        "Begin at the top of the table {table}; leave one in ten out at random, and compare: that proves what your work "
        "changes. With value = … in [labels.{label}] it also tells when a contact pays."
    ),
    # What amounts find.
    "tell.total": "We expect {total} from {customers} {people} within {horizon}; the top tenth brings {share} in 100 of it.",
    "tell.miss": "For one {one} we are off by {miss} on average; the rule “{rule}” is off by {rule_miss}.",
    "tell.miss.equal": "For one {one} we are off by {miss} on average, the rule “{rule}” by {rule_miss}: no worse, as far as we can tell.",
    "tell.miss.alone": "For one {one} we are off by {miss} on average.",
    "tell.bias": "On the test date the total was {gap} in 100 too {side}.",
    "tell.bias.right": "On the test date the total was right to 1 in 100.",
    "tell.approach.amounts": (
        "We looked at {learned} past dates, learned what customers went on to spend, and tested it on {test}, a date "
        "that had no part in the learning."
    ),
    # Lifetimes.
    "tell.lifetime": "Our {customers} customers are worth {total} over the next {horizon}; the top tenth holds {share} in 100.",
    "tell.lifetime.alive": "{alive} of them are still customers, as far as their rhythm tells.",
    "tell.lifetime.holdout": "Held against {span} nobody had looked at, the number of purchases was {gap} in 100 too {side}.",
    "tell.lifetime.holdout.right": "Held against {span} nobody had looked at, the number of purchases was right to 1 in 100.",
    "tell.lifetime.rule": "Carrying on each customer's past rate would have been {gap} in 100 too {side}.",
    "tell.approach.lifetime": (
        "Each customer's purchases are read as a rhythm that may end for good at any time (“buy till you die”). It was "
        "worked out from the first part of the history and held against the rest."
    ),
    "tell.lifetime.panel": (
        "A worth over {horizon} cannot be told here: {reason}. What can be checked is answered instead: the next {panel}."
    ),
    # Channels of new customers.
    "tell.channel": "A new customer from {channel} brings {mean} ({low} to {high}); pay no more than {most} to win one.",
    "tell.channel.all": "A new customer brings {mean} ({low} to {high}); pay no more than {most} to win one.",
    "tell.channel.revenue": "A new customer from {channel} brings {mean} of revenue ({low} to {high}).",
    "tell.channel.all.revenue": (
        "A new customer brings {mean} of revenue ({low} to {high}). Without product costs or a margin nobody can say what "
        "winning one may cost."
    ),
    # Money.
    "counted.profit": "{value}, after the cost of the goods",
    "counted.revenue": "{value}, as revenue before any cost",
    "counted.amount": "the amount that stands in your data, before any cost",
    "counted.stake": "over all {people} asked about, the chance of each times {worth}",
    "counted.stake.first": "over all {people} asked about, the share of all who did it before times {worth}",
    "money.stake": "{stake} is at stake: {counted}.",
    "money.contact": (
        "Contacting the {contacts} {people} for whom it pays costs {cost} and would leave {profit}, if contact changes "
        "{share} in 100 of those among them who {do}, as assumed. It pays if contact changes {one_in} of those."
    ),
    "money.contact.none": (
        "At {cost} a contact and {share} in 100 changed by it, as assumed, nobody is worth contacting."
    ),
    "money.revenue": "{stake} is at stake: {counted}. Without product costs or a margin nobody can say when a contact pays.",
    "money.amounts": "{total} of {kind} in all, {mean} per customer.",
    "money.margin": "At a gross margin of {share} in 100, that is {profit} of profit.",
    "money.unknown": "What is at stake cannot be told: {why}.",
    "money.nothing": "No earnings are claimed: no test has measured any.",
    # What to do next.
    "next.list": (
        "Contact the {contacts} marked as worth contacting in the table {table}, leave one in ten of them out at random, "
        "and compare: that proves what contact changes."
    ),
    "next.list.none": "Lower the cost of a contact, or leave these {people} alone.",
    "next.list.revenue": "Set `margin` in [workspace] to learn whom it pays to contact; the list is the table {table}.",
    "next.list.amounts": (
        "The list is the table {table}; once amounts are known, it also tells whom it pays to contact."
    ),
    "next.rule": "Use the rule “{rule}” for now; more outcomes may tell the two apart.",
    "next.chance": (
        "Put nobody first by this list or by a rule yet: it takes more outcomes, or columns that say more about the "
        "{people}."
    ),
    "next.amounts": "Give the best treatment to the top tenth of the table {table}; plan the total with {total}.",
    "next.rule.amounts": ("Use the rule “{rule}” for now: it is no worse, and simpler. Plan the total with {total}."),
    "next.lifetime": "Spend on keeping a customer no more than a part of the worth in the table {table}.",
    # Charts' captions and assumptions.
    "caption.people": "Tested on {test}; every date uses only what was known by then.",
    "caption.lifetime": "Money a year ahead counts {rate} in 100 less than money today.",
    "assume.share": "Contact changes {share} in 100 of the {people} of “{title}” who {do}.",
    "assume.cost": "One contact for “{title}” costs {cost}.",
}
"""Text by name; braces are filled by `words.say`."""
