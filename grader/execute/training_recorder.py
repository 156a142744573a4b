"""Tells of training while it runs: wraps Keras' own calls, changes nothing that they compute. Runs in the child.

Whatever fails in here is swallowed: the student's code must not notice. A loop of the student's own is known by its
optimizer's count of updates, which a thread reads once a second, as the loop itself may be compiled.
"""

from __future__ import annotations

import inspect
import sys
import threading
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from grader.execute.training_data_seen import DataSeen, data_seen, heavier, whose
from grader.execute.training_frames import PERIOD_S, TrainingFrames, Wrappings, clock, silent

_MOST_VALUES = 16
_LONGEST_NAME = 64
_DEFAULT_BATCH = 32


class TrainingRecorder:
    """`tell` sends one frame's body; `names` are the notebook's globals."""

    def __init__(self, tell: Callable[[dict[str, Any]], None], names: Callable[[], Mapping[str, Any]]):
        self._frames = TrainingFrames(tell)
        self._lock = self._frames.lock
        self._names = names
        self._fits: list[_Fit] = []
        self._loop = _Loop()
        self._wrappings = Wrappings()
        self._stopped = threading.Event()
        self._watch: threading.Thread | None = None

    @silent
    def install(self) -> None:
        """Wrap what trains, where Keras is imported already."""
        if not isinstance(getattr(sys.modules.get("keras"), "__file__", None), str):
            return
        from keras.callbacks import History
        from keras.optimizers import Optimizer
        from keras.src.backend.tensorflow.trainer import TensorFlowTrainer

        optimizer = next(kind for kind in Optimizer.__mro__ if "apply" in vars(kind))
        self._wrappings.wrap(TensorFlowTrainer, "fit", self._around_fit)
        self._wrappings.wrap(TensorFlowTrainer, "train_on_batch", self._around_batch)
        self._wrappings.wrap(History, "on_epoch_end", self._around_epoch_end)
        self._wrappings.wrap(optimizer, "apply", self._around_apply)

    @silent
    def settle(self) -> None:
        """Tell what the cell that ends now has done, and begin anew."""
        with self._lock:
            self._tell_loop()
            self._loop.close()

    @silent
    def stop(self) -> None:
        """Take all wrapping off and say no more."""
        self._stopped.set()
        self._frames.stop()
        self._wrappings.take_off()

    def _around_fit(self, original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        self._begin_fit(original, model, args, kwargs)
        try:
            return original(model, *args, **kwargs)
        finally:
            self._end_fit(model)

    def _around_batch(self, original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        self._see_batch(model, args[0] if args else kwargs.get("x"))
        return original(model, *args, **kwargs)

    def _around_epoch_end(self, original: Callable[..., Any], history: Any, epoch: Any, logs: Any = None) -> Any:
        __tracebackhide__ = True
        self._see_epoch(epoch, logs)
        return original(history, epoch, logs)

    def _around_apply(self, original: Callable[..., Any], optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if not self._fits:
            self._see_optimizer(optimizer)
        return original(optimizer, *args, **kwargs)

    @silent
    def _begin_fit(
        self, original: Callable[..., Any], model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        with self._lock:
            # First, so that the end finds it whatever fails below.
            fit = _Fit(self._frames.next_run(), model)
            self._tell_loop()
            self._fits.append(fit)
        given = inspect.signature(original).bind(model, *args, **kwargs).arguments
        seen = DataSeen()
        try:
            seen = data_seen(given.get("x"), self._names())
        except Exception:  # told without it
            pass
        batch_size = given.get("batch_size") or seen.batch_size
        if batch_size is None and hasattr(given.get("x"), "__len__"):
            batch_size = _DEFAULT_BATCH
        samples = seen.samples
        if samples is not None and (held_out := given.get("validation_split")):
            samples = int(samples * (1.0 - held_out))
        seen = DataSeen(seen.on, samples, batch_size)
        self._frames.tell_run(fit.run, "fit", seen, int(given.get("epochs", 1)))
        fit.told = True

    @silent
    def _see_epoch(self, epoch: Any, logs: Any) -> None:
        fit = self._fits[-1]
        seconds, fit.since = clock() - fit.since, clock()
        if not fit.told or not self._frames.spare():
            return
        values = {str(name)[:_LONGEST_NAME]: float(value) for name, value in list((logs or {}).items())[:_MOST_VALUES]}
        body = {"number": int(epoch) + 1, "seconds": seconds, "values": values, "steps": fit.steps()}
        self._frames.tell("epoch", fit.run, body)

    @silent
    def _end_fit(self, model: Any) -> None:
        with self._lock:
            if not self._fits or self._fits[-1].model() is not model:
                return
            fit = self._fits.pop()
            self._loop.rebase()
            self._loop.add(model.optimizer)
        if fit.told:
            self._frames.tell("end", fit.run, {"steps": fit.steps()})

    @silent
    def _see_batch(self, model: Any, images: Any) -> None:
        if self._fits:
            return
        self._see_optimizer(model.optimizer)
        on = "other"
        try:
            on = whose(images, self._names())
        finally:
            with self._lock:
                self._loop.see(on, len(images))

    @silent
    def _see_optimizer(self, optimizer: Any) -> None:
        with self._lock:
            self._loop.add(optimizer)
            if self._watch is not None:
                return
            self._watch = threading.Thread(target=self._look_every_second, daemon=True)
        self._watch.start()

    def _look_every_second(self) -> None:
        while not self._stopped.wait(PERIOD_S):
            self._look()

    @silent
    def _look(self) -> None:
        with self._lock:
            if not self._fits:
                self._tell_loop()

    def _tell_loop(self) -> None:
        """Tell how far a loop of the student's own has come, if it has. The lock is held."""
        if not self._loop.look():
            return
        if self._loop.run is None:
            self._loop.run = self._frames.next_run()
            self._frames.tell_run(self._loop.run, "steps", DataSeen(self._loop.on, None, self._loop.batch_size), None)
        self._frames.tell_steps(self._loop.run, self._loop.steps, self._loop.on, self._loop.batch_size)


class _Fit:
    """One `fit` call that is going on."""

    def __init__(self, run: int, model: Any):
        self.run = run
        self.model = weakref.ref(model)
        self.since = clock()
        self.told = False
        self._before = _updates(getattr(model, "optimizer", None)) or 0

    def steps(self) -> int:
        return max(0, (_updates(getattr(self.model(), "optimizer", None)) or 0) - self._before)


class _Loop:
    """Updates that no `fit` made, since the cell began."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[weakref.ref[Any], int]] = {}
        self.close()

    def close(self) -> None:
        self.run: int | None = None
        self.steps = 0
        self.on = "other"
        self.batch_size: int | None = None

    def add(self, optimizer: Any) -> None:
        """Count this one's updates too, from now on."""
        known = self._seen.get(id(optimizer))
        if known is None or known[0]() is not optimizer:
            self._seen[id(optimizer)] = (weakref.ref(optimizer), _updates(optimizer) or 0)

    def see(self, on: str, batch_size: int) -> None:
        self.on, self.batch_size = heavier(self.on, on), batch_size

    def look(self) -> bool:
        """Count on; whether there were updates since the last look."""
        before = self.steps
        for key, (reference, count) in list(self._seen.items()):
            optimizer = reference()
            if optimizer is None:
                del self._seen[key]
                continue
            now = _updates(optimizer)
            if now is not None:
                self.steps += max(0, now - count)
                self._seen[key] = (reference, now)
        return self.steps > before

    def rebase(self) -> None:
        """Do not count what has been done since the last look."""
        steps = self.steps
        self.look()
        self.steps = steps


def _updates(optimizer: Any) -> int | None:
    """How many updates an optimizer has made; None where it does not say, as while a graph is being made of it."""
    try:
        return int(optimizer.iterations.numpy())
    except Exception:
        return None
