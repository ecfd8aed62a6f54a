"""The script that draws charts in the browser: Vega, Vega-Lite and Vega-Embed as one module, out of the wheel that draws our pictures."""

from importlib.metadata import version

import vl_convert as vlc

# One module with one export: the bundle's own one-letter names stay inside it and break no other script.
_MODULE = "export default vegaEmbed;"


def chart_module() -> str:
    """Return the source of an ES module whose default export is `vegaEmbed`; about 0.9 MB, and 0.3 MB compressed."""
    source: str = vlc.javascript_bundle(_MODULE)
    return source


def chart_module_version() -> str:
    """Return the version of the package that the module comes from: another version may be another module."""
    return version("vl-convert-python")
