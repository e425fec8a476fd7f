"""Saved models are programs: what a .keras file holds, told without loading it.

A .keras file is a zip archive of config.json (which classes, with which arguments), metadata.json and
model.weights.h5. To load it is to call what the config names. Keras's `safe_mode` refuses Lambda layers,
whose Python code is stored in the file; but safe mode itself has been got round several times by configs that
name functions (CVE-2025-1550, mended in Keras 3.9; CVE-2025-8747, mended in 3.11). So look first:
`inspect_model_file` reads the config as text, against a list of what may be named, and calls nothing.
"""

import io
import json
import zipfile
from pathlib import Path
from typing import NamedTuple

MEMBERS = ("config.json", "metadata.json", "model.weights.h5")
LARGEST_FILE = 512 * 2**20  # bytes, unpacked
LARGEST_CONFIG = 8 * 2**20
DEEPEST = 100  # nested brackets of a config
_KERAS = """activations constraints initializers layers losses metrics models optimizers optimizers.schedules
regularizers src.models.functional src.models.model src.models.sequential"""
MODULES = frozenset(f"keras.{name}" for name in _KERAS.split())
# What a config holds beside them: the types of weights, and the tensors of the graph.
NAMES = {
    *(("keras", name) for name in ("DTypePolicy", "Functional", "Model", "Sequential", "Variable")),
    *(("None", name) for name in ("__keras_tensor__", "__tensor__", "__numpy__")),
}
CODE = {
    "Lambda": "Python code stored in the file, which runs when the model is loaded or used",
    "__lambda__": "Python code stored in the file, which runs when the model is loaded or used",
    "TorchModuleWrapper": "a pickle within the config, which runs whatever code it holds",
    "TFSMLayer": "loads another saved model from a path that the file names",
}
PACKAGES = ("rnncourse",)


class ModelFile(NamedTuple):
    """What a model file holds. `problems` is empty where nothing speaks against loading it."""

    members: tuple  # (name, bytes unpacked), in the archive's order
    keras_version: str
    classes: tuple  # (module, class name, how often), sorted
    problems: tuple  # of str, for people

    @property
    def safe(self):
        return not self.problems


def inspect_model_file(path, *, packages=PACKAGES):
    """Read a .keras file without loading it; a ModelFile. What the file holds never raises.

    Problems: not a zip archive (an .h5 or pickle file is named as such), members that do not belong, paths
    that lead out of the archive, sizes beyond bounds, a broken or deep config, Python code (Lambda), classes
    and functions outside Keras's own layers and the registered classes of `packages`, a vocabulary or weights
    that lie in other files. A clean list is no proof that the weights mean well: a trigger leaves none of
    these traces. Raises FileNotFoundError where there is no file.
    """
    path = Path(path)
    start = path.read_bytes()[:8] if path.is_file() else _missing(path)
    if not zipfile.is_zipfile(path):
        return ModelFile((), "", (), (_kind_of(start),))
    try:
        with zipfile.ZipFile(path) as archive:
            return _inspect(archive, packages)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        return ModelFile((), "", (), (f"the archive cannot be read: {error}",))


def load_model(path, *, packages=PACKAGES):
    """The model of a .keras file in which `inspect_model_file` finds no problem, loaded in safe mode.

    Raises ValueError that lists the problems otherwise.
    """
    import keras

    found = inspect_model_file(path, packages=packages)
    if not found.safe:
        listed = "\n".join(f"- {problem}" for problem in found.problems)
        raise ValueError(
            f"{Path(path).name} is not loaded:\n{listed}\nAsk for weights alone, and build it yourself"
        )
    return keras.saving.load_model(path, safe_mode=True, compile=False)


def _inspect(archive, packages):
    members = tuple((info.filename, info.file_size) for info in archive.infolist())
    problems = _problems_of_members(members)
    if problems:
        return ModelFile(members, "", (), tuple(problems))
    config, version = _json(archive, "config.json", problems), ""
    metadata = _json(archive, "metadata.json", problems)
    if isinstance(metadata, dict):
        version = str(metadata.get("keras_version", ""))
    classes = {}
    for entry in _entries(config, problems):
        name = _named(entry)
        classes[name] = classes.get(name, 0) + 1
        inner = entry.get("config")
        if isinstance(inner, dict) and isinstance(inner.get("vocabulary"), str):
            problems.append(
                f"{name[1]}: reads a file of this machine, {inner['vocabulary']!r}, as vocabulary"
            )
    for module, name in sorted(classes):
        problems += _problems_of_class(module, name, packages)
    if "model.weights.h5" in dict(members):
        problems += _problems_of_weights(archive.read("model.weights.h5"))
    counted = tuple((*name, count) for name, count in sorted(classes.items()))
    return ModelFile(members, version, counted, tuple(dict.fromkeys(problems)))


def _problems_of_members(members):
    problems = [f"{name} is missing" for name in MEMBERS[:2] if name not in dict(members)]
    names = [name for name, _ in members]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            problems.append(f"{name} is there twice: which one counts is not said")
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
            problems.append(f"{name!r} leads out of the archive")
        elif name not in MEMBERS and not name.startswith("assets/"):
            problems.append(f"{name!r} does not belong into a .keras file")
        if name.endswith((".pkl", ".pickle", ".npy", ".npz", ".pt", ".joblib", ".py", ".so", ".dll")):
            problems.append(f"{name!r} can hold code or pickled objects")
    total = sum(size for _, size in members)
    if total > LARGEST_FILE or dict(members).get("config.json", 0) > LARGEST_CONFIG:
        problems.append(f"unpacked, it takes {total:,} bytes: too large")
    return problems


def _json(archive, name, problems):
    text = archive.read(name).decode("utf-8", "replace")
    try:
        return json.loads(text) if _depth(text) <= DEEPEST else problems.append(f"{name} is nested too deep")
    except (ValueError, RecursionError) as error:
        problems.append(f"{name} is no JSON: {error}")


def _depth(text):
    """An upper bound of the nesting, without parsing: brackets within strings count, too."""
    deepest = depth = 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        deepest = max(deepest, depth)
    return deepest


def _entries(config, problems):
    """Every object of the config that names a class or a function, at whatever depth."""
    if not isinstance(config, dict):
        problems.append("config.json describes no model")
        return
    waiting = [config]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "class_name" in value:
                yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _named(entry):
    """(module, name) that Keras would look up; a function counts as what it is, not as "function"."""
    name, module = entry.get("class_name"), entry.get("module")
    registered = entry.get("registered_name")
    if name == "function":
        name = entry.get("config")
    if isinstance(registered, str) and ">" in registered:
        module, name = registered.split(">", 1)
        module += ">"
    return str(module), str(name)


def _problems_of_class(module, name, packages):
    if name in CODE:
        return [f"{name}: {CODE[name]}"]
    if module in MODULES or (module, name) in NAMES or module in {f"{package}>" for package in packages}:
        return []
    return [f"{module} {name}: not one of Keras's layers, nor of {', '.join(packages)}"]


def _problems_of_weights(raw):
    """Links of an HDF5 file to other files: they would be read when the model is loaded."""
    import h5py

    problems = []

    def visit(group, path):
        for name in group:
            link = group.get(name, getlink=True)
            where = f"{path}/{name}"
            if isinstance(link, h5py.ExternalLink):
                problems.append(f"weights {where} lie in another file: {link.filename!r}")
            elif isinstance(link, h5py.HardLink):
                value = group[name]
                if isinstance(value, h5py.Group):
                    visit(value, where)
                elif value.external:
                    problems.append(f"weights {where} lie in another file: {value.external[0][0]!r}")

    try:
        with h5py.File(io.BytesIO(raw), "r") as file:
            visit(file, "")
    except (OSError, RuntimeError, RecursionError, ValueError, KeyError) as error:
        problems.append(f"model.weights.h5 cannot be read: {error}")
    return problems


def _kind_of(start):
    if start.startswith(b"\x89HDF"):
        return "an HDF5 file: the older format, whose loader has ignored safe_mode; save it as .keras"
    if start[:1] == b"\x80":
        return "a pickle: to load it runs whatever code it holds; ask for weights alone (.npz, .h5)"
    return "no .keras file: not a zip archive"


def _missing(path):
    raise FileNotFoundError(f"there is no file {path.name}")
