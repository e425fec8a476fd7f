"""A search over a model's outputs, compiled by the backend, kept as long as the model lives."""

import weakref

import keras

_KEPT = weakref.WeakKeyDictionary()  # model -> {(search, options): compiled}


def compiled(model, search, **options):
    """`search(model, *arrays, **options)` as a compiled function of the arrays; compiled once a shape."""
    kept = _KEPT.setdefault(model, {})
    key = search, tuple(sorted(options.items()))
    if key not in kept:
        kept[key] = _compile(weakref.ref(model), search, options)
    return kept[key]


def _compile(reference, search, options):
    """The reference is weak: what is kept must not keep the model."""

    def run(*arrays):
        return search(reference(), *arrays, **options)

    if keras.backend.backend() == "tensorflow":
        return _compile_with_tensorflow(run)
    if keras.backend.backend() == "jax":
        return _compile_with_jax(reference, run)
    return run


def _compile_with_tensorflow(run):
    """One graph a shape, kept here: tf.function itself warns the reader where shapes are many."""
    import tensorflow as tf

    function, graphs = tf.function(run, autograph=False), {}

    def call(*arrays):
        specs = tuple(tf.TensorSpec(array.shape, array.dtype) for array in arrays)
        if specs not in graphs:
            graphs[specs] = function.get_concrete_function(*specs)
        return graphs[specs](*map(tf.convert_to_tensor, arrays))

    return call


def _compile_with_jax(reference, run):
    """The weights go in as arguments: a compiled function would otherwise keep those it was compiled with."""
    import jax

    @jax.jit
    def pure(values, *arrays):
        with keras.StatelessScope(zip(reference().variables, values, strict=True)):
            return run(*arrays)

    return lambda *arrays: pure([variable.value for variable in reference().variables], *arrays)
