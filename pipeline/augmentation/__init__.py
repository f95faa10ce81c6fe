"""The stages of the augmentation study; see dvc.yaml beside this file."""
