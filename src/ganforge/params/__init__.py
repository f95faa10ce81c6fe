"""params.yaml as typed, validated objects, put together from the settings of the rooms.

There are no default values: the pipeline uses only what params.yaml contains, so every setting that changes a result
is written there.
"""

from ganforge.params.reading import load_params, parse_params, read_yaml
from ganforge.params.whole import Params
from ganforge.settings import leaves

__all__ = ["Params", "leaves", "load_params", "parse_params", "read_yaml"]
