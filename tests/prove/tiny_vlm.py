"""A vision-language model with random weights, made in the test: Idefics3's architecture, which SmolVLM shares."""

from dataclasses import dataclass
from pathlib import Path

CHAT = (
    "{% for message in messages %}{{ message['role'] | capitalize }}:"
    "{% for line in message['content'] %}{% if line['type'] == 'text' %} {{ line['text'] }}"
    "{% elif line['type'] == 'image' %}<image>{% endif %}{% endfor %}<end_of_utterance>\n"
    "{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"
)
SPECIAL = ["<pad>", "<unk>", "<s>", "<end_of_utterance>", "<image>", "<fake_token_around_image>", "<global-img>"]


@dataclass(frozen=True)
class Shape:
    """Sizes of the parts: width, inner width, layers, heads; (text only) heads of keys and words of the vocabulary.
    side, patch: of the picture in pixels; together: patches a side that become one token."""

    text: tuple[int, int, int, int, int, int]
    vision: tuple[int, int, int, int]
    side: int
    patch: int
    together: int


TINY = Shape((48, 96, 2, 4, 2, 0), (32, 64, 1, 2), side=16, patch=4, together=2)
SMOLVLM_256M = Shape((576, 1536, 30, 9, 3, 49_280), (768, 3072, 12, 12), side=512, patch=16, together=4)


def make_vlm(folder: Path, texts: list[str], shape: Shape = TINY) -> Path:
    """The folder with weights, processor and a tokenizer that knows the letters and words of `texts`."""
    import torch

    torch.manual_seed(0)
    processor = _processor(_tokenizer(texts), shape)
    _model(processor.tokenizer, shape).save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _tokenizer(texts):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer, inner.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator([*texts, "User: Assistant:"], trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        pad_token="<pad>",
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="<end_of_utterance>",
        additional_special_tokens=SPECIAL[4:],
    )


def _processor(tokenizer, shape):
    from transformers import Idefics3ImageProcessor, Idefics3Processor

    size = {"longest_edge": shape.side}
    images = Idefics3ImageProcessor(size=size, max_image_size=size, do_image_splitting=False)
    tokens = (shape.side // shape.patch // shape.together) ** 2
    return Idefics3Processor(images, tokenizer, image_seq_len=tokens, chat_template=CHAT)


def _model(tokenizer, shape):
    from transformers import Idefics3Config, Idefics3ForConditionalGeneration

    names = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads")
    text = {
        "model_type": "llama",
        **dict(zip(names, shape.text, strict=False)),
        "num_key_value_heads": shape.text[4],
        "vocab_size": max(len(tokenizer), shape.text[5]),
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
    vision = {**dict(zip(names, shape.vision, strict=True)), "image_size": shape.side, "patch_size": shape.patch}
    config = Idefics3Config(
        text_config=text,
        vision_config=vision,
        scale_factor=shape.together,
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        pad_token_id=tokenizer.pad_token_id,
    )
    return Idefics3ForConditionalGeneration(config)
