"""Argument types that several verbs share."""

import argparse
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

from adr.options import is_list, is_switch
from adr.perspectives import choices, is_known
from adr.ray_cluster import OnRay
from adr.shipped import find, shipped


def count(text: str) -> int:
    """A whole number of at least 1; anything else is an error that argparse reports."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("give a whole number of at least 1")
    return value


def share(text: str) -> float:
    """A number from 0 to 1; anything else is an error that argparse reports."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("give a share from 0 to 1")
    return value


ENGINES = ("local", "ray")


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Add what says where models work: in processes of this machine, or on a Ray cluster."""
    parser.add_argument(
        "--engine", choices=ENGINES, default="local", help="processes of this machine, or a Ray cluster"
    )
    parser.add_argument("--address", metavar="A", help="of the cluster: auto or HOST:PORT [Ray on this machine]")
    parser.add_argument("--gpus", type=float, metavar="G", help="with ray: GPUs of each worker; 0.5: two share one")


def cluster_of(options: argparse.Namespace) -> OnRay | None:
    """The cluster that `add_cluster` and --workers ask for; None for this machine's own processes."""
    return OnRay(options.address, options.gpus, options.workers) if options.engine == "ray" else None


def path(text: str) -> str:
    """The absolute path of a file or folder. A verb may run in another process, whose current folder is another one."""
    return str(Path(os.path.expanduser(text)).absolute()) if text else text


def recipe_file(text: str) -> str:
    """The absolute path of a recipe file: the user's, or one that ships with the program."""
    return path(str(find(text)))


def perspective(text: str) -> str:
    """A perspective that comes with the program, stands for a column, or is brought by a package."""
    if not is_known(text):
        raise argparse.ArgumentTypeError(f"there is no perspective {text!r}; choose from {', '.join(choices())}")
    return text


def model_name(text: str) -> str:
    """A model: the absolute path of the user's own folder; a hub id, a name or what ships with the program as it is."""
    folder = Path(path(text))
    return str(folder) if folder.is_dir() and folder != shipped(text) else text


def path_or_none(text: str | None) -> Path | None:
    """The path, or None where no text is given."""
    return Path(text) if text else None


def add_options(parser: argparse.ArgumentParser, kind: type[Any]) -> None:
    """Add one argument per option of a stage; options that the user leaves out stay out of `given`."""
    for of in fields(kind):
        name, says = f"--{of.name.replace('_', '-')}", of.metadata["says"]
        shown = "" if of.default in (None, False) else f" [{of.default}]"
        if is_switch(of):
            parser.add_argument(name, action="store_true", default=None, help=says)
            continue
        if is_list(of):
            parser.add_argument(name, action="append", metavar=of.metadata["metavar"], help=f"{says}; may be repeated")
            continue
        if of.metadata["bare"]:
            choices = of.metadata["choices"]
            parser.add_argument(name, nargs="?", const=of.metadata["bare"], choices=choices, help=f"{says}{shown}")
            continue
        bounded = of.metadata["least"] is not None
        parser.add_argument(
            name,
            choices=of.metadata["choices"],
            type=float if bounded else model_name if of.metadata["metavar"] == "MODEL" else str,
            metavar=of.metadata["metavar"],
            help=f"{says}{shown}",
        )


def given(options: argparse.Namespace, kind: type[Any]) -> dict[str, Any]:
    """The options of a stage that the command line sets."""
    return {f.name: value for f in fields(kind) if (value := getattr(options, f.name)) is not None}
