"""One word spelled in several ways: capitals, accents, spaces and signs, and slips of a finger."""

from __future__ import annotations

from tradewind.checks.looked import Looked, Shape
from tradewind.core.trouble import Trouble, clean_lines

MOST = 3000
"""Different values up to which slips of a finger are looked for; they are compared two by two."""

RARE = 0.2
"""A slip is at most this often as frequent as the word it slipped from."""

_SHOWN = 12


def find_spelling(looked: Looked) -> list[Trouble]:
    """Find columns of few words in which one word has several spellings."""
    found = []
    for shape in looked.of_kind("text"):
        if shape.identity or shape.personal or shape.distinct < 2 or shape.filled < 20:
            continue
        if shape.distinct > 0.5 * shape.filled or shape.distinct > 50_000:
            continue
        spelled = {**_slips(looked, shape), **_same_letters(looked, shape)}
        if spelled:
            found.append(_tell(looked, shape, spelled))
    return [trouble for trouble in found if trouble is not None]


def _words(looked: Looked, shape: Shape) -> str:
    name = f'trim("{shape.name}")'
    return f'SELECT {name} AS word, count(*) AS n FROM "{looked.name}" WHERE "{shape.name}" IS NOT NULL GROUP BY 1'


def _same_letters(looked: Looked, shape: Shape) -> dict[str, str]:
    """Words that differ by capitals, accents, spaces or signs only, each to the most frequent spelling."""
    bare = "regexp_replace(lower(strip_accents(word)), '[^[:alnum:]]+', '', 'g')"
    bare = f"CASE WHEN {bare} = '' THEN word ELSE {bare} END"
    rows = looked.ask(
        f"SELECT word, best FROM (SELECT word, n, first_value(word) OVER (PARTITION BY {bare} ORDER BY n DESC, word) "
        f"AS best FROM ({_words(looked, shape)})) WHERE word <> best ORDER BY n DESC, word"
    )
    return {word: best for word, best in rows if not _numbers_differ(word, best)}


def _slips(looked: Looked, shape: Shape) -> dict[str, str]:
    """Rare words one letter left out, doubled, exchanged or mistaken away from a frequent one (Damerau 1964)."""
    if shape.distinct > MOST or _dense(looked, shape):
        return {}
    rows = looked.ask(
        f"WITH words AS ({_words(looked, shape)}) "
        "SELECT r.word, arg_min(f.word, (-f.n, f.word)) FROM words r JOIN words f "
        f"ON r.n <= {RARE} * f.n AND f.n >= 10 AND length(f.word) >= 5 AND abs(length(r.word) - length(f.word)) <= 1 "
        "AND damerau_levenshtein(lower(r.word), lower(f.word)) = 1 GROUP BY 1 ORDER BY 1"
    )
    return {word: best for word, best in rows if not _numbers_differ(word, best) and not _one_word_more(word, best)}


def _dense(looked: Looked, shape: Shape) -> bool:
    """Whether frequent words are a letter apart by nature, as surnames are."""
    words, close = looked.one(
        f"WITH words AS (SELECT word FROM ({_words(looked, shape)}) WHERE n >= 5 AND length(word) >= 4) SELECT "
        "(SELECT count(*) FROM words), (SELECT count(DISTINCT a.word) FROM words a JOIN words b ON a.word < b.word "
        "AND abs(length(a.word) - length(b.word)) <= 1 AND damerau_levenshtein(lower(a.word), lower(b.word)) = 1 "
        "AND lower(a.word) <> lower(b.word))"
    )
    return bool(words >= 100 and close > 0.03 * words)


def _numbers_differ(word: str, best: str) -> bool:
    """Whether two words differ in their digits: "Plan 1" is not "Plan 2"."""
    return [mark for mark in word if mark.isdigit()] != [mark for mark in best if mark.isdigit()]


def _one_word_more(word: str, best: str) -> bool:
    """Whether the difference is a single letter that stands alone: "Size S" and "Size M"."""
    ours, theirs = word.split(), best.split()
    return len(ours) == len(theirs) > 1 and any(
        one != two and min(len(one), len(two)) <= 2 for one, two in zip(ours, theirs, strict=True)
    )


def _tell(looked: Looked, shape: Shape, spelled: dict[str, str]) -> Trouble | None:
    listed = ", ".join("'" + word.replace("'", "''") + "'" for word in list(spelled)[:2000])
    said = ", ".join(f"“{word}” for “{best}”" for word, best in list(spelled.items())[:3])
    more = f" and {len(spelled) - 3} more" if len(spelled) > 3 else ""
    shown = dict(list(spelled.items())[:_SHOWN])
    do = f"the lines name the first {_SHOWN} of {len(spelled)} spellings" if len(spelled) > _SHOWN else ""
    return looked.trouble(
        shape.name, "spelling", "misleads", f"{{rows}} values ({{share}}) are other spellings: {said}{more}",
        f'trim("{shape.name}") IN ({listed})', treat=clean_lines(looked.name, shape.name, {"map": shown}), do=do,
    )  # fmt: skip
