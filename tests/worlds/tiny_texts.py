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
    config = {
        "embed_dim": 16,
        "vision_cfg": {"layers": 1, "width": 32, "head_width": 16, "patch_size": 16, "image_size": 32},
        "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": {}}))
    model = open_clip.CLIP(
        config["embed_dim"],
        open_clip.CLIPVisionCfg(**config["vision_cfg"]),
        open_clip.CLIPTextCfg(**config["text_cfg"]),
    )
    save_file(
        {name: value.contiguous() for name, value in model.state_dict().items()}, folder / "open_clip_model.safetensors"
    )
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

    def prepare(image: Image.Image) -> torch.Tensor:
        small = image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
        return torch.tensor(small, dtype=torch.float32)

    def tokenize(texts: list[str]) -> torch.Tensor:
        return torch.tensor([[float(color in text.split()) for color in COLORS] for text in texts])

    return Scorer("colors", ColorModel(), prepare, tokenize, Place("cpu", "float32"))


def speaker(folder: Path, says: str) -> Path:
    """A Llama whose weights are set by hand so that it answers every chat with `says`, which is one word to it."""
    from tokenizers import Tokenizer, decoders, models
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    letters = [chr(i) for i in range(32, 127)] + ["\n"]
    vocabulary = {word: i for i, word in enumerate(("<s>", "</s>", "<unk>", "<go>", *letters))}
    plain = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    plain.decoder = decoders.Fuse()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=plain,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="</s>",
        clean_up_tokenization_spaces=False,
    )
    tokenizer.add_special_tokens({"additional_special_tokens": ["<go>"]})
    tokenizer.add_tokens([says])
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }}\n{% endfor %}<go>"
    ids = {word: tokenizer.convert_tokens_to_ids(word) for word in ("<go>", "</s>", says)}
    size = len(tokenizer)
    width = size + size % 2
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=size,
            hidden_size=width,
            intermediate_size=8,
            num_hidden_layers=1,
            num_attention_heads=1,
            num_key_value_heads=1,
            max_position_embeddings=8192,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=1,
            tie_word_embeddings=False,
        )
    )
    with torch.no_grad():
        model.model.layers[0].self_attn.o_proj.weight.zero_()
        model.model.layers[0].mlp.down_proj.weight.zero_()
        model.model.embed_tokens.weight.copy_(torch.eye(size, width))
        model.lm_head.weight.zero_()
        model.lm_head.weight[ids[says], ids["<go>"]] = 10
        model.lm_head.weight[ids["</s>"], ids[says]] = 10
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def captioner(folder: Path) -> Path:
    """A LLaVA of random weights, which looks at pictures of 28 pixels and says letters."""
    from tokenizers import Tokenizer, decoders, models
    from transformers import (
        CLIPImageProcessor,
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
        PreTrainedTokenizerFast,
    )

    torch.manual_seed(0)
    letters = [chr(i) for i in range(97, 123)] + [" ", ".", "\n"]
    vocabulary = {word: i for i, word in enumerate(("<s>", "</s>", "<unk>", "<image>", *letters))}
    plain = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    plain.decoder = decoders.Fuse()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=plain,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="</s>",
        clean_up_tokenization_spaces=False,
    )
    tokenizer.add_special_tokens({"additional_special_tokens": ["<image>"]})
    vision = CLIPVisionConfig(
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=28,
        patch_size=14,
        projection_dim=16,
    )
    text = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=1024,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    LlavaForConditionalGeneration(
        LlavaConfig(vision_config=vision, text_config=text, image_token_index=3, image_seq_length=4)
    ).save_pretrained(folder)
    template = (
        "{% for m in messages %}{% for c in m['content'] %}{% if c['type'] == 'image' %}<image>{% else %}"
        "{{ c['text'] }}{% endif %}{% endfor %}\n{% endfor %}"
    )
    images = CLIPImageProcessor(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28})
    LlavaProcessor(
        image_processor=images,
        tokenizer=tokenizer,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=template,
    ).save_pretrained(folder)
    return folder
