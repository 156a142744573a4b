"""``python -m benchmarks``: what grading costs beyond the students' own computing, beside other graders."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path

from benchmarks import batch_run, floor, limits, process_tree
from benchmarks.assignments import Assignment, first_part, three_parts
from benchmarks.figures import Cost, Figures, LongRun, Speedup, paired
from benchmarks.flatness import first_and_last
from benchmarks.nbgrader_peer import Nbgrader
from benchmarks.otter_peer import Otter
from benchmarks.peer import PeerFailed
from grader.sandbox import survey


@dataclass(frozen=True, slots=True)
class _Scale:
    """How much of one comparison is run: enough for a steady figure, few enough for some minutes."""

    title: str
    assignment: Callable[[Path], Assignment]
    copies: int
    peer_copies: int
    has_speedup: bool


_SCALES = {
    "one": _Scale("Part 1 alone", lambda folder: first_part(), 30, 6, True),
    "three": _Scale("three notebooks", three_parts, 8, 4, False),
}


def main() -> int:
    arguments = _parser().parse_args()
    if sys.platform != "linux":
        print("benchmarks: they read /proc and need Linux", file=sys.stderr)
        return 2
    if arguments.limits:
        return _measure_limits(arguments)
    with tempfile.TemporaryDirectory(prefix="cnn-grader-bench-") as folder:
        tables = [_measure(name, arguments, _made(folder, name)) for name in arguments.work]
    print("\n\n".join(f"{figures.title}\n\n{figures.table()}" for figures in tables))
    if arguments.json:
        content = {name: figures.as_json() for name, figures in zip(arguments.work, tables, strict=True)}
        arguments.json.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 0


def _measure_limits(arguments: argparse.Namespace) -> int:
    level = survey().strongest.level
    _say(f"limits: {len(limits.ATTACKS) + 1} attacks, {arguments.rounds} times each")
    bites = limits.measure(level, arguments.rounds)
    print(limits.table(level, bites))
    if arguments.json:
        content = {"limits": [asdict(bite) for bite in bites], "isolation": level.value}
        arguments.json.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    work = parser.add_mutually_exclusive_group()
    work.add_argument("--one", dest="work", action="store_const", const=("one",), help="Part 1 alone")
    work.add_argument("--three", dest="work", action="store_const", const=("three",), help="the three notebooks alone")
    work.add_argument("--limits", action="store_true", help="how promptly limits bite, and nothing else")
    parser.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="of --limits: each attack N times (default: 3)"
    )
    parser.add_argument(
        "--copies", type=int, metavar="N", help="hand-ins of the batch (default: 30, and 8 of three notebooks)"
    )
    parser.add_argument(
        "--peer-copies", type=int, metavar="N", help="hand-ins for the others (default: 6, and 4 of three notebooks)"
    )
    parser.add_argument("--peers", type=Path, default=os.environ.get("PEERS_HOME"), metavar="FOLDER",
                        help="environments of nbgrader and otter (default: $PEERS_HOME; without one they are left out)")  # fmt: skip
    parser.add_argument(
        "--long", type=int, default=0, metavar="N", help="also a batch of N of Part 1, for example 1000"
    )
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="worker processes of the batch of --long")
    parser.add_argument("--no-speedup", action="store_true", help="do not compare --jobs 1 and --jobs 2")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures as JSON")
    parser.set_defaults(work=("one", "three"))
    return parser


def _made(folder: str, name: str) -> Path:
    path = Path(folder) / name
    path.mkdir()
    return path


def _measure(name: str, arguments: argparse.Namespace, work: Path) -> Figures:
    scale = _SCALES[name]
    assignment = scale.assignment(work)
    copies = arguments.copies or scale.copies
    warm = floor.WarmRounds(assignment)

    def graded() -> process_tree.Usage:
        return batch_run.run(work, assignment, copies, 1, between=warm.measure).usage

    # Only ours calls the functions on further cases.
    ours = _cost("this grader", copies, graded, warm, own=attrgetter("asked_s"))
    figures = Figures(scale.title, warm.median(), batch_run.isolation_of(work), ours)
    if arguments.peers:
        for peer in (Nbgrader(arguments.peers, work, assignment.works), Otter(arguments.peers, work, assignment.works)):
            try:
                peer.prepare()
                number = arguments.peer_copies or scale.peer_copies
                graded_by_peer = partial(peer.grade, number, between=warm.measure)
                figures.peers.append(_cost(peer.name, number, graded_by_peer, warm, own=attrgetter("cells_s")))
            except (PeerFailed, OSError) as error:
                _say(f"{peer.name} is left out: {error}")
    if scale.has_speedup and not arguments.no_speedup:
        figures.speedup = _speedup(work, assignment, copies)
    if scale.has_speedup and arguments.long:
        _say(f"this grader: {arguments.long} hand-ins, --jobs {arguments.jobs}")
        long = batch_run.run(work, assignment, arguments.long, arguments.jobs)
        first, last = first_and_last(long)
        figures.long_run = LongRun(long.copies, long.jobs, first, last, long.usage.peak_bytes)
    return figures


def _cost(
    name: str,
    copies: int,
    grade: Callable[[], process_tree.Usage],
    warm: floor.WarmRounds,
    *,
    own: Callable[[floor.Floor], float],
) -> Cost:
    """What `grade` costs, which stands still once for every hand-in while a round of the floor is measured. `own` is how
    much of a round the students' code computes for this grader."""
    _say(f"{name}: {copies} hand-ins, and the floor between them")
    earlier = len(warm.rounds)
    usage = grade()
    each_s, above_s = paired(usage.marks, [own(one) for one in warm.rounds[earlier:]])
    return Cost(name, copies, usage.cpu_s, usage.cpu_s - copies * each_s, each_s, above_s, usage.wall_s,
                usage.peak_bytes, usage.others_cpu_s / usage.wall_s)  # fmt: skip


def _speedup(work: Path, assignment: Assignment, copies: int) -> Speedup:
    """One run right after the other, so that the machine is as busy with other things in both."""
    _say(f"this grader: {copies} hand-ins, --jobs 1 and --jobs 2")
    one, two = (batch_run.run(work, assignment, copies, jobs) for jobs in (1, 2))
    others = (one.usage.others_cpu_s + two.usage.others_cpu_s) / (one.usage.wall_s + two.usage.wall_s)
    return Speedup(copies, _throughput(one), _throughput(two), two.usage.cpu_s / two.copies, others)


def _throughput(run: batch_run.BatchRun) -> float:
    """Hand-ins a second, from the moment when each worker has done one."""
    return (run.copies - run.jobs) / (run.done[-1] - run.done[run.jobs - 1])


def _say(text: str) -> None:
    print(f"benchmarks: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
