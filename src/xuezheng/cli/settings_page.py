"""The generated page of the settings: every environment variable that the program reads."""

from xuezheng.cli.markdown import both, code, page, table
from xuezheng.web.configuration import SETTINGS


def settings_page(generated: str) -> str:
    """Return the page of the settings, from the one place where they are declared."""
    how = (
        "An installation is set up by environment variables alone: there is no file to edit. With systemd they stand in "
        "`/etc/xuezheng.env` (see [operating an installation](../how-to/operate.md)). A setting that is not given has its "
        "default; a value of the wrong form stops the start with a sentence. Secret values are never shown or logged."
    )
    rows = [
        (code(setting.name), code(setting.default) if setting.default else "—", "yes" if setting.is_secret else "", both(setting.meaning))
        for setting in SETTINGS
    ]  # fmt: skip
    return page("Settings", generated, how, table(("Setting", "Default", "Secret", "Meaning"), rows))
