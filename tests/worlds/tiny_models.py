"""Pipelines with tiny random weights, saved as any model is: the same classes and files as the full-size ones."""

from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    ControlNetModel,
    DDIMScheduler,
    StableDiffusionImageVariationPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import (
    CLIPImageProcessor,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

# Pictures of 32 pixels: 16 latents a side, each two pixels.
SIDE = 32
_CROSS = 16


def tokenizer() -> CLIPTokenizer:
    """A CLIP tokenizer that knows letters only."""
    letters = "abcdefghijklmnopqrstuvwxyz,."
    tokens = ["<|startoftext|>", "<|endoftext|>", *letters, *(c + "</w>" for c in letters)]
    return CLIPTokenizer(vocab={token: i for i, token in enumerate(tokens)}, merges=[], model_max_length=16)


def text_config(**more: Any) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=64,
        hidden_size=_CROSS,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=16,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
        **more,
    )


def vae() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 8),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=SIDE,
    )


def unet(**more: Any) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=SIDE // 2,
        block_out_channels=(8, 8),
        layers_per_block=1,
        norm_num_groups=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=4,
        **({"cross_attention_dim": _CROSS} | more),
    )


def scheduler() -> DDIMScheduler:
    return DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False
    )


def stable_diffusion(folder: Path) -> Path:
    """For text-to-image and image-to-image, in the form of Stable Diffusion 1.5 without its safety checker."""
    torch.manual_seed(0)
    StableDiffusionPipeline(
        vae=vae(),
        text_encoder=CLIPTextModel(text_config()),
        tokenizer=tokenizer(),
        unet=unet(),
        scheduler=scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder


def stable_diffusion_xl(folder: Path) -> Path:
    """The same in the form of SDXL: two text encoders, size conditioning."""
    torch.manual_seed(0)
    config = text_config(projection_dim=_CROSS)
    body = unet(
        cross_attention_dim=2 * _CROSS,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + _CROSS,
        transformer_layers_per_block=1,
        use_linear_projection=True,
    )
    StableDiffusionXLPipeline(
        vae=vae(),
        text_encoder=CLIPTextModel(config),
        text_encoder_2=CLIPTextModelWithProjection(config),
        tokenizer=tokenizer(),
        tokenizer_2=tokenizer(),
        unet=body,
        scheduler=scheduler(),
    ).save_pretrained(folder)
    return folder


def image_variation(folder: Path) -> Path:
    """In the form of the image-variation Stable Diffusion: an image encoder instead of a text encoder."""
    torch.manual_seed(0)
    encoder = CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            image_size=16,
            patch_size=8,
            projection_dim=_CROSS,
        )
    )
    StableDiffusionImageVariationPipeline(
        vae=vae(),
        image_encoder=encoder,
        unet=unet(),
        scheduler=scheduler(),
        safety_checker=None,
        feature_extractor=CLIPImageProcessor(size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16}),
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder


def controlnet(folder: Path) -> Path:
    """A ControlNet for `stable_diffusion`."""
    torch.manual_seed(0)
    ControlNetModel.from_unet(
        unet(), conditioning_channels=3, conditioning_embedding_out_channels=(8, 8)
    ).save_pretrained(folder)
    return folder
