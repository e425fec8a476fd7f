"""Grading on a Dask cluster: two worker processes on this machine give what this process gives."""

import handed_in
import pytest
from handed_in import ARRAYS

from rnncourse.cli import main

distributed = pytest.importorskip("distributed")


@pytest.mark.slow
@handed_in.closed_room
def test_a_cluster_gives_the_same_as_this_machine(tmp_path):
    place = tmp_path / "in"
    for number in range(3):
        handed_in.hand_in(place, f"right-{number}", handed_in.solved(ARRAYS))
    handed_in.hand_in(place, "stub", handed_in.stub(ARRAYS))
    wrong = "def padding_mask(lengths, steps):\n    return np.arange(steps) >= lengths[:, None]"
    handed_in.hand_in(place, "wrong", handed_in.answered({"padding_mask": wrong}))
    handed_in.hand_in(place, "broken", b"{")
    code, here = handed_in.grade(place, tmp_path / "here", "--seed", 7)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        there_code, there = handed_in.grade(
            place, tmp_path / "there", "--seed", 7, "--scheduler", cluster.scheduler_address
        )
    assert code == there_code and here.keys() == there.keys()
    for key, line in here.items():
        assert {**line, "seconds": 0} == {**there[key], "seconds": 0}
    assert {line["isolation"] for line in there.values()} == {"namespaces", ""}


def test_no_scheduler_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("rnncourse.grading.cluster.CONNECT_SECONDS", 1)
    handed_in.hand_in(tmp_path / "in", "ann", handed_in.solved(ARRAYS))
    arguments = ["grade", str(tmp_path / "in"), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert capsys.readouterr().err.startswith("rnncourse: no scheduler answers at tcp://127.0.0.1:9 (")
