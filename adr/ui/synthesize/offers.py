"""What a plan can be made with: generators, models to name, ways to make conversations, in words."""

SAYS = {
    "text-to-image": "From words only: any Stable Diffusion, SDXL or turbo model.",
    "image-to-image": "From the parent's picture and words, by the same models.",
    "image-variation": "From the parent's picture only: the paper's first generator; needs a model made for it.",
    "controlnet": "From the outlines of the parent's picture and words: the paper's second generator.",
    "language": "No new picture: a conversation of the source is rewritten with rarer synonyms, about the same "
    "picture or none (the paper's language data synthesis). Fills tokens only.",
    "retrieve": "Nothing is made: real rows of the reservoir, with their own picture and conversation. A reservoir is "
    "read on the Dataset page.",
}
WAYS = {"level": "lowest first", "equal": "equally", "shortage": "by shortage", "hand": "by hand", "gain": "by gain"}
MODELS = {
    "text-to-image": (
        "stabilityai/sd-turbo",
        "stable-diffusion-v1-5/stable-diffusion-v1-5",
        "stabilityai/stable-diffusion-xl-base-1.0",
    ),
    "image-to-image": (
        "stabilityai/sd-turbo",
        "stable-diffusion-v1-5/stable-diffusion-v1-5",
        "stabilityai/stable-diffusion-xl-base-1.0",
    ),
    "image-variation": ("lambdalabs/sd-image-variations-diffusers",),
    "controlnet": ("stable-diffusion-v1-5/stable-diffusion-v1-5",),
}
CONTROLNETS = ("lllyasviel/sd-controlnet-canny", "lllyasviel/sd-controlnet-hed")
CONVERSATIONS = {
    "template": "by template, from what the prompt says",
    "parent": "the parent's own",
    "captioner": "a captioner looks at the picture",
    "language_model": "a language model, from the caption",
    "synonyms": "the parent's own, with tail synonyms",
    "rewrite": "a language model rewrites the parent's own with tail synonyms",
    "own": "the row's own",
}
ABOUT_MODELS = """
The **starter** model knows only the drawn demo world. For photographs, name a larger one:

* a **folder** that a diffusers pipeline was saved in, or
* a **hub id** such as `stabilityai/sd-turbo`; it is downloaded when the first picture is made. On a machine without a
  network, fetch it elsewhere (`hf download stabilityai/sd-turbo --local-dir sd-turbo`) and name the folder.

Stable Diffusion 1.5 needs about 4 GB of GPU memory, SDXL 10 GB; with less, parts wait in main memory and pictures take
longer. Without a GPU, a 512-pixel picture takes minutes: few-step models (turbo, lightning) help most. The device is
chosen automatically; `ADR_DEVICE` overrides the choice.
"""
