"""One list of attacks against every isolation level; what a level is known not to stop is in `guarantees.py`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from grader.model.isolation import IsolationLevel
from grader.sandbox.guarantees import ATTACKS, CONDITIONAL_GAPS, KNOWN_GAPS

ROOT = Path(__file__).resolve().parents[2]
ORDINARY_UID = 61_997
WALLED = (IsolationLevel.NAMESPACES, IsolationLevel.LANDLOCK)
#: Would hurt the machine where nothing stops them.
NOT_EXERCISED_WITHOUT_WALL = frozenset({"signal_everything", "mount"})
#: Need a privilege of root to get anywhere at all, or a kernel that is lax towards one's own processes.
NEED_ROOT = frozenset({"become_root", "regain_capabilities", "ptrace", "read_memory", "terminal_input"}) | {
    "new_user_namespace",
    "clone3",
}
CHORES = (
    "work_in_folder",
    "use_home_and_temporary_folder",
    "start_processes_and_threads",
    "import_late",
    "read_about_itself",
    "find_and_end_its_children",
)
ENDS = {"exit_seven": 7, "die_of_a_signal": -signal.SIGSEGV, "kill_itself": -signal.SIGKILL}
BEHIND_WALL = ("wall:see_no_secret_behind_the_wall", "wall:reach_no_network_behind_the_wall", "wall:import_late")


@dataclass(frozen=True)
class Starter:
    """Who starts the sandbox: the user, and whether with an interpreter that every user can read."""

    name: str
    uid: int | None
    any_python: bool


STARTERS = (
    Starter("this-user", None, any_python=False),
    Starter("ordinary-user", ORDINARY_UID, any_python=True),
    Starter("root-with-a-python-for-all", None, any_python=True),
)


@cache
def python_for_all() -> str | None:
    """An interpreter that a user who owns nothing can run; None when there is none (or nobody to try it as)."""
    for candidate in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            subprocess.run(
                [candidate, "-I", "-c", "import sys, json; assert sys.version_info >= (3, 11)"],
                user=ORDINARY_UID,
                group=ORDINARY_UID,
                extra_groups=[],
                cwd="/",
                check=True,
                capture_output=True,
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return candidate
    return None


@cache
def play(starter: Starter, level: IsolationLevel) -> dict[str, dict]:
    """Run everything at once: name → outcome and detail; under the key "gaps" what the sandbox admits."""
    interpreter = sys.executable
    if starter.any_python:
        if os.getuid() != 0:
            pytest.skip("only root can start the sandbox as somebody else")
        if python_for_all() is None:
            pytest.skip("no Python 3.11 here that every user can read")
        interpreter = python_for_all()
    uid = os.getuid() if starter.uid is None else starter.uid
    # Not below pytest's own folder, which other users cannot pass.
    base = Path(tempfile.mkdtemp(prefix="sandbox-contract-"))
    try:
        return _run(base, interpreter, uid, level)
    finally:
        shutil.rmtree(base)


def _run(base: Path, interpreter: str, uid: int, level: IsolationLevel) -> dict[str, dict]:
    base.chmod(0o755)
    repository = base / "repository"
    skip_caches = shutil.ignore_patterns("__pycache__")
    for room in ("sandbox", "model"):
        shutil.copytree(ROOT / "grader" / room, repository / "grader" / room, ignore=skip_caches)
    shutil.copy(ROOT / "grader" / "__init__.py", repository / "grader" / "__init__.py")
    for name in ("runner.py", "attempt.py", "attacks_on_others.py", "attacks_on_limits.py", "chores.py", "outside.py"):
        shutil.copy(Path(__file__).with_name(name), repository / name)
    world = base / "world"
    world.mkdir()
    if uid != os.getuid():
        os.chown(world, uid, uid)
    attacks = [name for name in ATTACKS if level in WALLED or name not in NOT_EXERCISED_WITHOUT_WALL]
    more = [*CHORES, *ENDS, *(BEHIND_WALL if level in WALLED else ()), "hold_slots_apart"]
    if interpreter == sys.executable and uid == os.getuid():
        # Takes a second of processor time, which is the smallest limit there is.
        more.append("run_out_of_processor_time")
    other_user = {"user": uid, "group": uid, "extra_groups": []} if uid != os.getuid() else {}
    done = subprocess.run(
        [interpreter, "-B", str(repository / "runner.py"), level.value, str(world), *attacks, *more],
        env={"PATH": os.defpath, "MARKER": f"marker-{os.getpid()}"},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
        **other_user,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if not lines[0]["works"]:
        pytest.skip(f"{level} does not work here for this user: {lines[0]['detail']}")
    return {"gaps": lines[1]["gaps"]} | {line["name"]: line for line in lines[2:]}


def cases(pairs):
    return [pytest.param(*pair, id="-".join(str(part) for part in pair)) for pair in pairs]


every_starter = pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.name)
every_level = pytest.mark.parametrize("level", IsolationLevel, ids=str)
every_walled_level = pytest.mark.parametrize("level", WALLED, ids=str)
stoppable = cases((level, attack) for level in IsolationLevel for attack in ATTACKS if attack not in KNOWN_GAPS[level])


@every_starter
@pytest.mark.parametrize(("level", "attack"), stoppable)
def test_attack_is_stopped(starter: Starter, level: IsolationLevel, attack: str) -> None:
    played = play(starter, level)
    if attack in played["gaps"]:
        assert attack in CONDITIONAL_GAPS[level]
        pytest.skip(f"a gap here: {played['gaps'][attack]}")
    assert played[attack]["outcome"] == "stopped", played[attack]["detail"]


@pytest.mark.parametrize("attack", sorted(ATTACKS.keys() - NOT_EXERCISED_WITHOUT_WALL))
@pytest.mark.parametrize("starter", STARTERS[:2], ids=lambda starter: starter.name)
def test_attack_gets_through_where_nothing_stops_it(starter: Starter, attack: str) -> None:
    is_root = starter.uid is None and os.getuid() == 0
    if attack in NEED_ROOT and not is_root:
        pytest.skip("without a sandbox too, the kernel may refuse this to an ordinary user")
    played = play(starter, IsolationLevel.NONE)
    assert played[attack]["outcome"] == "succeeded", played[attack]["detail"]


@every_starter
@pytest.mark.parametrize("attack", sorted(KNOWN_GAPS[IsolationLevel.LANDLOCK]))
def test_known_gap_of_landlock_is_still_one(starter: Starter, attack: str) -> None:
    played = play(starter, IsolationLevel.LANDLOCK)
    assert played[attack]["outcome"] == "succeeded", "no longer a gap: say so in guarantees.py and docs/security.md"


@every_starter
@every_level
@pytest.mark.parametrize("chore", CHORES)
def test_honest_code_runs(starter: Starter, level: IsolationLevel, chore: str) -> None:
    result = play(starter, level)[chore]
    assert result["outcome"] == "succeeded", result["detail"]


@every_starter
@every_level
@pytest.mark.parametrize("end", ENDS)
def test_child_ends_visibly_as_the_student_code_ended(starter: Starter, level: IsolationLevel, end: str) -> None:
    result = play(starter, level)[end]
    assert (result["outcome"], result["detail"]) == ("died", str(int(ENDS[end])))


@every_level
def test_processor_time_is_limited(level: IsolationLevel) -> None:
    result = play(STARTERS[0], level)["run_out_of_processor_time"]
    assert (result["outcome"], int(result["detail"])) in {("died", -signal.SIGXCPU), ("died", -signal.SIGKILL)}


@every_starter
@every_walled_level
@pytest.mark.parametrize("attempt", BEHIND_WALL[:2])
def test_process_behind_the_outer_wall_finds_nothing(starter: Starter, level: IsolationLevel, attempt: str) -> None:
    result = play(starter, level)[attempt]
    assert result["outcome"] == "stopped", result["detail"]


@every_starter
@every_walled_level
def test_process_behind_the_outer_wall_can_import(starter: Starter, level: IsolationLevel) -> None:
    result = play(starter, level)["wall:import_late"]
    assert result["outcome"] == "succeeded", result["detail"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root changes the child's user")
@every_walled_level
def test_child_of_root_becomes_a_user_without_groups_where_it_can_read_python(level: IsolationLevel) -> None:
    uid, gid, groups = play(STARTERS[2], level)["hold_slots_apart"]["detail"].split(maxsplit=2)
    assert int(uid) > 60_000 and uid == gid and groups == "[]"


@every_level
def test_every_attack_has_been_tried(level: IsolationLevel) -> None:
    played = play(STARTERS[0], level)
    expected = set(ATTACKS) if level in WALLED else set(ATTACKS) - NOT_EXERCISED_WITHOUT_WALL
    assert expected <= played.keys()
    assert {name: result["detail"] for name, result in played.items() if result.get("outcome") == "broken"} == {}
