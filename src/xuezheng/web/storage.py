"""Static files under names that carry their content's digest, so that browsers keep them for good."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

# The patterns of imports, which Django applies to all scripts.
_MODULE_IMPORTS = HashedFilesMixin._js_module_import_aggregation_patterns[1]  # type: ignore[attr-defined]  # noqa: SLF001


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise ships no types
    """Whitenoise's storage. Imports between modules are rewritten in our own scripts only.

    Scripts of packages name modules in their comments that nobody ships; rewriting those would stop the collection.
    """

    manifest_strict = True
    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = ("xuezheng/*.js", _MODULE_IMPORTS)
