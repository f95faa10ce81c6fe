"""GANs you can rebuild: a PyTorch GAN package driven by a DVC pipeline and recorded in MLflow."""

__version__ = "0.2.0.dev0"
