"""Image data: CIFAR-10 where this machine has it, else an embedded stand-in. `loading.load` is the way in."""
