"""The load of the machine, measured by MLflow's monitors."""

from __future__ import annotations

from typing import Any


class Machine:
    """Monitors CPU and memory, and each NVIDIA GPU if ``nvidia-ml-py`` is installed."""

    def __init__(self) -> None:
        from mlflow.system_metrics.metrics.cpu_monitor import CPUMonitor
        from mlflow.system_metrics.metrics.gpu_monitor import GPUMonitor

        self._monitors: list[Any] = [CPUMonitor()]
        try:
            self._monitors.append(GPUMonitor())
        except (ImportError, RuntimeError):  # no library for it, or no such GPU
            return

    def measure(self) -> dict[str, float]:
        """Figures since the last call, under MLflow's names."""
        figures: dict[str, float] = {}
        for monitor in self._monitors:
            monitor.collect_metrics()
            figures |= {f"system/{name}": float(value) for name, value in monitor.aggregate_metrics().items()}
            monitor.clear_metrics()
        return figures
