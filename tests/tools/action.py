"""Runs the steps of a composite action as a GitHub runner does: action.py ACTION WORKSPACE [INPUT=VALUE]...

Prints what the steps print, then each output of the action as `output NAME=VALUE`. Exits with the code of the step that
failed. Supports only the expressions that our action uses.""" 

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

ours, workspace, *given = sys.argv[1:]
action = yaml.safe_load(pathlib.Path(ours, "action.yml").read_text())
assert action["runs"]["using"] == "composite"

given = dict(pair.split("=", 1) for pair in given)
unknown = given.keys() - action["inputs"].keys()
assert not unknown, f"no such input: {unknown}"
inputs = {name: given.get(name, str(spec.get("default", ""))) for name, spec in action["inputs"].items()}
outputs = {}


def value(expression):
    match expression.strip().split("."):
        case ["inputs", name]:
            return inputs[name]
        case ["github", name]:
            github = {"server_url": "https://github.com", "action_repository": "town/feedmill", "action_ref": "v0.1.0"}
            return github[name]
        case ["steps", step, "outputs", name]:
            return outputs.get(step, {}).get(name, "")
    sys.exit(f"unsupported expression: {expression}")


def filled(text):
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: value(found[1]), str(text))


def holds(condition):
    name, wanted = re.fullmatch(r"(\S+) == '([^']*)'", condition).groups()
    return value(name) == wanted


code = 0
with tempfile.TemporaryDirectory() as temporary:
    for number, step in enumerate(action["runs"]["steps"]):
        # Expressions in a script would be executed as code.
        assert "${{" not in step["run"], "an expression in `run`"
        if "if" in step and not holds(step["if"]):
            continue
        script = pathlib.Path(temporary, f"{number}.sh")
        script.write_text(step["run"])
        output = pathlib.Path(temporary, f"{number}.out")
        output.touch()
        env = os.environ | {name: filled(text) for name, text in step.get("env", {}).items()}
        env |= {"GITHUB_ACTIONS": "true", "GITHUB_ACTION_PATH": os.path.abspath(ours), "GITHUB_OUTPUT": str(output)}
        env |= {"GITHUB_WORKSPACE": os.path.abspath(workspace), "RUNNER_TEMP": temporary}
        folder = pathlib.Path(workspace, filled(step.get("working-directory", ".")))
        assert step["shell"] == "bash"
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", script]
        code = subprocess.run(shell, cwd=folder, env=env).returncode
        outputs[step.get("id", number)] = dict(line.split("=", 1) for line in output.read_text().splitlines())
        if code:
            break
sys.stdout.flush()
for name, spec in action.get("outputs", {}).items():
    print(f"output {name}={filled(spec['value'])}")
sys.exit(code)
