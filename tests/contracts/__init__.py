import pytest

# What the helpers assert is told as if it stood in a test.
pytest.register_assert_rewrite("tests.contracts.agreement", "tests.contracts.machine")
