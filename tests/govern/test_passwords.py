"""Passwords: what is accepted, what is kept, and that nobody learns who has an account."""

from __future__ import annotations

import pytest

from tradewind.core.errors import AccountError
from tradewind.govern import passwords
from tradewind.govern.passwords import Cost, check_password, hash_password, needs_rehash, verify_password

CHEAP = Cost(passes=1, kibibytes=8, lanes=1)


@pytest.mark.parametrize(
    "password",
    [
        "short words", "password1234", "P@ssw0rd2026!", "qwertyuiop12", "123456789012", "aaaaaaaaaaaa", "abcabcabcabc",
        "iloveyou!!!!!!", "Summer2026!!", "zyxwvutsrqponm", "correcthorsebatterystaple", "7!9#2$4%6&8*", "x" * 300,
    ],
)  # fmt: skip
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(AccountError) as caught:
        check_password(password)
    assert password[:30] not in str(caught.value)


def test_ones_own_name_or_address_is_refused() -> None:
    with pytest.raises(AccountError, match="name or address"):
        check_password("Zoe.Lovelace-2026", ("zoe.lovelace@shop.example", "Zoë"))


@pytest.mark.parametrize(
    "password", ["lamp river seven cups", "пароль реки чашек", "tr4ct0r-gl4ss-p1ano", "我喜欢在雨中散步和读书呀"]
)
def test_what_nobody_tries_first_is_accepted(password: str) -> None:
    check_password(password, ("zoe@shop.example", "Zoë"))


def test_a_hash_is_argon2id_and_the_same_password_never_gives_the_same() -> None:
    one, other = hash_password("lamp river seven", CHEAP), hash_password("lamp river seven", CHEAP)
    assert one.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert one != other
    assert verify_password(one, "lamp river seven", CHEAP)
    assert not verify_password(one, "lamp river eight", CHEAP)


def test_a_password_is_the_same_from_every_keyboard() -> None:
    composed, apart = "Zo\u00eb river seven", "Zoe\u0308 river seven"
    assert verify_password(hash_password(composed, CHEAP), apart, CHEAP)


def test_other_parameters_are_noticed() -> None:
    kept = hash_password("lamp river seven", CHEAP)
    assert not needs_rehash(kept, CHEAP)
    assert needs_rehash(kept, Cost(passes=2, kibibytes=8, lanes=1))
    assert Cost() == Cost(passes=3, kibibytes=65_536, lanes=4)


def test_nobodys_password_costs_as_much_as_somebodys(monkeypatch: pytest.MonkeyPatch) -> None:
    """One verification with the full parameters is made for an account that does not exist, as for one that does."""
    made = []
    real = passwords._hasher(CHEAP)

    class Counted:
        def verify(self, kept: str, password: str) -> bool:
            made.append(kept.split("$")[:4])
            return bool(real.verify(kept, password))

    kept = hash_password("lamp river seven", CHEAP)
    passwords._dummy(CHEAP)
    monkeypatch.setattr(passwords, "_hasher", lambda cost: Counted())
    assert not verify_password(None, "lamp river seven", CHEAP)
    assert not verify_password(kept, "wrong", CHEAP)
    assert made[0] == made[1]
    assert not verify_password(None, "no account has this one", CHEAP)


def test_a_damaged_hash_lets_nobody_in() -> None:
    assert not verify_password("", "", CHEAP)
    assert not verify_password("$argon2id$v=19$m=8,t=1,p=1$x$y", "lamp", CHEAP)
