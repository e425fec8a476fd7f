"""CPU milliseconds of a move of a widget's control until its picture is redrawn (no browser).

Each control is moved to another value and back; the middle one of the times counts. The work is done in one
thread, so a machine with an idle core waits that long. Exit code 1 if a control takes longer than LIMIT.
"""

import statistics
import sys
import time

import rnncourse

LIMIT = 150  # milliseconds
ROUNDS = 4


def builders():
    """{name: a function that returns (view, controls)}."""
    from rnncourse.widgets.gradient_norms import build_gradient_norms
    from rnncourse.widgets.state_path import build_state_path

    return {"follow_state": build_state_path, "explore_gradient_norms": build_gradient_norms}


def another_value(control):
    """A value of `control` other than the one it has."""
    if hasattr(control, "options"):
        values = [option[1] if isinstance(option, tuple) else option for option in control.options]
        return next(value for value in values if value != control.value)
    return control.min if control.value != control.min else control.max


def redraw_times(control):
    """Milliseconds of each move of `control`, whose panel is built already."""
    times = []
    for _ in range(ROUNDS):
        before = control.value
        for value in (another_value(control), before):
            begun = time.process_time()
            control.value = value
            times.append(1000 * (time.process_time() - begun))
    return times


def main():
    rnncourse.start("en")
    from rnncourse.widgets.panel import build_panel

    slow = []
    for name, build in builders().items():
        view, controls = build()
        build_panel(view, controls)
        for control in controls:
            middle = statistics.median(redraw_times(control))
            print(f"{name:24} {control.description:26} {middle:5.0f} ms")
            if middle > LIMIT:
                slow.append(f"{name}: {control.description}")
    print(f"above {LIMIT} ms: {', '.join(slow) or 'none'}")
    return int(bool(slow))


if __name__ == "__main__":
    sys.exit(main())
