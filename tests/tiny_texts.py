"""Models with tiny random weights that read and write text: open_clip, a captioner, a language model; and a scorer
whose embeddings can be worked out by hand."""

import json
from pathlib import Path
from typing import Any

import torch
from PIL import Image

COLORS = ("red", "green", "blue")


def clip(folder: Path) -> Path:
    """An open_clip model of 0.8 million random weights, as the program loads any other from a folder."""
    import open_clip
    from safetensors.torch import save_file

    torch.manual_seed(0)
    config = {"embed_dim": 16,
              "vision_cfg": {"layers": 1, "width": 32, "head_width": 16, "patch_size": 16, "image_size": 32},
              "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1}}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": {}}))
    model = open_clip.CLIP(config["embed_dim"], open_clip.CLIPVisionCfg(**config["vision_cfg"]),
                           open_clip.CLIPTextCfg(**config["text_cfg"]))
    save_file({name: value.contiguous() for name, value in model.state_dict().items()},
              folder / "open_clip_model.safetensors")
    return folder


class ColorModel:
    """Says of a picture how red, green and blue it is, and of a text which of these words it holds."""

    def encode_image(self, batch: torch.Tensor, normalize: bool) -> torch.Tensor:
        return torch.nn.functional.normalize(batch, dim=-1)

    def encode_text(self, batch: torch.Tensor, normalize: bool) -> torch.Tensor:
        return torch.nn.functional.normalize(batch, dim=-1)


def color_scorer() -> Any:
    """A `Scorer` of `ColorModel`: the embedding of a picture is its mean colour, that of a text its colour words."""
    from adr.models import Place
    from adr.synthesize.scores import Scorer

    def prepare(picture: Image.Image) -> torch.Tensor:
        small = picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
        return torch.tensor(small, dtype=torch.float32)

    def tokenize(texts: list[str]) -> torch.Tensor:
        return torch.tensor([[float(color in text.split()) for color in COLORS] for text in texts])

    return Scorer("colors", ColorModel(), prepare, tokenize, Place("cpu", "float32"))
