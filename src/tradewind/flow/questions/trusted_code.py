"""Python in a workspace's own folders: run only as its user trusted it, byte by byte, never before that was checked."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path
from types import CodeType, ModuleType

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.time import Days, Horizon
from tradewind.core.use_case import Economics, UseCase
from tradewind.flow.questions.question import Question
from tradewind.store.config import UserFeature
from tradewind.store.question_folders import QuestionFolder
from tradewind.store.trust import Trusted, find_trust, hashes, read_files, trust_dir

RUN = ("use_case.py", "features.py")
"""Files that are run: the declaration `USE_CASE`, and `FEATURES`, name to what `[features.<name>]` may hold."""


class _Checked(importlib.machinery.SourceFileLoader):
    """Loads a module from bytes that were compared with what was trusted: the file is not read a second time."""

    def __init__(self, name: str, path: Path, content: bytes) -> None:
        super().__init__(name, str(path))
        self._content = content

    def get_data(self, path: str) -> bytes:  # noqa: ARG002
        """Return the checked bytes, whatever the file holds by now."""
        return self._content

    def get_code(self, fullname: str) -> CodeType | None:  # noqa: ARG002
        """Compile the checked bytes; no cached code is read or written."""
        code: CodeType = self.source_to_code(self._content, self.path)
        return code


def load_question(folder: QuestionFolder) -> Question:
    """Return the question of a folder that holds Python.

    Raises:
        ConfigError: the folder is not trusted as it is now, or its code does not give what it should.
    """
    files = require_trust(folder)
    problems: list[Problem] = []
    question = Question(_case(folder, files, problems), folder.label_sql, features=_features(folder, files, problems))
    if problems:
        raise ConfigError(problems)
    return question


def placeholder(name: str) -> UseCase:
    """Return what stands in for a declaration until it is read."""
    return UseCase(name, name, name, "", "classification", "customer_id", Horizon(Days(30)), "", Economics("", ""))


def require_trust(folder: QuestionFolder) -> dict[str, bytes]:
    """Return the content of a trusted folder's files.

    Raises:
        ConfigError: nobody trusts it, or something in it has changed since.
    """
    files = read_files(folder.path)
    trusted = find_trust(trust_dir(os.environ), folder.path)
    where, do = f"use_cases/{folder.name}", f"read it, then: tradewind trust {folder.path}"
    if trusted is None:
        found = ", ".join(name for name in sorted(files) if name.endswith(".py"))
        raise ConfigError(Problem(where, "this folder holds Python, which runs only once you trust it", found, "", do))
    changed = what_changed(trusted, files)
    if changed:
        raise ConfigError(
            Problem(where, "this folder has changed since it was trusted", ", ".join(changed)[:200], "", do)
        )
    return files


def what_changed(trusted: Trusted, files: Mapping[str, bytes]) -> list[str]:
    """Return the files of a folder that differ from those that were trusted, that came, or that are gone."""
    now = hashes(files)
    names = sorted({*now, *trusted.files})
    return [name for name in names if now.get(name) != trusted.files.get(name)]


def _case(folder: QuestionFolder, files: Mapping[str, bytes], problems: list[Problem]) -> UseCase:
    if "use_case.py" not in files:
        return placeholder(folder.name)
    where = f"use_cases/{folder.name}/use_case.py"
    found = _run(folder, "use_case.py", files, problems, "USE_CASE")
    if isinstance(found, UseCase) and found.name == folder.name:
        return found
    if not problems:
        told = repr(found)[:80] if not isinstance(found, UseCase) else found.name
        problems.append(
            Problem(where, "it does not declare this question", told, f'USE_CASE = UseCase(name="{folder.name}", …)')
        )
    return placeholder(folder.name)


def _features(folder: QuestionFolder, files: Mapping[str, bytes], problems: list[Problem]) -> dict[str, UserFeature]:
    if "features.py" not in files:
        return {}
    where = f"use_cases/{folder.name}/features.py"
    found = _run(folder, "features.py", files, problems, "FEATURES")
    if not isinstance(found, Mapping):
        problems.append(
            Problem(where, "it gives no features", repr(found)[:80], 'FEATURES = {"name": {"sql": "…", …}}')
        )
        return {}
    features = {}
    for name, body in found.items():
        try:
            features[str(name)] = UserFeature.model_validate(body)
        except ValueError as error:
            problems.append(
                Problem(where, "this feature cannot be used", f"{name}: {str(error).splitlines()[0]}"[:200])
            )
    return features


def _run(folder: QuestionFolder, file: str, files: Mapping[str, bytes], problems: list[Problem], name: str) -> object:
    """Run one checked file and return what it calls by a name; whatever goes wrong in it is told as a problem."""
    module_name = f"tradewind_workspace_{folder.name}_{file.removesuffix('.py')}"
    loader = _Checked(module_name, folder.path / file, files[file])
    spec = importlib.util.spec_from_loader(module_name, loader)
    assert spec is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    try:
        loader.exec_module(module)
    except Exception as error:
        told = f"{type(error).__name__}: {error}"[:200]
        problems.append(Problem(f"use_cases/{folder.name}/{file}", "this code fails", told, "code that runs"))
        return None
    return getattr(module, name, None)
