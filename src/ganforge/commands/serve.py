"""``ganforge serve``."""

from __future__ import annotations

import argparse

NAME, HELP = "serve", "answer requests for samples over HTTP with the registered champion"


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: the model, and the address."""
    parser.add_argument("--name", help="name of the registered model (default: ganforge- and the name of the data set)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine)")
    parser.add_argument("--port", type=int, default=5001, help="(default: 5001)")


def run(options: argparse.Namespace) -> None:
    """Replaces this process by `mlflow models serve`."""
    from ganforge.params import load_params
    from ganforge.publishing.registry import model_name
    from ganforge.publishing.serving import prepare_service

    service = prepare_service(options.name or model_name(load_params().dataset.name), options.host, options.port)
    print(f"version {service.version} of {service.name} starts at {service.address}; Ctrl-C ends it.", flush=True)
    service.become()
