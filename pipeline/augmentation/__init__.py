"""The stages of the augmentation study; see dvc.yaml in this folder."""
