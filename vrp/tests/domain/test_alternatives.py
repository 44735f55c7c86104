"""Of the jobs of one alternatives_group exactly one is to be served."""

from vrp.tests.domain.build import causes, document, job, judge, payload, terms

DOOR, SHOP = job(1, alternatives_group="parcel"), job(2, alternatives_group="parcel")


def test_one_of_a_group_is_enough():
    judged = judge(document([DOOR, SHOP]), V="J2")

    assert (judged.status, judged.left_out) == ("feasible", ())


def test_two_of_a_group_are_too_many():
    judged = judge(document([DOOR, SHOP, job(3)]), V="J1 J3 J2")

    assert [(v.cause, v.step) for v in judged.violations] == [("alternatives", 3)]


def test_two_of_a_group_are_too_many_whichever_comes_first():
    third = job(4, alternatives_group="parcel")

    assert causes(judge(document([DOOR, SHOP, third]), V="J4 J2")) == ["alternatives"]


def test_two_of_a_group_are_too_many_on_two_vehicles():
    doc = document([DOOR, SHOP])
    doc["vehicles"].append(doc["vehicles"][0] | {"id": "W"})

    assert causes(judge(doc, V="J1", W="J2")) == ["alternatives"]


def test_groups_do_not_mind_each_other():
    other = job(3, alternatives_group="letter")

    assert causes(judge(document([DOOR, SHOP, other]), V="J1 J3")) == []


def test_a_group_that_is_not_served_counts_once():
    shown = payload(document([job(3), SHOP, DOOR]), V="J3")

    assert [row["id"] for row in shown["unassigned"]] == ["J2"]  # the first in the request stands for it
    assert (shown["summary"]["assigned"], shown["summary"]["unassigned"]) == (1, 1)


def test_a_served_group_counts_once():
    summary = payload(document([DOOR, SHOP]), V="J1")["summary"]

    assert (summary["assigned"], summary["unassigned"]) == (1, 0)


def test_leaving_a_group_out_costs_the_largest_of_its_penalties():
    doc = document([DOOR | {"penalty": 5}, SHOP | {"penalty": 7}])

    assert terms(judge(doc)) == {"/jobs/penalty": 7}


def test_a_group_ought_to_be_served_when_one_of_it_has_no_penalty():
    judged = judge(document([DOOR | {"penalty": 5}, SHOP]))

    assert (judged.status, terms(judged)) == ("partial", {})


def test_a_group_weighs_as_much_as_its_most_urgent_job():
    judged = judge(document([DOOR | {"priority": 3}, SHOP | {"priority": 8}]))

    assert judged.rank[1] == 8
