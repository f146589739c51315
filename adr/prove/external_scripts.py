"""The two scripts of exported arms: one trains every arm with the same settings, one evaluates every arm alike.

Texts only; knows nothing of an experiment. Both take names of arms and seeds (ARM-SEED), or all of arms.txt.
"""

TASK = "adr_test"
BLANK = "adr-blank.png"
"""The grey picture that the blind twin sees in place of every picture."""
BATCH = 16
"""Examples per step where the design does not say."""
_HEAD = """#!/usr/bin/env bash
# {what} Call it without names for all of arms.txt, or with some: {script} original-0 random-0
set -euo pipefail
HERE="$(cd "$(dirname "${{BASH_SOURCE[0]}}")" && pwd)"
mapfile -t ALL < "$HERE/arms.txt"
NAMES=("${{@:-${{ALL[@]}}}}")
"""
_TRAIN = """
# The same for every arm and seed. Another value here makes another experiment, so change it for all or for none.
MODEL="${{MODEL:-{model}}}"
MAX_STEPS={steps}
BATCH={batch}
LEARNING_RATE={rate}

for NAME in "${{NAMES[@]}}"; do
  SEED="${{NAME##*-}}"
  DATA="$HERE/arms/$NAME"
  OUT="$HERE/models/$NAME"
  if [ -e "$OUT/finished" ]; then continue; fi
  mkdir -p "$OUT"
{command}
  touch "$OUT/finished"
done
"""
_LLAMA_FACTORY = """  cat > "$OUT/train.yaml" <<END
model_name_or_path: $MODEL
template: ${TEMPLATE:-qwen2_vl}
image_max_pixels: 262144
stage: sft
do_train: true
finetuning_type: lora
lora_rank: 8
lora_target: all
dataset_dir: $DATA
dataset: adr
media_dir: $HERE/images
cutoff_len: 2048
per_device_train_batch_size: 1
gradient_accumulation_steps: $BATCH
learning_rate: $LEARNING_RATE
max_steps: $MAX_STEPS
lr_scheduler_type: cosine
warmup_ratio: 0.1
bf16: true
seed: $SEED
data_seed: $SEED
output_dir: $OUT/adapter
END
  llamafactory-cli train "$OUT/train.yaml"
  llamafactory-cli export --model_name_or_path "$MODEL" --adapter_name_or_path "$OUT/adapter" \\
    --template "${TEMPLATE:-qwen2_vl}" --export_dir "$OUT/merged\""""
_MS_SWIFT = """  ROOT_IMAGE_DIR="$HERE/images" swift sft --model "$MODEL" --use_hf true --dataset "$DATA/train.jsonl" \\
    --tuner_type lora --lora_rank 8 --lora_alpha 32 --target_modules all-linear --torch_dtype bfloat16 \\
    --max_length 2048 --max_steps "$MAX_STEPS" --learning_rate "$LEARNING_RATE" --per_device_train_batch_size 1 \\
    --gradient_accumulation_steps "$BATCH" --seed "$SEED" --data_seed "$SEED" --output_dir "$OUT/adapter" \\
    --add_version false
  swift export --adapters "$OUT/adapter/checkpoint-$MAX_STEPS" --merge_lora true --output_dir "$OUT/merged\""""
_LLAVA = """  (cd "${LLAVA:?Set LLAVA to a clone of https://github.com/haotian-liu/LLaVA}" && \\
    deepspeed llava/train/train_mem.py --deepspeed scripts/zero3.json --data_path "$DATA/llava.json" \\
    --image_folder "$HERE/images" --lazy_preprocess True --model_name_or_path "$MODEL" --version v1 \\
    --model_max_length 2048 --vision_tower openai/clip-vit-large-patch14-336 --mm_projector_type mlp2x_gelu \\
    --mm_vision_select_layer -2 --mm_use_im_start_end False --mm_use_im_patch_token False --image_aspect_ratio pad \\
    --max_steps "$MAX_STEPS" --learning_rate "$LEARNING_RATE" --per_device_train_batch_size 1 \\
    --gradient_accumulation_steps "$BATCH" --seed "$SEED" --data_seed "$SEED" --bf16 True \\
    --gradient_checkpointing True --output_dir "$OUT/merged")"""
_TRAINERS = {
    "llama-factory": (_LLAMA_FACTORY, "Qwen/Qwen2.5-VL-3B-Instruct", "1.0e-4"),
    "ms-swift": (_MS_SWIFT, "Qwen/Qwen2.5-VL-3B-Instruct", "1e-4"),
    "llava": (_LLAVA, "liuhaotian/llava-v1.5-7b", "2e-5"),
}
_EVAL = """
# lmms-eval's name of the model's kind, and its tasks, with commas between; adr_test is the held-out part.
KIND="${{KIND:-{kind}}}"
TASKS="${{TASKS:-{task}}}"

cat > "$HERE/tasks/{task}/{task}.yaml" <<END
task: {task}
dataset_path: json
dataset_kwargs:
  data_files:
    test: $HERE/test.jsonl
test_split: test
output_type: generate_until
doc_to_visual: !function {task}.doc_to_visual
doc_to_text: !function {task}.doc_to_text
doc_to_target: target
process_results: !function {task}.process_results
generation_kwargs:
  max_new_tokens: 32
  do_sample: false
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
metadata:
  version: {version}
END
for NAME in "${{NAMES[@]}}"; do
  BLIND=""
  case "$NAME" in blind-*) BLIND="$HERE/images/{blank}" ;; esac
  ADR_TEST="$HERE" ADR_BLIND="$BLIND" python3 -m lmms_eval --model "$KIND" \\
    --model_args "pretrained=$HERE/models/$NAME/merged" --include_path "$HERE/tasks" --tasks "$TASKS" \\
    --batch_size 1 --log_samples --output_path "$HERE/logs/$NAME"
done
"""
_KINDS = {"llama-factory": "qwen2_5_vl", "ms-swift": "qwen2_5_vl", "llava": "llava"}
_MODULE = '''"""The held-out questions as a task of lmms-eval. ADR_TEST names the folder that their pictures lie in."""

import os

from PIL import Image


def doc_to_visual(doc):
    """The picture of a question, in a list; the grey one for the blind twin."""
    if not doc["picture"]:
        return []
    path = os.environ.get("ADR_BLIND") or os.path.join(os.environ["ADR_TEST"], doc["picture"])
    return [Image.open(path).convert("RGB")]


def doc_to_text(doc):
    """The question, and how to answer it."""
    return f"{doc['question']}\\nAnswer the question using a few words."


def process_results(doc, results):
    """Whether the answer is the right one. `adr prove read` judges the raw answer by its own rule."""
    return {"exact_match": float(results[0].strip().lower().rstrip(".") == doc["target"].strip().lower().rstrip("."))}
'''


def train_script(format: str, steps: int, batch: int) -> str:
    """`train.sh`: the same settings and number of steps for every arm and seed."""
    command, model, rate = _TRAINERS[format]
    head = _HEAD.format(what="Trains the arms, all with the same settings.", script="./train.sh")
    return head + _TRAIN.format(model=model, steps=steps, batch=batch, rate=rate, command=command)


def eval_script(format: str, version: str) -> str:
    """`eval.sh`: evaluates what train.sh has made, with a log of samples in `logs/ARM-SEED`."""
    head = _HEAD.format(what="Evaluates the trained arms with lmms-eval.", script="./eval.sh")
    return head + _EVAL.format(kind=_KINDS[format], task=TASK, version=version, blank=BLANK)


def task_module() -> str:
    """The Python part of the task that eval.sh names."""
    return _MODULE
