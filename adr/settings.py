"""How this machine runs: paths, limits, devices. Settings never affect results; a recipe does that."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """One setting: the environment variable that sets it, its default as text, and one sentence on what it does."""

    variable: str
    default: str
    sentence: str

    def read(self) -> str:
        """The value in force: the environment variable's, or the default where it is unset or blank."""
        return os.environ.get(self.variable, "").strip() or self.default


SETTINGS: dict[str, Setting] = {
    setting.variable: setting
    for setting in (
        Setting("ADR_WORKSPACE", "workspace", "The workspace folder that the app opens."),
        Setting("ADR_MEMORY_LIMIT", "1500MB", "How much memory DuckDB may take before it spills to disk."),
        Setting(
            "ADR_ENGINE_GB",
            "9",
            "How many GB of postings the Rebalance page may load; above that it shows a sample of the instances.",
        ),
        Setting("ADR_THREADS", str(os.cpu_count() or 2), "How many threads DuckDB may use."),
        Setting("ADR_DEVICE", "auto", "Where models run: auto, cpu, cuda, cuda:1, mps."),
        Setting(
            "ADR_GENERATOR_MODEL",
            "assets/models/starter-diffusion",
            "Folder or hub id of the diffusion model that new plans use.",
        ),
        Setting(
            "ADR_SCORER_MODEL",
            "assets/models/starter-clip",
            "open_clip model that scores candidates: a folder, or NAME/PRETRAINED_TAG.",
        ),
        Setting(
            "ADR_DETECTOR_MODEL",
            "IDEA-Research/grounding-dino-base",
            "Grounding DINO model that looks for objects in images: a folder or hub id.",
        ),
        Setting("ADR_CAPTIONER_MODEL", "", "Folder or hub id of an image-text-to-text model that describes images."),
        Setting("ADR_LANGUAGE_MODEL_URL", "", "Base URL of an OpenAI-compatible server that writes conversations."),
        Setting("ADR_LANGUAGE_MODEL", "", "Name of the language model behind that URL."),
        Setting("ADR_LANGUAGE_MODEL_SEES", "no", "Whether that model sees the image as well: yes or no."),
        Setting(
            "ADR_JUDGE_URL",
            "",
            "Base URL of an OpenAI-compatible server whose model judges pictures [ADR_LANGUAGE_MODEL_URL].",
        ),
        Setting("ADR_JUDGE", "", "Name of the model behind that URL [ADR_LANGUAGE_MODEL]."),
        Setting(
            "ADR_ROLES",
            "",
            "TOML file with the role of each person who signs in to the app: viewer, reviewer or owner.",
        ),
        Setting("ADR_ROOTS", "", "Folders, separated like PATH, that paths typed into the app must lie in."),
        Setting("ADR_READ_ONLY", "no", "Whether the app shows a workspace without changing it: yes or no."),
        Setting("ADR_REVIEWER", "", "Name under which verdicts are kept when nobody is signed in."),
    )
}


def setting(variable: str) -> str:
    """The value in force of a setting; KeyError for a name that is not in `SETTINGS`."""
    return SETTINGS[variable].read()
