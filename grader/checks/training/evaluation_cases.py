"""The cases of an evaluation, from what was returned and what the network was before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from grader.checks.network.graph import Graph
from grader.checks.training.asking import Asking, Breach, Network, Unanswered, computed, gone, without_softmax
from grader.checks.training.case_evidence import case
from grader.checks.training.evaluation import CLOSE, Answered, Reading, partly_right
from grader.checks.training.figures import Figures, read_figures
from grader.checks.training.step import moved, weight_names
from grader.checks.training.training_run import run, trains_otherwise
from grader.model.evidence import CaseEvidence, Problem

#: What batch normalisation keeps of its batches; it changes without an optimiser.
_STATISTICS = ("moving_mean", "moving_variance")
_MOST_NAMES = 3
#: How far figures may lie outside of those before and after, relative to them, where weights move while they are made.
_MOVING = 0.2

Asked = Mapping[str, object]


def loss_case(
    returned: Sequence[Figures], both: Sequence[Answered], matches: tuple[str, ...], asked: Asked
) -> CaseEvidence:
    """`returned` of each call, as it came; `both` is what was to be found before the first and after the last."""
    expected = [answered.figures.loss for answered in both]
    return case("loss", {"loss": max(_off(got.loss, expected) for got in returned)}, asked, matches=matches)


def accuracy_case(
    read: Sequence[Figures],
    both: Sequence[Answered],
    matches: tuple[str, ...],
    problem: Problem | None,
    asked: Asked,
) -> CaseEvidence:
    """`read` as `loss_case`'s, but as shares and in the right order. `problem`: the figures came in another form than
    asked for, which is held against this case alone."""
    expected = [answered.figures.accuracy for answered in both]
    error = max(_off(got.accuracy, expected) for got in read)
    return case("accuracy", {"accuracy": error}, asked, matches=matches, problems=(problem,) if problem else ())


def _off(got: float, expected: Sequence[float]) -> float:
    """How far `got` is from anything between the least and the largest of `expected`, relative to these.

    They differ only where weights moved in between; then that is what is wrong, and figures near them will do.
    """
    low, high = min(expected), max(expected)
    if low != high:
        low, high = low - _MOVING * abs(low), high + _MOVING * abs(high)
    return max(low - got, got - high, 0.0) / (abs(high) or 1.0)


def unchanged_case(before: Graph, after: Graph, asked: Asked) -> CaseEvidence:
    """Evaluating must leave every weight and statistic exactly as it was."""
    changed = moved(before, after)
    if not changed:
        return case("unchanged", {"weights": 0.0}, asked)
    names = list(weight_names(before, changed).values())
    told = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
    matches = ("statistics_moved",) if _statistics_only(before, changed) else ("trains_while_evaluating",)
    problem = Problem("weights_changed", {"names": told, "count": len(changed)})
    return case("unchanged", {}, asked, matches=matches, problems=(problem,))


def _statistics_only(graph: Graph, names: Sequence[str]) -> bool:
    return all(str(graph.nodes[name].attributes.get("variable", "")).endswith(_STATISTICS) for name in names)


def inference_case(
    asking: Asking,
    images: np.ndarray,
    batch_size: int,
    reading: Reading,
    earlier: Figures,
    random: np.random.Generator,
) -> CaseEvidence:
    """An evaluation of a network with dropout and batch normalisation, in which these must be in inference mode.

    The network is ours; where `run_model` cannot run it, the notebook's own `my_model` is taken if training changes
    anything there. `earlier` was returned for another network. Raises Unanswered or Breach.
    """
    asked = {"images": len(images), "batch_size": batch_size, "layers": "dropout, batch normalisation"}
    for own in (False, True):
        try:
            network = _of_two_modes(asking, own, random)
            if network is None:
                continue
            logits = computed(network.logits_graph, images)
            labels = partly_right(logits, random)
            figures, _ = read_figures(run(asking, network, images, labels, batch_size=batch_size, is_training=False))
            after = asking.graph(network)
        except (Breach, Unanswered) as ended:
            if gone(ended):
                raise
            continue
        if not reading.tells and figures == earlier:
            return _fixed("inference_mode", {**asked, "network": network.handle})
        both = [Answered(logits, labels, batch_size)]
        if moved(network.graph, after):
            both.append(Answered(computed(without_softmax(after), images), labels, batch_size))
        return _judged_mode(network.graph, after, figures, both, reading, {**asked, "network": network.handle})
    return case("inference_mode", {"loss": 0.0}, {**asked, "network": "none could be run"})


def _of_two_modes(asking: Asking, own: bool, random: np.random.Generator) -> Network | None:
    if not own:
        return asking.network("plain_network", "plain_network", seed=int(random.integers(2**31)))
    network = asking.network("network", "my_model", function="my_model")
    return network if trains_otherwise(asking, network) else None


def _judged_mode(
    before: Graph, after: Graph, returned: Figures, both: Sequence[Answered], reading: Reading, asked: Asked
) -> CaseEvidence:
    images, batch_size = len(both[0].labels), both[0].batch_size
    got = reading.read(returned, images, batch_size)
    figures = [reading.expected(answered).figures for answered in both]
    if reading.loss_known:
        # A network of ours comes with a loss of its own, which then need not be that of the notebook's networks.
        plain = _off(returned.loss, [answered.figures.loss for answered in both])
        errors = {"loss": min(_off(got.loss, [expected.loss for expected in figures]), plain)}
    elif reading.accuracy_known:
        errors = {"accuracy": _off(got.accuracy, [expected.accuracy for expected in figures])}
    else:
        errors = {"statistics": 0.0}
    changed = moved(before, after)
    if changed and _statistics_only(before, changed):
        problem = Problem("statistics_changed", {"count": len(changed)})
        return case("inference_mode", errors, asked, matches=("training_mode",), problems=(problem,))
    return case("inference_mode", errors, asked, matches=("training_mode",) if max(errors.values()) > CLOSE else ())


def last_batch_case(
    asking: Asking,
    network: Network,
    images: np.ndarray,
    answered: Answered,
    reading: Reading,
    earlier: Figures,
    count: int,
    trains: bool,
) -> CaseEvidence:
    """`count` images, no multiple of the batch size: all of them, or all whole batches.

    Where evaluating `trains`, or the figures are none that are known, an answer will do, unless it is the one that was
    given `earlier` for more images (as it came). Raises Unanswered or Breach.
    """
    size = answered.batch_size
    asked = {"images": count, "batch_size": size}
    part = reading.expected(answered.of(slice(count)))

    def ask(pictures: np.ndarray, labels: np.ndarray) -> Figures:
        return read_figures(run(asking, network, pictures, labels, batch_size=size, is_training=False))[0]

    returned = ask(images[:count], answered.labels[:count])
    got = reading.read(returned, count, size)
    if not trains and not reading.tells and returned == earlier:
        return _fixed("last_batch", asked)
    if trains or not (reading.accuracy_known or _tells_loss(reading)):
        return case("last_batch", {"accuracy": 0.0}, {**asked, "judged_by": "no error"})
    whole = part.of(slice(count - count % size))
    accepted = (((), part.figures), (("drops_last_batch",), whole.figures), (("mean_of_batch_means",), _mean(part)))
    for matches, figures in accepted:
        if _same(got, figures, reading):
            return case("last_batch", _errors(got, figures, reading), asked, matches=matches)
    # Whole batches in a random order are some of the images, which ones cannot be told; of copies any are the same.
    place = int((answered.logits.argmax(axis=1) == answered.labels).argmax())
    copy = reading.expected(answered.of(slice(place, place + 1)))
    copies = np.repeat(images[place : place + 1], count, axis=0), np.repeat(answered.labels[place], count)
    repeated = reading.read(ask(*copies), count, size)
    if _same(repeated, copy.figures, reading):
        return case("last_batch", _errors(repeated, copy.figures, reading), {**asked, "images": f"{count} copies of one"},
                    matches=("drops_last_batch",))  # fmt: skip
    share = len(whole.labels) / count
    divided = Figures(whole.figures.loss * share, whole.figures.accuracy * share)
    matches = ("divided_by_all",) if _same(got, divided, reading) else ()
    return case("last_batch", _errors(got, part.figures, reading), asked, matches=matches)


def _fixed(group: str, asked: Asked) -> CaseEvidence:
    """Other images or another network, and the figures stay the same: they are not computed."""
    return case(group, {"loss": 1.0}, asked, matches=("fixed_figures",))


def _mean(part: Answered) -> Figures:
    """The mean of the batches' own figures, the small last one counting as much as the others."""
    each = [batch.figures for batch in part.batches()]
    return Figures(float(np.mean([one.loss for one in each])), float(np.mean([one.accuracy for one in each])))


def _errors(got: Figures, expected: Figures, reading: Reading) -> dict[str, float]:
    loss, accuracy = _off(got.loss, [expected.loss]), _off(got.accuracy, [expected.accuracy])
    errors = {"loss": loss} if _tells_loss(reading) else {}
    return {**errors, "accuracy": accuracy} if reading.accuracy_known else errors


def _same(got: Figures, expected: Figures, reading: Reading) -> bool:
    return max(_errors(got, expected, reading).values()) <= CLOSE


def _tells_loss(reading: Reading) -> bool:
    """A sum over batches of different sizes can be averaged in many ways, all as wrong as the sum itself."""
    return reading.loss_known and reading.loss_unit == "mean"
