"""Habits of the house that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django_fsm import FSMFieldMixin

ROOT = Path(__file__).resolve().parents[2]
APPS = ("crm", "opportunities", "quotes")
SOURCES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
ACTIONS = [path for path in SOURCES if "actions" in path.parts]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def calls(path: Path, method: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            yield node


def names(call: ast.Call) -> set[str | None]:
    return {keyword.arg for keyword in call.keywords}


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"  # type: ignore[attr-defined]


def test_states_are_written_by_the_actions_only():
    assert len(ACTIONS) > 5
    others = [path for path in SOURCES if path not in ACTIONS]
    states = {"state", "activity_status", "close", "close_id"}
    updated = [where(path, call) for path in others for call in calls(path, "update") if states & names(call)]
    # By name of the fields, so that states cannot be told from others: only the actions write rows so.
    in_bulk = [
        where(path, call)
        for path in others
        if path != ROOT / "crm" / "querysets.py"
        for method in ("bulk_update", "write")
        for call in calls(path, method)
        if len(call.args) > 1
    ]
    assert updated + in_bulk == []


def test_nothing_reaches_around_a_protected_state():
    pattern = re.compile(
        r"""__dict__\[|object\.__setattr__|vars\(\w+\)\[|setattr\([^,]+,\s*["'](state|activity_status)["']"""
        r"""|\.(change_state|set_state)\(|protected\s*=\s*False"""
    )
    assert [str(path) for path in SOURCES if pattern.search(path.read_text())] == []


def test_every_state_is_protected():
    machines = {
        f"{model.__name__}.{field.name}": field.protected
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, FSMFieldMixin)
    }
    assert machines == {"Opportunity.state": True, "OpportunityClose.activity_status": True, "Quote.state": True}


def test_actions_name_the_fields_that_they_save():
    saved = [(path, call) for path in ACTIONS for call in calls(path, "save")]
    assert saved
    assert [where(path, call) for path, call in saved if not {"update_fields", "force_insert"} & names(call)] == []


def test_every_verb_is_a_deed():
    """A public action that takes the actor opens the transaction, or only looks."""
    only_look = {
        "check_close",
        "check_close_form",
        "check_close_of_many",
        "find_close_date",
        "find_close_values",
        "plan_closing",
        "plan_record",
    }
    for path in ACTIONS:
        if path.name in ("steps.py", "values.py", "judge.py", "creation.py"):
            continue
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            takes_actor = "actor" in {argument.arg for argument in (*node.args.kwonlyargs, *node.args.args)}
            if not takes_actor or node.name in only_look or "locked" in node.name:
                continue
            assert "with deed():" in ast.unparse(node), where(path, node)


@pytest.mark.parametrize(
    "pattern",
    [r"<script(?![^>]*\ssrc=)", r"<style\b", r"\sstyle\s*=", r"\son[a-z]+\s*=\s*[\"']", r"javascript:", r"hx-on\b"],
)
def test_templates_hold_no_inline_script_or_style(pattern):
    """The content security policy would refuse it, silently to whoever wrote it."""
    assert TEMPLATES
    html = {str(path): re.sub(r"(?s)\{[%{#].*?[%}#]\}", "", path.read_text()) for path in TEMPLATES}
    assert [path for path, text in html.items() if re.search(pattern, text, re.IGNORECASE)] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_translated_texts_have_named_placeholders(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id not in (
            "_",
            "gettext",
            "gettext_lazy",
            "ngettext",
            "ngettext_lazy",
            "pgettext",
            "pgettext_lazy",
        ):
            continue
        for argument in node.args:
            assert not isinstance(argument, ast.JoinedStr), where(path, node)
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                assert not re.search(r"%[sd]|\{\}", argument.value), where(path, node)
