"""The section ``compute`` of params.yaml, and the devices of this machine."""

from ganforge.compute.settings import ComputeSettings, DeviceName, processors

__all__ = ["ComputeSettings", "DeviceName", "processors"]
