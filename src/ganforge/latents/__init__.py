"""The space that a generator draws from, as a tool: to walk in, to find images in, and to edit them by."""

from ganforge.latents.directions import Directions, find_directions
from ganforge.latents.projection import Projection, describe_error, project
from ganforge.latents.space import Space

__all__ = ["Directions", "Projection", "Space", "describe_error", "find_directions", "project"]
