"""Settings of the tests' own: the recipe for digits, whatever params.yaml of the working copy says."""

from pathlib import Path

from ruamel.yaml import YAML

RECIPE = Path(__file__).parents[1] / "recipes" / "digits.yaml"

# What the recipe leaves as it is. A new key of params.yaml comes into one of the two.
REST = """
dataset:
  held_out: test
images:
  crop: centre                 # how the square is found
                               # in an image that is none
  channels: auto
  background: "#ffffff"
  mirror: false
  min_side: 8
  max_megapixels: 50
  max_broken: 0.1
huggingface:
  path: ylecun/mnist
  config: none
  revision: main
  image: image
  label: label
  train: train
  test: test
extractor:
  seed: 0
train:
  on_failure: stop
  patience: 20000
  seed: 0                      # of the weights, the order of the images and the latent vectors
sample:
  show_per_class: 10
evaluation:
  neighbours: 5
  inception: false
directions:
  samples: 5000
  components: 3
  strength: 3.0
  seed: 1
gate:
  worse_by: {quality.fd_ratio: 0.5}
  alarms: refuse
augmentation_study:
  seeds: [0, 1, 2, 3, 4]
  validation_per_class: 20
  generated_per_class: 500
  shares: [0.1, 0.25, 0.5]
  classifier_images: 64000
  classic: {rotation: 10, translation: 0.1, scale: 0.1, mirror: false}
compute:
  device: auto
  processes: 1
  cuda_graphs: true
  checkpoint_seconds: 10
"""


def settings_text() -> str:
    """A whole params.yaml, with a comment behind every value."""
    sections = {}
    for line in f"{RECIPE.read_text()}{REST}".splitlines():
        if line and not line.startswith(("#", " ")):
            name = line
        elif line.startswith(" "):
            sections.setdefault(name, []).append(line if " # " in line else f"{line:<28}   # of a test")
    return "\n".join("\n".join([name, *lines, ""]) for name, lines in sections.items())


def default_settings() -> dict:
    """The same as a dictionary, to change."""
    return YAML(typ="safe", pure=True).load(settings_text())
