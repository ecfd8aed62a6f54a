"""Counties held ready in memory: an evaluation's rows as they were judged, for explanations and what-ifs."""

import json
from functools import lru_cache
from threading import Lock

from xuezheng.catalogue.standard import load_standard
from xuezheng.register.holdings import Holdings
from xuezheng.register.queries import get_holdings
from xuezheng.standards.engine.judgements import Judgement, with_judgements
from xuezheng.standards.engine.what_if import Scenario
from xuezheng.standards.models import Evaluation

# One scenario of a full county takes some 25 MB; these are shared by all who work with the same few years.
SCENARIOS_KEPT = 8
_preparing = Lock()


def get_scenario(evaluation: Evaluation) -> Scenario:
    """Return an evaluation's county, ready for what-ifs; kept for the next one who asks.

    Raises `UnusableFile` where the snapshot's folder is not there.
    """
    # Two who ask at once for the same county wait for one reading instead of reading twice.
    with _preparing:
        return _scenario(_Key(evaluation))


def get_judged_holdings(evaluation: Evaluation) -> Holdings:
    """Return an evaluation's snapshot with what people had judged laid over it, as it was evaluated."""
    holdings = get_holdings(evaluation.snapshot)
    return with_judgements(holdings, evaluation.county_id, evaluation.school_year, judgements_of(evaluation.judged))


def judgements_of(judged: dict[str, dict[str, str | bool | None]]) -> list[Judgement]:
    """Return the judgements that an evaluation keeps, in the order of their keys."""
    found = []
    for key in sorted(judged):
        answer, evidence = judged[key].get("answer"), judged[key].get("evidence")
        root, _, indicator = key.partition("/")
        found.append(Judgement(root, indicator, answer if isinstance(answer, bool) else None, str(evidence or "")))
    return found


class _Key:
    """What a scenario depends on: the snapshot, the standard, the county and the judged answers."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.parts = (
            evaluation.snapshot.digest, evaluation.standard, evaluation.school_year, evaluation.county_id,
            json.dumps(evaluation.judged, sort_keys=True),
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash(self.parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.parts == other.parts


@lru_cache(maxsize=SCENARIOS_KEPT)
def _scenario(key: _Key) -> Scenario:
    evaluation = key.evaluation
    standard = load_standard(evaluation.standard)
    return Scenario(get_judged_holdings(evaluation), standard, evaluation.school_year, evaluation.county_id)
