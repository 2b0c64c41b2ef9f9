"""The command line: exit codes, messages, help."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import trimesh

from simgen.cli import app, main
from simgen.diagnose import Finding

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
        "weights",
    } <= set(names)
    for name in [*names, "assets"]:
        code, out, _ = run(name, "--help")
        assert code == 0
        assert "Usage" in out


def test_help_fits_a_terminal_of_eighty_columns_and_cuts_no_sentence(
    run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for arguments in (["--help"], ["assets", "--help"]):
        told = run(*arguments)[1].partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
        assert told
        assert [line for line in told if not line.endswith(".") or line.endswith("...")] == []
    options = run("generate", "--help")[1].splitlines()
    assert max(map(len, options)) <= 80
    assert "  --seed N                        Dataset seed; the same seed gives the same" in options


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


def test_files_beside_a_missing_one_are_validated_too(run) -> None:
    code, out, err = run("validate", "no_such_scene.yaml", TINY)
    assert (code, out.split(":")[0]) == (2, TINY)
    assert "no scenario file or shipped scene 'no_such_scene.yaml'" in err
    assert err.count("\n") == 1


def test_an_unknown_shipped_name_suggests_the_right_one(run) -> None:
    code, _, err = run("validate", "tabletop_cluter")
    assert code == 2
    assert "tabletop_clutter" in err


def test_debug_shows_the_traceback(run) -> None:
    _, _, err = run("--debug", "validate", "tabletop_cluter")
    assert "Traceback" in err
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


def test_doctor_tells_what_must_be_had_from_what_could_be(run, monkeypatch: pytest.MonkeyPatch) -> None:
    findings = (
        Finding("physics", True, "pybullet 3"),
        Finding("pack toys", False, "toys", "simgen assets install toys", required=False),
        Finding("graphics", False, "no OpenGL", "apt-get install libegl1"),
    )
    monkeypatch.setattr("simgen.diagnose.diagnose", lambda: findings)
    assert run("doctor")[:2] == (
        1,
        "ok       physics            pybullet 3\n"
        "could be pack toys          toys\n"
        "                            -> simgen assets install toys\n"
        "MISSING  graphics           no OpenGL\n"
        "                            -> apt-get install libegl1\n",
    )


def test_a_first_run_says_that_it_takes_longer(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("SIMGEN_CACHE", str(cache))
    first = run("preview", TINY, "--out", str(tmp_path / "a.png"))
    assert first[0] == 0
    assert f"kept in {cache}; the first scenes take longer" in first[2]
    cache.mkdir(exist_ok=True)
    assert "first run" not in run("preview", TINY, "--out", str(tmp_path / "b.png"))[2]


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
    assert "models, 0 light maps" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nope"], "simgen: No such command 'nope'; see simgen --help"),
        (["generate"], "simgen: Missing argument 'SCENARIO'; see simgen generate --help"),
        (["generate", TINY], "simgen: Missing option '--out'; see simgen generate --help"),
        (["generate", TINY, "--out", ""], "'--out': it is empty; give a path, or . for the current folder"),
        (["generate", ".", "--out", "x"], "'.' is a folder; give a scenario file, for example scene.yaml"),
        (["generate", TINY, "--nope"], "simgen: No such option: --nope; see simgen generate --help"),
        (
            ["generate", TINY, "--count", "0"],
            "'--count': 0 is out of range; allowed is a whole number from 1",
        ),
        (["generate", TINY, "--count", "two"], "'--count': 'two' is no whole number; allowed is"),
        (["generate", TINY, "--count", "1" + "0" * 12], "allowed is a whole number from 1 to 10000000"),
        (["generate", TINY, "--seed", "1.5"], "'1.5' is no whole number; allowed is any whole number"),
        (["generate", TINY, "--workers", "-1"], "-1 is out of range; allowed is a whole number from 0"),
        (["generate", TINY, "--renderer", "rastr"], "'--renderer': 'rastr' is not one of"),
        (["generate", TINY, TINY, "--out", "x"], "two scenarios have the name 'tiny'"),
        (["generate", TINY, "--out", "x", "--set", "foo"], "--set foo: write it as a.b.c=value"),
        (["replay", "x", "--scene", "-1"], "'--scene': -1 is out of range; allowed is a whole number from 0"),
        (["preview", TINY, "--out", "x.foo"], "x.foo: a picture's name ends in one of .png, .jpg"),
        (["assets", "show", "procedural/box", "--out", "x"], "x: a picture's name ends in one of .png, .jpg"),
    ],
)
def test_a_wrong_call_is_one_line_with_the_value_and_what_is_allowed(
    run, arguments: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_without_a_command_the_help_is_shown(run) -> None:
    for arguments in ([], ["assets"]):
        code, out, err = run(*arguments)
        assert code == 2
        assert "Commands" in out + err


def test_a_fault_nobody_meant_is_one_line_and_debug_adds_the_traceback(
    run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down() -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("simgen.diagnose.diagnose", break_down)
    code, _, err = run("doctor")
    assert (code, err.count("\n")) == (1, 1)
    assert "a fault of simgen itself: ZeroDivisionError: division by zero; run" in err
    for arguments in (["--debug", "doctor"], ["doctor", "--debug"]):
        code, _, err = run(*arguments)
        assert code == 1
        assert "Traceback" in err
        assert "in break_down" in err


def test_an_error_of_the_system_is_one_line(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device", "here/x")

    monkeypatch.setattr("simgen.diagnose.diagnose", full)
    assert run("doctor") == (1, "", "simgen: here/x: No space left on device\n")


def test_ctrl_c_outside_a_batch_is_one_line(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("simgen.diagnose.diagnose", stop)
    assert run("doctor") == (1, "", "simgen: interrupted\n")


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    command = [sys.executable, "-m", "simgen", "scenes"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 1


@pytest.mark.parametrize("streams", ["<&- >&- 2>&-", ">&-", "2>&-"])
def test_standard_streams_may_be_closed(streams: str) -> None:
    command = f'"{sys.executable}" -m simgen validate "{TINY}" {streams}'
    assert subprocess.run(["sh", "-c", command], check=False).returncode == 0


def test_a_native_crash_prints_its_stack() -> None:
    code = "import os, simgen.diagnose as d; d.diagnose = os.abort; from simgen.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "doctor"], stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == -signal.SIGABRT
    assert "Fatal Python error: Aborted" in done.stderr
    assert "in doctor\n" in done.stderr


@pytest.mark.parametrize("buffered", [False, True])
def test_a_full_standard_output_is_told_as_such(buffered: bool) -> None:
    command = [sys.executable, *([] if buffered else ["-u"]), "-m", "simgen", "validate", str(TINY)]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=env)
    assert done.returncode == 1
    assert done.stderr.startswith("simgen: standard output, or another file without a name: No space left")


@pytest.mark.parametrize("command", [["preview", TINY], ["assets", "show", "procedural/box"]])
def test_a_picture_that_cannot_be_written_says_where_and_why(run, command: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    code, _, err = run(*command, "--out", str(tmp_path / "file" / "picture.png"))
    assert code == 1
    assert err.startswith(f"simgen: cannot write {tmp_path / 'file' / 'picture.png'}: ")
    assert err.count("\n") == 1


def test_several_scenarios_get_a_folder_each_and_a_failing_one_stops_no_other(run, tmp_path: Path) -> None:
    crowded = tmp_path / "crowded.yaml"
    text = Path(TINY).read_text().replace("name: tiny", "name: crowded").replace("count: 2", "count: 400")
    crowded.write_text(text + "sample: {max_attempts: 1, place_tries: 1}\n")
    out = tmp_path / "out"
    code, text, err = run("generate", str(crowded), TINY, "--workers", "1", "--out", str(out))
    assert code == 1
    assert sorted(folder.name for folder in out.iterdir()) == ["crowded", "tiny"]
    assert "scene 0 failed: scene 0 of 'crowded' (seed 0): all 1 draws were refused" in err
    assert text.count("preview  ") == 1  # a dataset of failures has no picture to show
    assert not (out / "crowded" / "preview.png").exists()
    assert run("verify", str(out / "crowded"))[0] == 0
    code, text, _ = run("generate", TINY, "--resume", "--out", str(out / "tiny"))
    assert code == 0
    assert "1 scenes were there already" in text
    assert str(out / "tiny" / "preview.png") in text


def test_schema_prints_the_shipped_file(run) -> None:
    from simgen.scenario import schema_text

    assert run("schema")[1] == schema_text()


def test_light_maps_are_listed_with_the_models(run) -> None:
    code, out, err = run("assets", "list", "--pack", "blender-hdri")
    assert code == 0
    assert "blender-hdri/forest" in out
    assert "0 models, 8 light maps" in err


def test_nothing_is_made_when_a_pack_is_missing(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMGEN_DATA", str(tmp_path / "data"))
    out = tmp_path / "out"
    code, _, err = run("generate", TINY, "tabletop_clutter", "--out", str(out))
    assert code == 1
    assert "run: simgen assets install blender-hdri sweethome3d" in err
    assert not out.exists()


@pytest.mark.parametrize(
    ("unit", "metres"),
    [("mm", "20 x 40 x 60 cm"), ("2.5 cm", "500 x 1000 x 1500 cm"), ("0.001 mm", "0.02 x 0.04 x 0.06 cm")],
)
def test_a_model_is_imported_in_the_unit_of_its_file(
    run, tmp_path, monkeypatch, unit: str, metres: str
) -> None:
    monkeypatch.setenv("SIMGEN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SIMGEN_CACHE", str(tmp_path / "cache"))
    (tmp_path / "box.stl").write_bytes(trimesh.creation.box(extents=(200, 400, 600)).export(file_type="stl"))
    assert run("assets", "import", str(tmp_path / "box.stl"), "--unit", unit, "--name", "b x")[:2] == (
        0,
        "imported/b_x\n",
    )
    assert metres in run("assets", "list", "--pack", "imported")[1]


def test_a_unit_of_something_else_is_refused(run, tmp_path) -> None:
    code, _, err = run("assets", "import", "x.stl", "--unit", "kg")
    assert code == 2
    assert "'--unit': '1 kg': 'kg' is a unit of mass; allowed for a length" in err


def test_models_made_by_code_are_listed_with_what_they_can_be_told(run) -> None:
    lines = run("assets", "list", "--pack", "procedural")[1].splitlines()
    carton = next(line for line in lines if line.startswith("procedural/carton "))
    assert carton.endswith("params: size_m, seed")
    assert all(" cup " in line for line in run("assets", "list", "--category", "cup")[1].splitlines())
