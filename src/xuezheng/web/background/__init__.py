"""Work that takes longer than a page: queued in the database, run by a worker, with progress, cancel and retry.

    @work("register.check_import")                      # in web/pages/<part>/jobs.py: found there by itself
    def check_import(job: Work) -> dict[str, Any]:
        for done, file in enumerate(files):
            job.progress(done, len(files), "checking_file", file=file.name)
            ...
        return {"import": 7}                            # JSON; shown by who asked for it

    job = enqueue(kind="register.check_import", arguments={"import": 7}, by=reach.actor, at=request.at, county="509901")

`Job` (web.models) is the truth about a piece of work; django-tasks-db holds tickets that make a worker look at it.
"""

from xuezheng.web.background.kinds import work
from xuezheng.web.background.queue import enqueue
from xuezheng.web.background.running import Cancelled, Work

__all__ = ["Cancelled", "Work", "enqueue", "work"]
