"""What the commands that assess and explain open: delivered files, a snapshot, or a store of snapshots."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from xuezheng.kernel.refusal import NotFound
from xuezheng.register.delivery import Delivery, RefusedDelivery, read_delivery
from xuezheng.register.engine.content import content_digest, of_school_year
from xuezheng.register.snapshot import find_snapshot, open_snapshot


def read_sources(sources: Sequence[Path], *, school_year: int | None = None, mappings: Path | None = None) -> Delivery:
    """Return what the commands that assess and explain work on.

    The sources are workbooks, texts, Parquet files, folders of these, a snapshot, or a store of snapshots (then the
    newest snapshot of the school year, or of the newest year). `holdings.snapshot` is the digest of `school_year`,
    else of the newest. Raises `RefusedDelivery` where there are errors and `NotFound` where nothing is held of the
    school year; warnings are the caller's to print.
    """
    if len(sources) == 1:
        snapshot = find_snapshot(sources[0], school_year)
        if snapshot is not None:
            return Delivery(open_snapshot(snapshot, read_originals=False), (), (), ())
    delivery = read_delivery(sources, mappings=mappings)
    if delivery.errors:
        raise RefusedDelivery(delivery)
    if school_year is None:
        return delivery
    if delivery.school_years and school_year not in delivery.school_years:
        years = [str(year) for year in delivery.school_years]
        raise NotFound("school_year_not_held", school_year=school_year, held=years)
    holdings = delivery.holdings
    digest = content_digest(of_school_year(holdings.tables, school_year), holdings.outlines)
    return replace(delivery, holdings=replace(holdings, snapshot=digest))
