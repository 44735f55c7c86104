import pytest

from vrp.management.benchmark import sets
from vrp.management.files import BadInput
from vrp.tests.benchmark.build import HEAD, folder_with, ten


def test_an_instance_is_read_with_its_customers_and_its_best_known_cost(tmp_path):
    found = ten(tmp_path)

    assert (str(found), found.customers, found.best_known, found.round_func) == ("CVRP/ten", 10, 400, "round")
    assert found.file.exists()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["CVRP"], ["CVRP/a", "CVRP/b"]),
        (["CVRP/b"], ["CVRP/b"]),
        (["GH", "CVRP/*"], ["GH/a", "CVRP/a", "CVRP/b"]),
        (["CVRP/b", "CVRP"], ["CVRP/b", "CVRP/a"]),
    ],
)
def test_sets_and_instances_are_named_each_once_in_the_order_given(tmp_path, names, expected):
    rows = [f"{place},11,1,400,round\n" for place in ("CVRP,a", "CVRP,b", "GH,a")]
    folder_with(tmp_path).joinpath("instances", "BKS.csv").write_text(HEAD + "".join(rows))

    found = sets.named(names, sets.read(tmp_path))

    assert [str(one) for one in found] == expected


def test_a_set_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    with pytest.raises(BadInput, match="no set or instance XXL; there are CVRP"):
        sets.named(["XXL"], [ten(tmp_path)])


def test_an_instance_that_is_not_there_is_refused_with_those_of_its_set(tmp_path):
    with pytest.raises(BadInput, match="no set or instance CVRP/nine; there are ten"):
        sets.named(["CVRP/nine"], [ten(tmp_path)])


def test_a_folder_without_sets_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"there is no instances/BKS\.csv"):
        sets.read(tmp_path)
