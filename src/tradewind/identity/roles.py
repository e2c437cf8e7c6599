"""What each column says of a person — e-mail, surname, birth date … — judged by its name and, where needed, its values.

The rest of the room knows roles only, so that it works for any table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from tradewind.core.errors import ConfigError, Problem
from tradewind.identity.normalise import NORMALISE, fold

ROLES = tuple(NORMALISE)
"""Everything a column can say of a person (or of a company or a work, which are matched in the same way)."""

_NAMES: Mapping[str, str] = {
    "email": "email|e mail|mail|email address|mail address|e mail adresse|emailadresse|correo|courriel|posta",
    "phone": "phone|telephone|tel|telefon|mobile|mobil|handy|cell|cell phone|phone number|mobile phone|telefono|"
    "telefonnummer|telefone|celular|rufnummer|movil|portable",
    "given_name": "given name|first name|firstname|forename|fname|vorname|prenom|nombre|nome|voornaam|imie|fornavn",
    "surname": "surname|last name|lastname|family name|lname|nachname|familienname|nom|nom de famille|apellido|"
    "apellidos|cognome|sobrenome|achternaam|nazwisko|etternavn|efternamn",
    "name": "name|full name|fullname|customer name|contact name|display name|vollstandiger name|nom complet|"
    "nombre completo|nome completo|billing name|shipping name",
    "birth_date": "birth date|birthdate|birthday|date of birth|dob|born|born on|geburtsdatum|geburtstag|"
    "date de naissance|fecha de nacimiento|data di nascita|data de nascimento|geboortedatum",
    "postcode": "postcode|post code|postal code|zip|zip code|zipcode|plz|postleitzahl|code postal|cp|codigo postal|"
    "cap|cep|postcode number|billing zip|shipping zip",
    "house_number": "house number|street number|hausnummer|house no|street no|numero|huisnummer|numero civico",
    "street": "street|street name|address|address 1|address1|address line 1|strasse|straße|adresse|direccion|"
    "indirizzo|endereco|rue|straat|adres|billing street|shipping street|street address",
    "city": "city|town|suburb|ort|stadt|ville|ciudad|citta|cidade|stad|plaats|miasto|locality|billing city",
    "company": "company|company name|organisation|organization|organization name|firm|firma|unternehmen|entreprise|"
    "societe|empresa|azienda|bedrijf|employer|account name",
}
_SHORTEST_WORD = 2

_ROLE_OF = {fold(word): role for role, words in _NAMES.items() for word in words.split("|")}


def find_roles(columns: Iterable[str], stated: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return role to column for the columns of one table.

    Args:
        columns: names of its columns.
        stated: role to column as config says it; it comes first.
    """
    names = list(columns)
    found = {role: column for role, column in (stated or {}).items() if column in names}
    for column in names:
        role = _ROLE_OF.get(fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)))
        if role is not None and role not in found and column not in found.values():
            found[role] = column
    if "given_name" in found and "surname" in found and "name" in found and "name" not in (stated or {}):
        del found["name"]  # the same words twice would count twice
    return found


def check_roles(stated: Mapping[str, str], columns: Sequence[str]) -> list[Problem]:
    """Return what is wrong with the roles that config states."""
    problems = []
    for role, column in stated.items():
        if role not in ROLES:
            problems.append(
                Problem(f"identity.roles.{role}", "there is no such role", "", f"one of: {', '.join(ROLES)}")
            )
        elif column not in columns:
            expected = f"one of: {', '.join(columns)}" if columns else "a column of a table that holds people"
            problems.append(Problem(f"identity.roles.{role}", "there is no such column", column, expected))
    return problems


def parse_rule(text: str, columns: Sequence[str], where: str = "identity.rules") -> tuple[str, ...]:
    """Read a rule such as `phone + surname`.

    Args:
        text: roles, or columns of the tables, joined by `+`.
        columns: names that may stand in it besides roles.
        where: its place, for the error.
    Raises:
        ConfigError: it names something that is neither.
    """
    parts = tuple(part.strip() for part in text.split("+"))
    wrong = [part for part in parts if part not in ROLES and part not in columns]
    if wrong or not parts:
        known = ", ".join([*ROLES, *(column for column in columns if column not in ROLES)])
        raise ConfigError(
            Problem(where, "this rule names nothing that records have", text, f"of: {known}", "phone + surname")
        )
    return parts
