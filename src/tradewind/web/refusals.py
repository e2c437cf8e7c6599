"""Why a request is refused before it reaches any verb."""

from __future__ import annotations

from tradewind.core.visitor import PERMISSIONS, Permission


class Refusal(Exception):
    """A request that is not answered.

    Args:
        status: HTTP status.
        title: what is wrong, in a few words.
        detail: what to do, in a sentence.
    """

    status = 400

    def __init__(self, title: str, detail: str = "", status: int = 0) -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail
        self.status = status or type(self).status


class NotSignedIn(Refusal):
    """Nobody known sends it."""

    status = 401

    def __init__(self) -> None:
        super().__init__("Nobody is signed in", "Sign in, or send a token: Authorization: Bearer …")


class NotAllowed(Refusal):
    """The visitor may not do this."""

    status = 403

    def __init__(self, permission: Permission) -> None:
        super().__init__(
            "You may not do this", f"It needs the right to {PERMISSIONS[permission]}; an admin can give it."
        )


class StaleForm(Refusal):
    """A form without the token of its session: sent by another site, or after a new sign-in."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "This form is no longer valid", "Open the page again and repeat what you did; nothing was changed."
        )


class NotFound(Refusal):
    """There is no such thing, or none that this visitor may know of."""

    status = 404

    def __init__(self, what: str = "this page") -> None:
        super().__init__(f"There is no {what}", "Perhaps it was removed since, or belongs to somebody else.")


class Conflict(Refusal):
    """Somebody else changed the same thing first."""

    status = 409


class TooLarge(Refusal):
    """More than the server takes."""

    status = 413


class TooMany(Refusal):
    """Too many requests; `after` seconds until the next.

    Args:
        after: seconds.
    """

    status = 429

    def __init__(self, after: int) -> None:
        super().__init__("Too many requests", f"Try again in {after} s.")
        self.after = after
