"""Static files under names that carry their content's digest, so that browsers keep them for good."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise ships no types
    """Whitenoise's storage; source maps that packages name but do not ship do not stop it."""

    manifest_strict = True
    support_js_module_import_aggregation = True
