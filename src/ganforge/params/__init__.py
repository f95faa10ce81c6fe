"""params.yaml as typed, validated objects, put together from the settings of the rooms.

There are no default values here: the pipeline sees only what is written in params.yaml, so whatever changes a
result has to stand there.
"""

from ganforge.params.reading import load_params, parse_params, read_yaml
from ganforge.params.whole import Params
from ganforge.settings import leaves

__all__ = ["Params", "leaves", "load_params", "parse_params", "read_yaml"]
