"""Random stories of random people, told to the product and to a model of its rules in plain Python.

`RACE_ROUNDS` stories are told. A longer run, `RACE_ROUNDS=500 pytest tests/contracts`, also shortens a story that fails
to its few deeds that matter, which takes minutes.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.contracts.cast import make_cast
from tests.contracts.machine import SalesMachine
from tests.core.racing import ROUNDS

stories = settings(
    max_examples=ROUNDS,
    stateful_step_count=30,
    phases=[Phase.generate, *([Phase.shrink] if ROUNDS > 20 else [])],
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
def test_the_product_does_what_the_model_says():
    cast = make_cast()
    run_state_machine_as_test(lambda: SalesMachine(cast), settings=stories)
