"""What is emitted: returns, statements and bulletins made from frozen slices.

This package opens no registry and no warehouse. It takes directory paths of frozen slices and
values (the decision hash expected, the hashes of today) and returns values; it writes packs only.
The public entry is :func:`reports.emission.emit`; the outputs that exist are those whose folder
holds a ``layout.yml`` or an ``output.yml`` (:func:`reports.outputs.discover_outputs`).
"""

from reports.emission import EmitResult, emit
from reports.gate import EmissionRefused, check_slice
from reports.outputs import Output, discover_outputs

__all__ = ["EmissionRefused", "EmitResult", "Output", "check_slice", "discover_outputs", "emit"]
