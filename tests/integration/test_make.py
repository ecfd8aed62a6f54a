"""The recipes that a newcomer types: they exist, they are what continuous integration runs, they say what is missing."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RECIPES = ("setup", "demo", "test", "check", "bench", "docs")


def made(*arguments, **environment):
    return subprocess.run(
        ["/usr/bin/make", "-C", str(ROOT), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", **environment},
    )


pytestmark = pytest.mark.skipif(not Path("/usr/bin/make").exists(), reason="make is not installed")


def test_make_alone_lists_the_recipes():
    listed = made().stdout
    for recipe in RECIPES:
        assert f"\n{recipe}\t" in f"\n{listed}", recipe


def test_continuous_integration_runs_the_same_recipes():
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("make")] == ["make check", "make test"]


def test_readmes_name_the_same_recipes():
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text("utf-8")
        for recipe in RECIPES:
            assert f"make {recipe}" in text, (name, recipe)


def test_without_python_the_set_up_says_what_to_install(tmp_path):
    for program in ("bash", "cat", "env"):
        (tmp_path / program).symlink_to(f"/usr/bin/{program}")
    found = subprocess.run(
        ["/bin/bash", "bin/install_uv"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1
    assert "apt-get install python3" in found.stderr


def test_packages_that_cannot_be_installed_are_named_and_the_work_goes_on(tmp_path):
    for program in ("bash", "grep"):
        (tmp_path / program).symlink_to(f"/usr/bin/{program}")
    found = subprocess.run(
        ["/bin/bash", "bin/apt_packages", "fonts-of-nowhere"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0
    assert "fonts-of-nowhere" in found.stderr


@pytest.mark.parametrize("script", ["bin/install_uv", "bin/apt_packages", ".ci/run"])
def test_scripts_are_sound_shell(script):
    assert subprocess.run(["/bin/bash", "-n", script], cwd=ROOT, check=False).returncode == 0
