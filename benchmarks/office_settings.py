"""The office's settings as they are, with an empty page among its addresses."""

from xuezheng.web.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.office_urls"
