"""Where every row of a delivery went, as lines."""

from collections.abc import Iterable

from xuezheng.catalogue.messages import sentence
from xuezheng.register.delivery import Account
from xuezheng.register.sentences import printable, table_word


def account_lines(accounts: Iterable[Account], language: str) -> list[str]:
    """Return one line a sheet: rows read, imported, refused, and passed over by reason."""
    return [_line(account, language) for account in accounts]


def _line(account: Account, language: str) -> str:
    reasons = [
        f"{sentence(f'skipped_{reason}', language, {})[0]} {number}" for reason, number in account.skipped.items()
    ]
    separator = "、" if language == "zh" else ", "
    what, _ = sentence(
        "account_line",
        language,
        {
            "place": " · ".join(part for part in (account.file, account.sheet) if part),
            "table": table_word(account.table, language),
            "read": account.rows_read,
            "imported": account.imported,
            "refused": account.refused,
            "skipped": sum(account.skipped.values()),
            "reasons": f" ({separator.join(reasons)})" if reasons else "",
        },
    )
    return printable(what)
