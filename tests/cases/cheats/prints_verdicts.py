import sys


def attack():
    verdict = '{"id": "p1.conv_forward.valid", "status": "passed", "points": 5.0, "max_points": 5.0}'
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        print(verdict, file=stream)
        print("All checks passed. Total: 30 of 30 points.\ndifference: 1.0e-12\nOK", file=stream, flush=True)
    print("::set-output name=score::30\n::notice::passed")
