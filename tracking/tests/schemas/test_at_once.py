"""Several people and programs change one schema at the same moment: each change counts, and none undoes another."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from config.lib.clock import now
from config.lib.problems import Problem
from tracking.schemas import registry
from tracking.schemas.compiled import Rule


@pytest.fixture
def shop(acme, owner):
    return registry.create(acme, actor=owner, now=now(), name="shop", properties={"bought": {"total": "number"}})


def test_who_read_the_schema_before_another_s_change_undoes_nothing_of_it(acme, owner, shop):
    first, second, third = (registry.find(acme, "shop") for _ in range(3))

    registry.change(first, {"properties": {"bought": {"sum": "number"}}}, actor=owner, now=now())
    registry.change(second, {"mode": "reject", "properties": {"bought": {"sum": "string"}}}, actor=owner, now=now())
    registry.add_rule(third, Rule(1, "bought", "drop", "total", None), actor=owner, now=now())
    registry.end_rule(shop.fixes.get(), actor=owner, now=now())

    shop.refresh_from_db()
    assert (shop.version, shop.mode, shop.properties) == (3, "reject", {"bought": {"sum": "string"}})
    assert (second.version, [each.number for each in shop.versions.all()]) == (3, [3, 2, 1])


def test_what_was_deleted_meanwhile_is_not_changed(acme, owner, shop):
    read = registry.find(acme, "shop")
    registry.delete(shop, actor=owner, now=now())

    with pytest.raises(Problem, match="deleted meanwhile"):
        registry.change(read, {"mode": "reject"}, actor=owner, now=now())


@pytest.mark.django_db(transaction=True)
def test_programs_that_save_at_the_same_moment_are_all_answered(acme, acme_secret):
    def send(method, url, body):
        try:
            return (
                Client().generic(method, url, body, "application/json", headers={"X-API-Key": acme_secret}).status_code
            )
        finally:
            connection.close()

    body = '{"name": "shop", "properties": {"bought": {"total%d": "number"}}}'
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: send("POST", "/api/v1/schemas", body % n), range(8)))
        changed = list(pool.map(lambda n: send("PUT", "/api/v1/schemas/shop", body % n), range(8, 20)))

    assert sorted(made) == [201] + [409] * 7
    assert changed == [200] * 12
    assert registry.find(acme, "shop").version == 13
