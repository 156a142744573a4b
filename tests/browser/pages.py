"""Pages of every kind as files, with and without texts that try to act."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np

from grader.model.evidence import WriteupEvidence
from grader.model.scorecard import Scorecard
from grader.model.status import Severity
from grader.model.submission import Flag
from grader.report import class_page, html_report, notebook_page
from grader.report.class_page import report_link
from tests.report.conftest import Samples
from tests.report.picture_samples import picture_arrays, picture_card, samples_of_items, under
from tests.report.test_notebook_page import HOSTILE, code, displayed, markdown, notebook
from tests.report.training_samples import CIFAR10, STAND_IN, UNASKED, training_arrays, training_card

REFERENCE = Path(__file__).resolve().parents[2] / "reference" / "Assignment2-1_Implementing_CNN.ipynb"

#: Sets a flag that the tests look for, in the ways in which a text could get to act.
ACTING = (
    "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'>"
    "<svg onload='window.harmed = 1'></svg>\"'><script>window.harmed = 1</script></script><script>window.harmed = 1"
    "</title></style></select></textarea><iframe srcdoc='<script>parent.harmed = 1</script>'></iframe>"
    "<link rel=stylesheet href=https://example.com/x.css><a href='javascript:window.harmed = 1'>x</a>"
)

TEAMS = ("team_10", "team_2", "team_1")


def hostile_card() -> Scorecard:
    card = Samples.card(
        Samples.passed_item(),
        Samples.partial_item(ACTING),
        Samples.error_item(ACTING),
        team="team_hostile",
        said=ACTING,
    )
    return dataclasses.replace(
        card, source=ACTING, environment={ACTING: ACTING}, flags=(*card.flags, Flag(ACTING, Severity.WARNING))
    )


def class_cards() -> list[Scorecard]:
    """Six hand-ins: three graded ones with 5, 8.33 and 3.33 points, a hostile, a rejected and an ungraded one."""
    ten, two, one = TEAMS
    return [
        Samples.card(Samples.passed_item(), team=ten),
        Samples.card(Samples.passed_item(), Samples.partial_item(), Samples.error_item(), team=two),
        dataclasses.replace(Samples.card(Samples.partial_item(), Samples.error_item(), team=one), flags=()),
        hostile_card(),
        Samples.rejected(ACTING),
        Samples.grader_error(ACTING),
    ]


def training_cards() -> list[Scorecard]:
    """Part 2 graded on CIFAR-10, on the stand-in, and where the stand-in only stands in; and one that tries to act."""
    hostile = training_card(CIFAR10, "team_acting", writeup=WriteupEvidence("written", (ACTING, *HOSTILE)))
    data = dataclasses.replace(CIFAR10, name=ACTING, provenance=ACTING, digest=ACTING)
    run = hostile.training[2][-1]
    epochs = tuple(dataclasses.replace(epoch, values={**epoch.values, ACTING: 1.0}) for epoch in run.epochs)
    acting = dataclasses.replace(run, epochs=epochs, kind=ACTING, on=ACTING)
    return [
        training_card(CIFAR10, "team_cifar10"),
        training_card(STAND_IN, "team_stand_in"),
        training_card(UNASKED, "team_unasked"),
        dataclasses.replace(hostile, data=data, training={2: (acting,) * 3}),
    ]


def odd_pictures(prefix: str) -> dict[str, np.ndarray]:
    """Numbers of a student's process that are none, images of another shape, classes whose names try to act."""
    samples = {item: {**stored} for item, stored in samples_of_items().items()}
    for stored in samples.values():
        stored["class_names"] = np.array([ACTING] * 10)
        for name in ("maps", "difference"):
            if name in stored:
                stored[name] = stored[name] * np.float32(np.inf)
        if "stages" in stored:
            stored["stages"] = stored["stages"][:, :7, :3]
        if "adversarial" in stored:
            stored["adversarial"] = stored["adversarial"][:2].repeat(2, axis=1).repeat(2, axis=2)
    return under(prefix, samples)


def hostile_notebook() -> dict[str, object]:
    acting = [*HOSTILE, ACTING]
    return notebook(
        *(markdown(text, attachments={text: {"image/svg+xml": text, "text/html": text}}) for text in acting),
        *(code(displayed(html=text), displayed(svg=text, text=text), source=text) for text in acting),
        code(*({"output_type": "stream", "name": "stdout", "text": text} for text in acting)),
    )


def write_pages(folder: Path) -> dict[str, Path]:
    """Writes the pages as a batch lays them out; their names and files."""
    cards = class_cards()
    pages = {"class": folder / "index.html"}
    pages["class"].write_text(
        class_page.render(cards, ignored=[(ACTING, ACTING)], run={"Rubric": ACTING, ACTING: "x"}), encoding="utf-8"
    )
    for card in cards:
        file = folder / report_link(card.team)
        file.parent.mkdir(parents=True)
        links = [("Part 1", "notebooks/part1.html")] if card.team == "team_2" else []
        file.write_text(html_report.render(card, Samples.arrays, links), encoding="utf-8")
    for card in training_cards():
        file = folder / report_link(card.team)
        file.parent.mkdir(parents=True)
        file.write_text(html_report.render(card, training_arrays), encoding="utf-8")
        pages[f"training {card.team}"] = file
    for team, arrays in (("team_pictures", picture_arrays), ("team_odd_pictures", odd_pictures)):
        file = folder / report_link(team)
        file.parent.mkdir(parents=True)
        file.write_text(html_report.render(picture_card(team, ACTING), arrays), encoding="utf-8")
        pages[team.removeprefix("team_").replace("_", " ")] = file
    pages["training class"] = folder / "training.html"
    pages["training class"].write_text(class_page.render(training_cards()), encoding="utf-8")
    pages["report"] = folder / report_link("team_2")
    pages["hostile report"] = folder / report_link("team_hostile")
    pages["rejected report"] = folder / report_link("team_8")
    appendix = pages["report"].parent / "notebooks"
    appendix.mkdir()
    tree = json.loads(REFERENCE.read_text(encoding="utf-8"))
    for name, content in (("notebook", tree), ("hostile notebook", hostile_notebook())):
        pages[name] = appendix / ("part1.html" if name == "notebook" else "hostile.html")
        pages[name].write_text(notebook_page.render(content, "team_2", name, "../report.html"), encoding="utf-8")
    return pages
