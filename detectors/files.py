"""What the files of a trained network are called."""

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
