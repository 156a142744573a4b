import json
import os

RESULT = {"schema": 1, "team": "@TEAM@", "status": "graded", "score": 30.0, "max_score": 30.0, "items": []}


def attack():
    folders = ["/", ".", "..", "../..", "/tmp", "/dev/shm", "@OUT@", "@OUT@/teams", "@OUT@/teams/@TEAM@", "@CHECKOUT@"]
    for folder in folders:
        for name in ("result.json", "report.html", "evidence.json", "evidence/evidence.json", "forged.json", "job.json"):
            try:
                os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
                with open(os.path.join(folder, name), "w") as file:
                    json.dump(RESULT, file)
            except OSError:
                pass
