"""`trainer.md` of an export: the lines that start the format's trainer on it, to be run in the export's folder.

A text per format, in Markdown. The lines of a trainer name the data as "$OUT" and the pictures as "$IMAGES"; numbers
that are a matter of taste are those of the trainer's own examples. Knows nothing of how a format is written.
"""

from shlex import quote
from typing import Any

from adr.export import epoch_lines, reading, trainer_mixture
from adr.export.leaving import SYNTHETIC_FOLDER
from adr.export.work import Format, Work

FILE = "trainer.md"
_LLAVA = """
## LLaVA

In a clone of https://github.com/haotian-liu/LLaVA, with LoRA:

```sh
cd ~/LLaVA
deepspeed llava/train/train_mem.py --deepspeed scripts/zero3.json \\
    --data_path "$OUT/llava.json" --image_folder "$IMAGES" --lazy_preprocess True \\
    --model_name_or_path liuhaotian/llava-v1.5-7b --version v1 --model_max_length 2048 \\
    --vision_tower openai/clip-vit-large-patch14-336 --mm_projector_type mlp2x_gelu --mm_vision_select_layer -2 \\
    --mm_use_im_start_end False --mm_use_im_patch_token False --image_aspect_ratio pad \\
    --lora_enable True --lora_r 128 --lora_alpha 256 --mm_projector_lr 2e-5 --learning_rate 2e-4 \\
    --num_train_epochs 1 --per_device_train_batch_size 16 --group_by_modality_length True \\
    --bf16 True --tf32 True --gradient_checkpointing True --output_dir checkpoints/adr
```

"""
_LLAVA_NEXT = """
## LLaVA-NeXT

It reads the same file, alone or in a list of several, each with its `sampling_strategy`. In a clone of
https://github.com/LLaVA-VL/LLaVA-NeXT:

```sh
cd ~/LLaVA-NeXT
cat > adr.yaml <<END
datasets:
  - json_path: $OUT/llava.json
    sampling_strategy: all
END
torchrun --standalone --nproc_per_node=gpu llava/train/train_mem.py --deepspeed scripts/zero3.json \\
    --data_path adr.yaml --image_folder "$IMAGES" --video_folder "$IMAGES" --lazy_preprocess True \\
    --model_name_or_path lmms-lab/llava-onevision-qwen2-0.5b-ov --version qwen_1_5 --model_max_length 32768 \\
    --vision_tower google/siglip-so400m-patch14-384 --mm_projector_type mlp2x_gelu --mm_vision_select_layer -2 \\
    --mm_use_im_start_end False --mm_use_im_patch_token False --mm_patch_merge_type spatial_unpad \\
    --image_aspect_ratio anyres_max_9 --image_grid_pinpoints "(1x1),...,(6x6)" \\
    --mm_tunable_parts mm_vision_tower,mm_mlp_adapter,mm_language_model --mm_vision_tower_lr 2e-6 \\
    --learning_rate 1e-5 --num_train_epochs 1 --per_device_train_batch_size 1 --gradient_accumulation_steps 2 \\
    --bf16 True --tf32 True --gradient_checkpointing True --run_name adr --output_dir checkpoints/adr
```
"""
_LLAMA_FACTORY = """
## LLaMA-Factory

`pip install llamafactory`, then, with LoRA:

```sh
cat > adr.yaml <<END
model_name_or_path: Qwen/Qwen2.5-VL-7B-Instruct
template: qwen2_vl
image_max_pixels: 262144
stage: sft
do_train: true
finetuning_type: lora
lora_rank: 8
lora_target: all
dataset_dir: $OUT
dataset: adr
media_dir: $IMAGES
cutoff_len: 2048
preprocessing_num_workers: 16
per_device_train_batch_size: 1
gradient_accumulation_steps: 8
learning_rate: 1.0e-4
num_train_epochs: 3.0
lr_scheduler_type: cosine
warmup_ratio: 0.1
bf16: true
output_dir: saves/adr
END
llamafactory-cli train adr.yaml
```

The template belongs to the model; LLaMA-Factory's README has the table of both.
"""
_MS_SWIFT = """
## ms-swift

`pip install ms-swift`, then, with LoRA (`--tuner_type` is called `--train_type` before ms-swift 4):

```sh
ROOT_IMAGE_DIR="$IMAGES" swift sft --model Qwen/Qwen2.5-VL-7B-Instruct --use_hf true \\
    --dataset "$OUT/train.jsonl" --tuner_type lora --lora_rank 8 --lora_alpha 32 --target_modules all-linear \\
    --torch_dtype bfloat16 --max_length 2048 --num_train_epochs 1 --learning_rate 1e-4 \\
    --per_device_train_batch_size 1 --gradient_accumulation_steps 16 --output_dir output/adr
```
"""
_QWEN_VL = """
## Qwen-VL

In a clone of https://github.com/QwenLM/Qwen3-VL. The first lines add the dataset to the trainer's list; run them once.

```sh
cd ~/Qwen3-VL/qwen-vl-finetune
cat >> qwenvl/data/__init__.py <<END

data_dict["adr"] = {"annotation_path": "$OUT/train.jsonl", "data_path": "$IMAGES"}
END
torchrun --standalone --nproc_per_node=gpu qwenvl/train/train_qwen.py --deepspeed scripts/zero3.json \\
    --model_name_or_path Qwen/Qwen2.5-VL-7B-Instruct --dataset_use adr%100 --data_flatten True \\
    --tune_mm_vision False --tune_mm_mlp True --tune_mm_llm True --max_pixels 50176 --min_pixels 784 \\
    --model_max_length 8192 --learning_rate 1e-6 --num_train_epochs 1 --bf16 --gradient_checkpointing True \\
    --per_device_train_batch_size 4 --gradient_accumulation_steps 4 --output_dir output/adr
```
"""
_INTERNVL = """
## InternVL

In a clone of https://github.com/OpenGVLab/InternVL, with LoRA. The first lines write a copy of `meta.json` with whole
paths, because the trainer looks for relative ones in its own folder.

```sh
cd ~/InternVL/internvl_chat
python3 - "$OUT" "$IMAGES" > adr.json <<'END'
import json, sys

out, images = sys.argv[1:]
meta = json.load(open(f"{out}/meta.json", encoding="utf-8"))
for entry in meta.values():
    entry.update(root=images, annotation=f"{out}/{entry['annotation']}")
print(json.dumps(meta))
END
LAUNCHER=pytorch PYTHONPATH=. torchrun --standalone --nproc_per_node=gpu internvl/train/internvl_chat_finetune.py \\
    --meta_path adr.json --model_name_or_path OpenGVLab/InternVL2_5-8B --conv_style internvl2_5 \\
    --deepspeed zero_stage1_config.json --use_fast_tokenizer False --force_image_size 448 --down_sample_ratio 0.5 \\
    --max_dynamic_patch 6 --dynamic_image_size True --use_thumbnail True --ps_version v2 --vision_select_layer -1 \\
    --freeze_llm True --freeze_mlp True --freeze_backbone True --use_llm_lora 16 --drop_path_rate 0.0 \\
    --do_train True --num_train_epochs 1 --learning_rate 4e-5 --weight_decay 0.05 --max_seq_length 8192 \\
    --per_device_train_batch_size 4 --gradient_accumulation_steps 4 --bf16 True --grad_checkpoint True \\
    --group_by_length True --output_dir work_dirs/adr --overwrite_output_dir True
```
"""
_PARQUET = """
## TRL

`pip install trl`, then:

```sh
cat > adr_sft.py <<'END'
import os, sys

from datasets import Image, List, Value, load_dataset
from trl import SFTConfig, SFTTrainer

out, images = sys.argv[1:]
rows = load_dataset("parquet", data_files=f"{out}/data/*.parquet", split="train")
if rows.features["images"] == List(Value("string")):  # the pictures lie outside
    rows = rows.map(lambda row: {"images": [os.path.join(images, name) for name in row["images"]]})
    rows = rows.cast_column("images", List(Image()))
trainer = SFTTrainer(
    "Qwen/Qwen2.5-VL-3B-Instruct",
    args=SFTConfig(output_dir="adr", max_length=None, num_train_epochs=1, per_device_train_batch_size=1),
    train_dataset=rows,
)
trainer.train()
END
accelerate launch adr_sft.py "$OUT" "$IMAGES"
```

`max_length=None` keeps the places of the pictures; cut conversations would lose some of them.
"""
_FINEVISION = """
## nanoVLM

In a clone of https://github.com/huggingface/nanoVLM. The first lines name the data in its settings.

```sh
cd ~/nanoVLM
sed -i -E -e "s#^( *train_dataset_path:.*=).*#\\1 '$OUT'#" \\
    -e "s#^( *train_dataset_name:.*=).*#\\1 ('{config}',)#" models/config.py
torchrun --standalone --nproc_per_node=gpu train.py --no_log_wandb
```

It leaves out questions whose ratings are below `relevance_min_rating` and its like in the same file.
"""
TRAINERS = {
    "llava": _LLAVA + _LLAVA_NEXT,
    "llama-factory": _LLAMA_FACTORY,
    "ms-swift": _MS_SWIFT,
    "qwen-vl": _QWEN_VL,
    "internvl": _INTERNVL,
    "parquet": _PARQUET,
    "finevision": _FINEVISION,
}
_READ = """# Reading this export

No trainer starts on this format by itself. These lines, run in the folder of this export, read it:
"""


def write(work: Work, format: Format, manifest: dict[str, Any]) -> None:
    """Write FILE into the export's folder."""
    with work.file(FILE) as out:
        out.write(text(format, manifest).encode())


def text(format: Format, manifest: dict[str, Any], out: str = "", images: str = "") -> str:
    """The page in Markdown. out, images: the folders of the export and of its pictures, where they are known; else the
    lines take the folder that they are run in."""
    epochs = epoch_lines.text(format.name, manifest)
    if format.name not in TRAINERS:
        main = manifest["main"][0] if manifest["main"] else ""
        code = reading.code(format.name, out or ".", main, f"{out or '.'}/images")
        return f"{_READ}\n```python\n{code}\n```\n{epochs}"
    start = TRAINERS[format.name].replace("{config}", manifest.get("configuration") or "")
    if "mixture" in manifest:
        start = trainer_mixture.changed(format.name, _LLAVA_NEXT if format.name == "llava" else start, manifest)
    first = "First" if out else "First, in the folder of this export"
    return f"# Starting the trainer\n\n{first}:\n\n```sh\n{_where(manifest, out, images)}\n```\n{epochs}{start}"


def _where(manifest: dict[str, Any], out: str, images: str) -> str:
    """The lines that name the folders of data and pictures, and lay synthetic pictures beside the source's."""
    lines = [f"OUT={quote(out) if out else '$PWD'}"]
    outside = manifest["options"]["images"] == "reference"
    if not outside:
        lines.append("IMAGES=$OUT/images")
    elif images:
        lines.append(f"IMAGES={quote(images)}")
    else:
        lines.append("IMAGES=/path/to/images  # the image folder of the source")
    if outside and manifest["synthesis"]["images"]:
        lines.append(f'ln -sfn "$OUT/images/{SYNTHETIC_FOLDER}" "$IMAGES/{SYNTHETIC_FOLDER}"')
    return "\n".join(lines)
