"""The command line: exit codes, messages, help."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from simgen.cli import app, main

TINY = str(Path(__file__).parents[1] / "data" / "tiny.yaml")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the command line in this process; return (exit code, stdout, stderr)."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["simgen", *arguments])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        code = stop.value.code
        return (0 if code is None else int(code), out, err)

    return call


def test_every_command_has_help(run) -> None:
    names = [command.name for command in app.registered_commands]
    assert {
        "generate",
        "preview",
        "validate",
        "schema",
        "scenes",
        "verify",
        "replay",
        "export",
        "doctor",
    } <= set(names)
    for name in [*names, "assets"]:
        code, out, _ = run(name, "--help")
        assert code == 0
        assert "Usage" in out


def test_version(run) -> None:
    import simgen

    assert run("--version")[:2] == (0, f"simgen {simgen.__version__}\n")


def test_validate_accepts_a_good_file(run) -> None:
    code, out, _ = run("validate", TINY)
    assert code == 0
    assert "ok" in out


def test_validate_reports_every_problem_with_its_line_and_exits_2(run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        Path(TINY)
        .read_text()
        .replace("elevation: 50 deg", "elevaton: 50 deg")
        .replace("rames: 2", "rames: two")
    )
    code, _, err = run("validate", str(bad))
    assert code == 2
    assert "did you mean 'elevation'" in err
    assert err.count(f"{bad}:") >= 2


def test_a_missing_file_is_a_usage_error(run) -> None:
    code, _, err = run("validate", "scenes/no_such_scene.yaml")
    assert code == 2
    assert "no_such_scene" in err
    assert "Traceback" not in err


def test_an_unknown_shipped_name_suggests_the_right_one(run) -> None:
    code, _, err = run("validate", "tabletop_cluter")
    assert code == 2
    assert "tabletop_clutter" in err


def test_debug_shows_the_traceback(run) -> None:
    _, _, err = run("--debug", "validate", "tabletop_cluter")
    assert "tabletop_clutter" in err


def test_schema_is_json(run) -> None:
    code, out, _ = run("schema")
    assert code == 0
    assert json.loads(out)["properties"]["simgen"]


def test_scenes_lists_the_shipped_scenes(run) -> None:
    code, out, _ = run("scenes")
    assert code == 0
    for name in ("tabletop_clutter", "bin_picking", "warehouse_shelf"):
        assert name in out


def test_doctor_finds_a_working_machine(run) -> None:
    code, out, _ = run("doctor")
    assert code == 0, out
    assert "graphics" in out


def test_verify_of_no_dataset_fails_with_one_line(run, tmp_path: Path) -> None:
    code, _, err = run("verify", str(tmp_path / "nothing"))
    assert code == 1
    assert "nothing" in err
    assert "Traceback" not in err


def test_generate_into_a_folder_with_other_things_is_refused(run, tmp_path: Path) -> None:
    (tmp_path / "keep.txt").write_text("mine")
    code, _, err = run("generate", TINY, "--out", str(tmp_path))
    assert code == 1
    assert str(tmp_path) in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["keep.txt"]


def test_generate_verify_replay_and_export(run, tmp_path: Path) -> None:
    out = tmp_path / "data"
    code, text, err = run(
        "generate", TINY, "--count", "1", "--seed", "3", "--workers", "1", "--out", str(out)
    )
    assert code == 0, err
    assert str(out / "preview.png") in text
    assert (out / "preview.png").stat().st_size > 1000
    assert run("verify", str(out))[0] == 0
    assert run("replay", str(out), "--scene", "0", "--frame", "1")[0] == 0
    assert run("export", str(out), "--format", "coco", "--out", str(tmp_path / "coco"))[0] == 0


def test_an_unknown_format_lists_the_known_ones(run, tmp_path: Path) -> None:
    code, _, err = run("export", str(tmp_path), "--format", "cocoo", "--out", str(tmp_path / "x"))
    assert code == 2
    assert "coco" in err


def test_assets_show_writes_a_turntable(run, tmp_path: Path) -> None:
    picture = tmp_path / "box.png"
    assert run("assets", "show", "procedural/box", "--out", str(picture))[0] == 0
    assert picture.stat().st_size > 1000


def test_assets_list_filters_by_pack(run) -> None:
    code, out, err = run("assets", "list", "--pack", "sweethome3d")
    assert code == 0
    assert out.count("\n") >= 250
    assert "assets" in err
